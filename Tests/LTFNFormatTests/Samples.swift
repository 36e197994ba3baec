import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport

/// Small checkpoints that tests share.
enum Samples {
    /// The network of the tutorial, small: a graph, metadata, a tied variable, several dtypes.
    static func small() throws -> Checkpoint {
        var random = TestBytes(seed: 7)
        let weights = (0..<2 * 2 * 1 * 20).map { _ in random.normal() }
        let infos = [
            try variable(
                "conv_weights", .f32, [2, 2, 1, 20],
                initializer: InitializerSpec(
                    recipe: .varianceScaling(
                        scale: 1.3, fan: .fanIn, distribution: .uncorrectedTruncatedNormal),
                    seed: 1,
                    stream: 2, fans: Fans(fanIn: 4, fanOut: 80)),
                metadata: ["trained": .bool(true)]),
            try variable("conv_bias", .f32, [20]),
            try variable("tied", .f32, [2, 2, 1, 20], tiedTo: "conv_weights"),
            try variable("step", .i64, []),
            try variable("empty", .u8, [0, 3]),
            try variable("flags", .u4, [3]),
        ]
        let graph = ModelGraph(
            name: "tiny", input: .init(shape: try TensorShape([28, 28, 1]), scale: 1.0 / 255),
            layers: [
                Layer(
                    name: "conv",
                    operation: .convolution2D(
                        .init(
                            weights: try VariableName("conv_weights"),
                            bias: try VariableName("conv_bias"), padding: .same))),
                Layer(name: "relu", operation: .relu),
                Layer(
                    name: "pool",
                    operation: .maxPool2D(
                        window: .init(2, 2), strides: .init(2, 2), padding: .valid)),
                Layer(name: "flatten", operation: .flatten),
                Layer(
                    name: "dense",
                    operation: .dense(weights: try VariableName("conv_weights"), bias: nil)),
            ])
        let manifest = try Manifest(variables: infos, metadata: everyType, graph: graph)
        let values: [String: [UInt8]] = [
            "conv_weights": weights.flatMap(bytes), "tied": weights.flatMap(bytes),
            "conv_bias": [UInt8](repeating: 0, count: 80), "step": [1, 2, 3, 4, 5, 6, 7, 8],
            "empty": [], "flags": [0x21, 0x03],
        ]
        return try Checkpoint(
            manifest: manifest,
            tensors: manifest.variables.map {
                try tensor($0.tensor, values[$0.name.string] ?? [])
            })
    }

    static let everyType: Metadata = [
        "": .bool(false), "a": .i64(-1), "b": .u64(.max), "c": .f64(bits: 0x7FF0_0000_0000_0001),
        "d": .string("caf\u{E9}"), "e": .bytes([0, 255]),
        "f": .list([.bool(true), .list([]), .map(["x": .string("")])]), "g": .map([:]),
    ]

    static func bytes(_ value: Float) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
    }

    /// One variable with the bytes given.
    static func single(
        _ dtype: DType, _ shape: [Int], _ bytes: [UInt8], initializer: InitializerSpec? = nil
    ) throws -> Checkpoint {
        let info = try variable("w", dtype, shape, initializer: initializer)
        return try Checkpoint(
            manifest: Manifest(variables: [info]), tensors: [tensor(info.tensor, bytes)])
    }
}
