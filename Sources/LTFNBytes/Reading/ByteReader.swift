/// Reads numbers and strings from bytes in memory, front to back, without ever trapping.
///
/// Every read checks first that the bytes are there; errors carry the offset in the file.
public struct ByteReader: Sendable {
    private let storage: [UInt8]
    private var position: Int
    private let end: Int
    private let base: UInt64
    /// The format that errors name.
    public let format: String?

    /// A reader over all of `bytes`, the first of which stands at `baseOffset` in the file.
    public init(_ bytes: [UInt8], at baseOffset: UInt64 = 0, format: String? = nil) {
        storage = bytes
        position = 0
        end = bytes.count
        base = baseOffset
        self.format = format
    }

    private init(_ other: ByteReader, byteCount: Int) {
        storage = other.storage
        position = other.position
        end = other.position + byteCount
        base = other.base
        format = other.format
    }

    /// How many bytes are left.
    public var remaining: Int { end - position }

    /// Where the next byte stands in the file.
    public var offset: UInt64 { base &+ UInt64(position) }

    /// An error at the next byte.
    public func error(
        _ code: FormatError.Code, rule: String? = nil, _ message: String
    ) -> FormatError {
        FormatError(code, format: format, rule: rule, offset: offset, message)
    }

    /// Makes sure that nothing is left.
    ///
    /// - Throws: `corrupt` when bytes follow.
    public func expectEnd(of what: String = "the structure") throws(FormatError) {
        if remaining > 0 {
            throw error(.corrupt, "\(remaining) unexpected bytes follow the end of \(what).")
        }
    }

    /// Makes sure that `byteCount` bytes are left.
    ///
    /// - Throws: `truncated`; `corrupt` when `byteCount` is negative.
    public func expect(_ byteCount: Int) throws(FormatError) {
        if byteCount < 0 { throw error(.corrupt, "A length of \(byteCount) bytes is negative.") }
        if byteCount > remaining {
            throw error(.truncated, "\(byteCount) bytes were expected, \(remaining) are left.")
        }
    }
}

// Blocks.
extension ByteReader {
    /// A copy of the next `byteCount` bytes.
    ///
    /// - Throws: `truncated`.
    public mutating func bytes(_ byteCount: Int) throws(FormatError) -> [UInt8] {
        try expect(byteCount)
        defer { position += byteCount }
        return Array(storage[position..<position + byteCount])
    }

    /// Passes over the next `byteCount` bytes.
    ///
    /// - Throws: `truncated`.
    public mutating func skip(_ byteCount: Int) throws(FormatError) {
        try expect(byteCount)
        position += byteCount
    }

    /// A reader over the next `byteCount` bytes, which this one passes over. Complexity: O(1).
    ///
    /// - Throws: `truncated`.
    public mutating func subreader(_ byteCount: Int) throws(FormatError) -> ByteReader {
        try expect(byteCount)
        defer { position += byteCount }
        return ByteReader(self, byteCount: byteCount)
    }

    /// The next `byteCount` bytes as text.
    ///
    /// - Throws: `truncated`; `corrupt` when they are not valid UTF-8.
    public mutating func string(_ byteCount: Int) throws(FormatError) -> String {
        try expect(byteCount)
        guard
            let text = String(
                validating: storage[position..<position + byteCount], as: UTF8.self)
        else { throw error(.corrupt, "A string of \(byteCount) bytes is not valid UTF-8.") }
        position += byteCount
        return text
    }
}

// Numbers, little-endian unless named otherwise.
extension ByteReader {
    private mutating func number<T: FixedWidthInteger>(as type: T.Type) throws(FormatError) -> T {
        let byteCount = T.bitWidth / 8
        try expect(byteCount)
        defer { position += byteCount }
        return storage.littleEndian(at: position, as: T.self)
    }

    /// - Throws: `truncated`.
    public mutating func u8() throws(FormatError) -> UInt8 { try number(as: UInt8.self) }

    /// - Throws: `truncated`.
    public mutating func u16() throws(FormatError) -> UInt16 { try number(as: UInt16.self) }

    /// - Throws: `truncated`.
    public mutating func u32() throws(FormatError) -> UInt32 { try number(as: UInt32.self) }

    /// - Throws: `truncated`.
    public mutating func u64() throws(FormatError) -> UInt64 { try number(as: UInt64.self) }

    /// - Throws: `truncated`.
    public mutating func i64() throws(FormatError) -> Int64 {
        Int64(bitPattern: try number(as: UInt64.self))
    }

    /// - Throws: `truncated`.
    public mutating func f32() throws(FormatError) -> Float {
        Float(bitPattern: try number(as: UInt32.self))
    }

    /// - Throws: `truncated`.
    public mutating func f64() throws(FormatError) -> Double {
        Double(bitPattern: try number(as: UInt64.self))
    }

    /// A big-endian number, as IDX files hold them.
    ///
    /// - Throws: `truncated`.
    public mutating func u32BigEndian() throws(FormatError) -> UInt32 {
        try number(as: UInt32.self).byteSwapped
    }
}
