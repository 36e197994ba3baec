import LTFNBytes

/// What one layer computes, with all shapes known.
public enum LayerGeometry: Hashable, Sendable {
    /// A convolution with a kernel `[H, W, I, O]` and a bias `[O]`.
    case convolution(ConvolutionGeometry)
    /// The largest value under each window.
    case maxPool(PoolingGeometry)
    /// `max(x, 0)`.
    case relu
    /// A kernel `[in, out]` and a bias `[out]`.
    case dense(inputs: Int, outputs: Int)

    /// Elements of the kernel, 0 for a layer without parameters.
    public var kernelCount: Int {
        switch self {
        case .convolution(let geometry): geometry.kernelCount
        case .dense(let inputs, let outputs): inputs * outputs
        case .maxPool, .relu: 0
        }
    }

    /// Elements of the bias, 0 for a layer without parameters.
    public var biasCount: Int {
        switch self {
        case .convolution(let geometry): geometry.output.channels
        case .dense(_, let outputs): outputs
        case .maxPool, .relu: 0
        }
    }
}

/// A network's layers with all shapes known and checked against one another.
public struct NetworkGeometry: Hashable, Sendable {
    public let input: FeatureMap
    public let layers: [LayerGeometry]
    /// Elements that each layer makes of one image.
    public let outputCounts: [Int]

    /// - Throws: `corrupt` when there is no layer or a layer does not take what the one before
    ///   makes, `limitExceeded` when a layer is too large.
    public init(input: FeatureMap, layers: [LayerGeometry]) throws(FormatError) {
        var counts: [Int] = []
        var current = input.elementCount
        for (index, layer) in layers.enumerated() {
            let (takes, makes) = try Self.counts(of: layer, after: current)
            guard takes == current else {
                throw FormatError(
                    .corrupt,
                    "Layer \(index) takes \(takes) values, but the one before makes \(current).")
            }
            current = makes
            counts.append(makes)
        }
        guard !layers.isEmpty else {
            throw FormatError(.corrupt, "The network has no layer; expected at least one.")
        }
        self.input = input
        self.layers = layers
        outputCounts = counts
    }

    /// Values that the network makes of one image: the logits.
    public var classCount: Int { outputCounts[outputCounts.count - 1] }

    private static func counts(
        of layer: LayerGeometry, after current: Int
    ) throws(FormatError) -> (takes: Int, makes: Int) {
        switch layer {
        case .convolution(let geometry):
            return (geometry.input.elementCount, geometry.output.elementCount)
        case .maxPool(let geometry):
            return (geometry.input.elementCount, geometry.output.elementCount)
        case .relu:
            return (current, current)
        case .dense(let inputs, let outputs):
            _ = try checkedProduct([inputs, outputs], "dense kernel \(inputs)×\(outputs)")
            return (inputs, outputs)
        }
    }
}

extension LayerGeometry {
    /// `[H, W, I, O]`, `[in, out]`, or `[]` for a layer without parameters.
    public var kernelShape: [Int] {
        switch self {
        case .convolution(let geometry): geometry.kernelShape
        case .dense(let inputs, let outputs): [inputs, outputs]
        case .maxPool, .relu: []
        }
    }
}
