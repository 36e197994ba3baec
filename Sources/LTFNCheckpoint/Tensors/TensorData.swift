import LTFNBytes

/// A tensor with its values: row-major, little-endian, packed.
public struct TensorData: Sendable {
    public let info: TensorInfo
    public var bytes: AlignedBytes

    /// - Throws: `corrupt` when `bytes` are not as many as `info` asks for.
    public init(info: TensorInfo, bytes: AlignedBytes) throws(FormatError) {
        guard bytes.byteCount == info.byteCount else {
            throw FormatError(
                .corrupt,
                "A \(info.dtype.rawValue) tensor of shape \(info.shape) takes \(info.byteCount) "
                    + "bytes, found \(bytes.byteCount).")
        }
        self.info = info
        self.bytes = bytes
    }

    /// A tensor with values as they are stored: row-major, little-endian, packed.
    ///
    /// - Throws: as `TensorShape` and `TensorInfo`, and `corrupt` when the counts differ.
    public init(dtype: DType, shape: [Int], bytes: [UInt8]) throws(FormatError) {
        try AvailableMemory.expect(bytes.count)
        try self.init(
            info: TensorInfo(dtype: dtype, shape: TensorShape(shape)),
            bytes: AlignedBytes(copying: bytes.rawSpan))
    }

    /// A float32 tensor.
    ///
    /// - Throws: as `TensorShape` and `TensorInfo`, and `corrupt` when the counts differ.
    public init(shape: [Int], floats: [Float]) throws(FormatError) {
        let info = try TensorInfo(dtype: .f32, shape: TensorShape(shape))
        guard floats.count == info.shape.elementCount else {
            throw FormatError(
                .corrupt,
                "Shape \(info.shape) has \(info.shape.elementCount) elements, "
                    + "found \(floats.count).")
        }
        self.info = info
        var bytes = try AlignedBytes(reserving: info.byteCount)
        var values = bytes.mutableFloats
        for index in floats.indices { values[index] = floats[index] }
        self.bytes = bytes
    }
}
