import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNKernels
import LTFNParallel
import LTFNTraining
import Testing

@Suite("Binding a graph to its variables")
struct BindingTests {
    static func name(_ string: String) throws -> VariableName { try VariableName(string) }

    static func tensor(_ shape: [Int]) throws -> TensorData {
        try TensorData(
            shape: shape, floats: [Float](repeating: 0.5, count: shape.reduce(1, *)))
    }

    /// convolution 3×3×2×4, relu, max-pool, flatten, dense 12×3 on 6×4×2.
    static func graph(
        input: [Int] = [6, 4, 2], flatten: Bool = true, window: Int = 2, stride: Int = 1,
        bias: Bool = true
    ) throws -> ModelGraph {
        var layers = [
            Layer(
                name: "conv",
                operation: .convolution2D(
                    .init(
                        weights: try name("w"), bias: bias ? try name("b") : nil,
                        strides: .init(stride, stride), padding: .same))),
            Layer(name: "relu", operation: .relu),
            Layer(
                name: "pool",
                operation: .maxPool2D(
                    window: .init(window, window), strides: .init(2, 2), padding: .valid)),
            Layer(name: "flat", operation: .flatten),
            Layer(
                name: "dense",
                operation: .dense(weights: try name("v"), bias: bias ? try name("c") : nil)),
        ]
        if !flatten { layers.remove(at: 3) }
        return ModelGraph(name: "net", input: .init(shape: try TensorShape(input)), layers: layers)
    }

    static func variables() throws -> [VariableName: TensorData] {
        [
            try name("w"): try tensor([3, 3, 2, 4]), try name("b"): try tensor([4]),
            try name("v"): try tensor([24, 3]), try name("c"): try tensor([3]),
        ]
    }

    func error(
        _ graph: ModelGraph, _ variables: [VariableName: TensorData]
    ) -> FormatError? {
        do {
            _ = try InferenceSession(
                graph: graph, parameters: variables, maximumBatch: 4,
                parallelism: Parallelism(threadCount: 1))
            return nil
        } catch { return error }
    }

    @Test("A graph that fits its variables runs")
    func fits() throws {
        #expect(error(try Self.graph(), try Self.variables()) == nil)
        let session = try InferenceSession(
            graph: Self.graph(), parameters: Self.variables(), maximumBatch: 4,
            parallelism: Parallelism(threadCount: 1))
        #expect(session.classCount == 3)
        #expect(try session.logits(images: [Float](repeating: 1, count: 48 * 9)).count == 27)
        #expect(try session.logits(images: []).isEmpty)
    }

    @Test(
        "Every shape that does not fit is an error that names the variable",
        arguments: [
            ("w", [3, 3, 2]), ("w", [3, 3, 5, 4]), ("w", [0, 3, 2, 4]), ("w", [3, 3, 2, 0]),
            ("w", [3, 3, 2, 5]), ("b", [5]), ("b", [4, 1]), ("b", []), ("v", [25, 3]), ("v", [24]),
            ("v", [24, 0]), ("v", [24, 4]), ("c", [1, 3]), ("c", [0]),
        ])
    func misfit(variable: String, shape: [Int]) throws {
        var variables = try Self.variables()
        variables[try Self.name(variable)] = try Self.tensor(shape)
        let error = try #require(error(try Self.graph(), variables))
        #expect(error.code == .corrupt)
        #expect(error.message.hasPrefix("Layer \""))
    }

    @Test(
        "A missing variable and a variable of another type are errors",
        arguments: ["w", "b", "v", "c"])
    func missing(variable: String) throws {
        var variables = try Self.variables()
        variables[try Self.name(variable)] = nil
        #expect(error(try Self.graph(), variables)?.variable == variable)
        let info = try TensorInfo(
            dtype: .f64, shape: try #require(Self.variables()[Self.name(variable)]).info.shape)
        variables[try Self.name(variable)] = try TensorData(
            info: info, bytes: AlignedBytes(byteCount: info.byteCount))
        #expect(error(try Self.graph(), variables)?.code == .unsupportedFeature)
    }

    @Test("Graphs that cannot be are errors")
    func impossible() throws {
        let variables = try Self.variables()
        #expect(error(try Self.graph(input: [6, 4]), variables)?.code == .unsupportedFeature)
        #expect(error(try Self.graph(input: [6, 0, 2]), variables)?.code == .corrupt)
        #expect(error(try Self.graph(input: [6, 4, 3]), variables)?.variable == "w")
        #expect(error(try Self.graph(input: [6, 5, 2]), variables) == nil)
        #expect(error(try Self.graph(flatten: false), variables)?.code == .corrupt)
        #expect(error(try Self.graph(window: 7), variables)?.code == .corrupt)
        #expect(error(try Self.graph(window: 0), variables)?.code == .corrupt)
        #expect(error(try Self.graph(stride: 0), variables)?.code == .corrupt)
        #expect(error(try Self.graph(stride: -1), variables)?.code == .corrupt)
        #expect(
            error(try Self.graph(input: [1 << 30, 1 << 30, 2]), variables)?.code == .limitExceeded)
        #expect(
            error(try Self.graph(input: [1 << 15, 1 << 14, 2]), variables)?.code == .limitExceeded)
        let empty = ModelGraph(
            name: "", input: .init(shape: try TensorShape([2, 2, 2])), layers: [])
        #expect(error(empty, variables)?.code == .corrupt)
    }

    @Test("A bias that the graph leaves out stays zero in training")
    func noBias() throws {
        let step = try TrainingStep(
            graph: Self.graph(bias: false), parameters: Self.variables(), batchSize: 3,
            parallelism: Parallelism(threadCount: 1))
        let images = (0..<(48 * 3)).map { Float($0 % 7) }
        let before = try step.computeGradients(images: .floats(images), labels: [0, 1, 2])
        for _ in 0..<3 {
            _ = try step.run(images: .floats(images), labels: [0, 1, 2], learningRate: 0.01)
        }
        #expect(Set(try step.parameters().keys.map(\.string)) == ["v", "w"])
        let session = try InferenceSession(
            graph: Self.graph(bias: false), parameters: step.parameters(), maximumBatch: 3,
            parallelism: Parallelism(threadCount: 1))
        let blank = try session.logits(images: [Float](repeating: 0, count: 48))
        #expect(blank == [0, 0, 0])
        #expect(before.loss.isFinite)
    }
}
