/// A kind of layer that has weights: which, and what shapes they have.
struct CoreMLLayerKind {
    /// An extent of a tensor, by the fields of its layer.
    enum Extent {
        case field(Int)
        /// One field by another, which is 1 unless the layer says more.
        case quotient(Int, by: Int)
        /// As many as the field has numbers, or else these.
        case list(Int, unless: [UInt64])
    }

    /// A tensor of a layer.
    struct Weights {
        /// The message within the layer's that holds it.
        var container: (field: Int, name: String)?
        var field: Int
        var name: String
        /// nil: a vector of whatever length.
        var extents: [Extent]?
        /// Of a layer that goes the other way.
        var reversedExtents: [Extent]?
    }

    var weights: [Weights]
    /// The field that says that it goes the other way.
    var reversal: Int?
    /// Whether the layer is nothing but its one tensor, which is called as it.
    var isConstant = false

    private init(_ weights: [Weights], reversal: Int? = nil, isConstant: Bool = false) {
        self.weights = weights
        self.reversal = reversal
        self.isConstant = isConstant
    }

    /// Of the fields of a layer those that say that it has weights.
    static let all: [Int: CoreMLLayerKind] = [
        CoreMLField.Layer.convolution: convolution,
        CoreMLField.Layer.activation: CoreMLLayerKind([
            vector(1, "alpha", in: (25, "PReLU")),
            vector(1, "alpha", in: (71, "parametricSoftplus")),
            vector(2, "beta", in: (71, "parametricSoftplus")),
        ]),
        CoreMLField.Layer.innerProduct: CoreMLLayerKind([
            matrix(20, "weights", 2, 1), vector(21, "bias"),
        ]),
        150: CoreMLLayerKind([matrix(20, "weights", 2, 1), vector(21, "bias")]),
        160: CoreMLLayerKind([
            vector(15, "gamma"), vector(16, "beta"), vector(17, "mean"), vector(18, "variance"),
        ]),
        245: CoreMLLayerKind([shaped(2, "scale", by: 1), shaped(5, "bias", by: 4)]),
        250: CoreMLLayerKind([shaped(2, "bias", by: 1)]),
        290: CoreMLLayerKind([shaped(2, "data", by: 1)], isConstant: true),
        400: CoreMLLayerKind([
            matrix(30, "weightMatrix", 2, 1), matrix(31, "recursionMatrix", 2, 2),
            vector(32, "biasVector"),
        ]),
        410: CoreMLLayerKind(
            gates(["updateGate", "resetGate", "outputGate"], 30, 50, 70, in: nil)),
        420: lstm,
        430: lstm,
        500: CoreMLLayerKind([vector(20, "weights")]),
        1040: CoreMLLayerKind([matrix(20, "weights", 2, 1), vector(21, "bias")]),
        // The matrix stands column by column.
        1045: CoreMLLayerKind([matrix(8, "weights", 6, 5), vector(9, "bias")]),
        CoreMLField.Layer.loadConstantND: CoreMLLayerKind(
            [shaped(2, "data", by: 1)], isConstant: true),
        1350: CoreMLLayerKind([shaped(3, "gamma", by: 1), shaped(4, "beta", by: 1)]),
        1471: CoreMLLayerKind(
            [
                Weights(
                    field: 60, name: "weights",
                    extents: [
                        .field(1), .quotient(2, by: 10), .field(20), .field(21), .field(22),
                    ],
                    reversedExtents: [
                        .quotient(1, by: 10), .field(2), .field(20), .field(21), .field(22),
                    ]), vector(61, "bias"),
            ], reversal: 86),
    ]

    /// Of those the ones whose tensors, or what holds them, may be many.
    static let repeated: [Int: Set<Int>] = [430: [20], 500: [20]]

    private static let convolution: CoreMLLayerKind = {
        typealias Field = CoreMLField.Convolution
        let window = Extent.list(Field.kernelSize, unless: [3, 3])
        return CoreMLLayerKind(
            [
                Weights(
                    field: Field.weights, name: "weights",
                    extents: [.field(Field.outputChannels), .field(Field.kernelChannels), window],
                    reversedExtents: [
                        .field(Field.kernelChannels),
                        .quotient(Field.outputChannels, by: Field.groups), window,
                    ]), vector(Field.bias, "bias"),
            ], reversal: Field.isDeconvolution)
    }()

    private static let lstm: CoreMLLayerKind = {
        let container = (20, "weightParams")
        return CoreMLLayerKind(
            gates(
                ["inputGate", "forgetGate", "blockInput", "outputGate"], 1, 20, 40, in: container)
                + [
                    vector(60, "inputGatePeepholeVector", in: container),
                    vector(61, "forgetGatePeepholeVector", in: container),
                    vector(62, "outputGatePeepholeVector", in: container),
                ])
    }()

    /// The tensors of a recurrent layer, whose fields follow one another.
    private static func gates(
        _ names: [String], _ weights: Int, _ recursion: Int, _ bias: Int,
        in container: (Int, String)?
    ) -> [Weights] {
        names.enumerated().flatMap { index, name in
            [
                matrix(weights + index, name + "WeightMatrix", 2, 1, in: container),
                matrix(recursion + index, name + "RecursionMatrix", 2, 2, in: container),
                vector(bias + index, name + "BiasVector", in: container),
            ]
        }
    }

    private static func vector(
        _ field: Int, _ name: String, in container: (Int, String)? = nil
    ) -> Weights {
        Weights(container: container, field: field, name: name)
    }

    private static func matrix(
        _ field: Int, _ name: String, _ rows: Int, _ columns: Int,
        in container: (Int, String)? = nil
    ) -> Weights {
        Weights(
            container: container, field: field, name: name,
            extents: [.field(rows), .field(columns)])
    }

    private static func shaped(_ field: Int, _ name: String, by shape: Int) -> Weights {
        Weights(field: field, name: name, extents: [.list(shape, unless: [])])
    }
}
