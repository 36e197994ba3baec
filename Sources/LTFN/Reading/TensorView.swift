import LTFNBytes

/// Values that are only looked at: in the file where they stand, or in memory.
///
/// The view keeps the file mapped. A process that cuts the file short meanwhile takes the values
/// away: touching them then ends this process, so map only files that nobody else writes to.
public struct TensorView: Sendable {
    private enum Values: Sendable {
        case mapped(MappedBytes)
        case memory(AlignedBytes)
    }

    /// Type and shape.
    public let info: TensorInfo
    private let values: Values

    /// - Returns: nil when the values do not stand at a multiple of their own length.
    init?(_ info: TensorInfo, _ bytes: MappedBytes) {
        guard bytes.byteCount == info.byteCount,
            bytes.isAligned(to: max(1, min(info.dtype.bitCount / 8, 16)))
        else { return nil }
        self.info = info
        values = .mapped(bytes)
    }

    init(_ tensor: TensorData) {
        info = tensor.info
        values = .memory(tensor.bytes)
    }

    /// Whether the values stand in the file, and nothing was copied.
    public var isMapped: Bool {
        if case .mapped = values { true } else { false }
    }

    /// Calls `body` with the elements as they are stored, in row-major order.
    ///
    /// - Throws: `notRepresentable` when `type` is not how the dtype is stored.
    public func withElements<T: TensorElement, Value>(
        as type: T.Type, _ body: (Span<T>) -> Value
    ) throws(FormatError) -> Value {
        guard info.dtype == T.dtype else {
            throw FormatError(
                .notRepresentable,
                "The elements are stored as \(info.dtype.rawValue); \(T.self) is how "
                    + "\(T.dtype.rawValue) is stored.")
        }
        switch values {
        case .mapped(let bytes): return body(bytes.elements(as: type))
        case .memory(let bytes): return body(bytes.elements(as: type))
        }
    }

    /// Calls `body` with the bytes: row-major, little-endian, packed.
    public func withBytes<Value>(_ body: (RawSpan) -> Value) -> Value {
        switch values {
        case .mapped(let bytes): body(bytes.bytes)
        case .memory(let bytes): body(bytes.bytes)
        }
    }
}
