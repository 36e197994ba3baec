/// The values of one layer's parameters; both empty for a layer without.
public struct LayerParameters: Hashable, Sendable {
    /// `[H, W, I, O]` or `[in, out]`.
    public var kernel: [Float]
    /// `[O]` or `[out]`.
    public var bias: [Float]

    public init(kernel: [Float] = [], bias: [Float] = []) {
        self.kernel = kernel
        self.bias = bias
    }
}

/// Images as they come in, `[N, H, W, C]`.
public enum ImageBatch: Hashable, Sendable {
    /// Values as the first layer takes them.
    case floats([Float])
    /// Raw bytes; the first layer takes `byte · scale + offset`.
    case bytes([UInt8], scale: Float, offset: Float)

    /// How many values there are in all images together.
    public var valueCount: Int {
        switch self {
        case .floats(let values): values.count
        case .bytes(let values, _, _): values.count
        }
    }
}
