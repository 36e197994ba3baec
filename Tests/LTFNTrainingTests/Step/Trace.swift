import Foundation
import LTFNCheckpoint

/// TensorFlow's training trace on the tutorial's network and recipe, and the images it was made
/// with.
struct Trace {
    let folder: URL
    let losses: [Double]
    let correct: [Int]
    let shapes: [String: [Int]]
    /// Layers before their ReLU on the first 100 test images with the initial weights.
    let activations: [Activation]
    private let data: URL

    struct Activation: Decodable {
        let name: String
        let mean, std, min, max: Double
    }

    /// Why the trace cannot be used here, or `nil`.
    static var isPresent: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["LTFN_ORACLE_DIR"] != nil && environment["LTFN_DATA_DIR"] != nil
    }

    init() throws {
        let environment = ProcessInfo.processInfo.environment
        let oracle = environment["LTFN_ORACLE_DIR"] ?? ""
        folder = URL(fileURLWithPath: oracle).appendingPathComponent("tutorial")
        data = URL(fileURLWithPath: environment["LTFN_DATA_DIR"] ?? "")
        struct File: Decodable {
            enum CodingKeys: String, CodingKey {
                case losses, variables
                case hits = "correct_of_100"
                case activations = "test100_activations_initial"
            }
            let losses: [Double]
            let hits: [Int]
            let variables: [String: [Int]]
            let activations: [Activation]
        }
        let text = try Data(contentsOf: folder.appendingPathComponent("trace.json"))
        let file = try JSONDecoder().decode(File.self, from: text)
        losses = file.losses
        correct = file.hits
        shapes = file.variables
        activations = file.activations
    }

    /// The values of `NAME.f32`.
    func floats(_ name: String) throws -> [Float] {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(name + ".f32"))
        return stride(from: 0, to: bytes.count, by: 4).map { at in
            Float(
                bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) })
        }
    }

    /// Every variable's values in the files `VARIABLE.SUFFIX.f32`.
    func variables(_ suffix: String) throws -> [VariableName: TensorData] {
        var result: [VariableName: TensorData] = [:]
        for (name, shape) in shapes {
            result[try VariableName(name)] = try TensorData(
                shape: shape, floats: floats("\(name).\(suffix)"))
        }
        return result
    }

    /// The bytes of one of the data set's files after its header.
    func mnist(_ name: String, header: Int) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", data.appendingPathComponent(name + ".gz").path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return [UInt8](bytes.dropFirst(header))
    }

    static func graph() throws -> ModelGraph {
        var layers: [Layer] = []
        for index in 1...4 {
            layers.append(
                Layer(
                    name: "layer\(index)_conv",
                    operation: .convolution2D(
                        Layer.Convolution2D(
                            weights: try VariableName("layer\(index)_weights"),
                            bias: try VariableName("layer\(index)_bias"), padding: .same))))
            layers.append(Layer(name: "layer\(index)_relu", operation: .relu))
            if index % 2 == 0 {
                layers.append(
                    Layer(
                        name: "layer\(index)_pool",
                        operation: .maxPool2D(
                            window: .init(2, 2), strides: .init(2, 2), padding: .valid)))
            }
        }
        layers.append(Layer(name: "flatten", operation: .flatten))
        layers.append(
            Layer(
                name: "logits",
                operation: .dense(
                    weights: try VariableName("fully_connected_weights"),
                    bias: try VariableName("fully_connected_bias"))))
        return ModelGraph(
            name: "tutorial-convnet",
            input: .init(shape: try TensorShape([28, 28, 1]), scale: 1.0 / 255), layers: layers)
    }
}
