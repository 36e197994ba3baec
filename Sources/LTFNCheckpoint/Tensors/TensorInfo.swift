import LTFNBytes

/// What a tensor is, without its values.
public struct TensorInfo: Hashable, Sendable {
    public let dtype: DType
    public let shape: TensorShape
    /// The bytes of the values, row-major and packed.
    public let byteCount: Int

    /// - Throws: `limitExceeded` when the values would take more than 2^63 - 1 bytes.
    public init(dtype: DType, shape: TensorShape) throws(FormatError) {
        guard let byteCount = dtype.byteCount(elementCount: shape.elementCount) else {
            throw FormatError(
                .limitExceeded, "A \(dtype.rawValue) tensor of shape \(shape) has no byte count.")
        }
        self.dtype = dtype
        self.shape = shape
        self.byteCount = byteCount
    }
}
