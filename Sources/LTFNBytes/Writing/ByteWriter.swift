/// Gathers numbers and strings in memory: the mirror of `ByteReader`.
public struct ByteWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    public init(reservingCapacity byteCount: Int = 0) {
        bytes.reserveCapacity(byteCount)
    }

    /// How many bytes have been written.
    public var count: Int { bytes.count }

    public mutating func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    public mutating func append(_ more: RawSpan) { bytes.append(copying: more) }
    public mutating func append(_ more: ArraySlice<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Appends the UTF-8 bytes of `text`, without length or terminator.
    public mutating func string(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func zeros(_ byteCount: Int) {
        bytes.append(contentsOf: repeatElement(0, count: byteCount))
    }

    /// Appends zeros until `count` is a multiple of `alignment` (1 or more).
    public mutating func pad(toMultipleOf alignment: Int) {
        let excess = count % alignment
        if excess > 0 { zeros(alignment - excess) }
    }
}

// Numbers, little-endian unless named otherwise.
extension ByteWriter {
    private mutating func number(_ value: some FixedWidthInteger) {
        for shift in stride(from: 0, to: value.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    public mutating func u8(_ value: UInt8) { bytes.append(value) }

    public mutating func u16(_ value: UInt16) { number(value) }

    public mutating func u32(_ value: UInt32) { number(value) }

    public mutating func u64(_ value: UInt64) { number(value) }

    public mutating func i64(_ value: Int64) { number(value) }

    /// Appends the bit pattern of `value`: a NaN keeps its payload.
    public mutating func f32(_ value: Float) { number(value.bitPattern) }

    /// Appends the bit pattern of `value`: a NaN keeps its payload.
    public mutating func f64(_ value: Double) { number(value.bitPattern) }

    /// A big-endian number, as IDX files hold them.
    public mutating func u32BigEndian(_ value: UInt32) { number(value.byteSwapped) }
}
