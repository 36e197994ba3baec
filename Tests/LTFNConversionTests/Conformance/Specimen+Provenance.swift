import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

extension Specimen {
    /// What a checkpoint says beside its values.
    static func provenance() throws -> [Specimen] {
        [
            try Specimen(
                "tied variables",
                [
                    variable("decoder", tiedTo: "encoder"), variable("encoder"), variable("other"),
                ]),
            try Specimen(
                "strings as metadata",
                metadata: ["format": .string("pt"), "ключ": .string("\u{1}\"\\\n")],
                [
                    variable("w")
                ]),
            try Specimen(
                "metadata of every kind", metadata: everyKind,
                [
                    variable("w", metadata: everyKind), variable("x"),
                ]),
            try Specimen(
                "initializers",
                initializers.enumerated().map { index, initializer in
                    try variable("layer\(index)", initializer: initializer)
                }),
            try Specimen(
                "a graph", graph: graph(),
                [
                    variable("w", .f32, [3, 3, 1, 4]), variable("b", .f32, [4]),
                    variable("v", .f32, [196, 10]),
                ]),
        ]
    }

    private static let everyKind: Metadata = [
        "bool": .bool(true), "i64": .i64(.min), "u64": .u64(.max), "f64": .f64(-0.0),
        "nan": .f64(bits: 0x7FF8_0000_0000_0001), "third": .f64(1.0 / 3),
        "infinity": .f64(-.infinity),
        "bytes": .bytes([0, 255, 16]), "list": .list([.string(""), .list([]), .i64(-1)]),
        "map": .map(["b": .map([:]), "a": .string("é")]), "tiny": .f64(bits: 1),
        "string": .string("s"),
    ]

    private static let initializers: [InitializerSpec] = {
        let recipes: [InitializerRecipe] = [
            .zeros, .ones, .constant(0.1), .uniform(low: -0.5, high: 0.25),
            .normal(mean: 0, standardDeviation: 1),
            .truncatedNormal(mean: 1, standardDeviation: 2), .scaledNormal(factor: 0.01),
            .varianceScaling(
                scale: 1.3 * 2, fan: .fanIn, distribution: .uncorrectedTruncatedNormal),
            .varianceScaling(scale: 1, fan: .fanOut, distribution: .uniform),
            .varianceScaling(scale: 1, fan: .fanAverage, distribution: .correctedTruncatedNormal),
            .varianceScaling(scale: 1, fan: .fanAverage, distribution: .untruncatedNormal),
            .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal,
        ]
        return recipes.enumerated().map { index, recipe in
            let (seed, stream) = (UInt64.max - UInt64(index), UInt64(index))
            let fans = Fans(fanIn: 2, fanOut: 3)
            let initializer = try! Initializer(
                recipe: recipe, seed: seed, stream: stream, fans: fans, dtype: .f32)
            return InitializerSpec(
                recipe: recipe, seed: seed, stream: stream, fans: fans,
                evidence: .reproducible(
                    algorithmVersion: 1, digest: try! initializer.digest(elementCount: 6)))
        } + [
            InitializerSpec(recipe: .described(name: "orthogonal", parameters: ["gain": .f64(2)])),
            InitializerSpec(recipe: .heNormal),
        ]
    }()

    private static func graph() throws -> ModelGraph {
        ModelGraph(
            name: "tiny",
            input: ModelGraph.Input(
                shape: try TensorShape([14, 14, 1]), scale: 1.0 / 255, offset: -0.5),
            layers: [
                Layer(
                    name: "layer1",
                    operation: .convolution2D(
                        Layer.Convolution2D(
                            weights: try VariableName("w"), bias: try VariableName("b"),
                            strides: Layer.Size2D(1, 1), padding: .same))),
                Layer(name: "relu1", operation: .relu),
                Layer(
                    name: "pool",
                    operation: .maxPool2D(
                        window: Layer.Size2D(2, 2), strides: Layer.Size2D(2, 2), padding: .valid)),
                Layer(name: "flatten", operation: .flatten),
                Layer(name: "logits", operation: .dense(weights: try VariableName("v"), bias: nil)),
            ])
    }
}
