import LTFNBytes
import LTFNCheckpoint

/// A field of a protocol buffers message.
struct ProtobufField {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// Where in the source the bytes stand: of a string, a message, packed numbers.
        case bytes(Range<UInt64>)
    }

    var number: Int
    var value: Value
    /// Where the field begins.
    var offset: UInt64
    /// Where the next one does.
    var end: UInt64
}

/// Reads the fields of a protocol buffers message front to back.
///
/// A field of bytes is passed over by its length, so that of a message of any length only what is
/// asked for is read.
struct ProtobufReader {
    let source: any ByteSource
    let format: String
    private var position: UInt64
    private let end: UInt64
    /// Bytes of the source that were read ahead, and where they begin.
    private var buffer: [UInt8] = []
    private var bufferStart: UInt64 = 0

    private static let bufferByteCount: UInt64 = 4096

    /// - Parameter range: of the source; nil: all of it.
    /// - Throws: `truncated` when the source ends before.
    init(
        _ source: any ByteSource, _ range: Range<UInt64>? = nil, format: String
    ) throws(FormatError) {
        self.source = source
        self.format = format
        position = range?.lowerBound ?? 0
        end = range?.upperBound ?? source.byteCount
        guard end <= source.byteCount else {
            throw FormatError(
                .truncated, format: format, offset: source.byteCount,
                "A message ends at byte \(end); the file has \(source.byteCount) bytes.")
        }
    }

    /// The next field; nil at the end of the message.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func next() throws(FormatError) -> ProtobufField? {
        guard position < end else { return nil }
        let start = position
        let tag = try varint()
        let number = tag >> 3
        guard number > 0, number < 1 << 29 else {
            throw error(.corrupt, at: start, "A field has the number \(number).")
        }
        let value: ProtobufField.Value
        switch tag & 7 {
        case 0: value = .varint(try varint())
        case 1: value = .fixed64(try fixed(byteCount: 8))
        case 5: value = .fixed32(UInt32(truncatingIfNeeded: try fixed(byteCount: 4)))
        case 2:
            let byteCount = try varint()
            guard byteCount <= end - position else {
                throw error(
                    .truncated, at: start,
                    "A field of \(byteCount) bytes was expected, \(end - position) are left.")
            }
            value = .bytes(position..<position + byteCount)
            position += byteCount
        default:
            throw error(.corrupt, at: start, "A field has the unknown wire type \(tag & 7).")
        }
        return ProtobufField(
            number: Int(number), value: value, offset: start, end: position)
    }

    /// The bytes of a field.
    ///
    /// - Parameter limit: how many there may be.
    /// - Throws: `limitExceeded`, `io`.
    func bytes(_ range: Range<UInt64>, limit: Int) throws(FormatError) -> [UInt8] {
        if range.isEmpty { return [] }
        guard range.upperBound - range.lowerBound <= UInt64(max(limit, 0)) else {
            throw error(
                .limitExceeded, at: range.lowerBound,
                "A field has \(range.upperBound - range.lowerBound) bytes; \(limit) are allowed.")
        }
        return try source.read(
            at: range.lowerBound, byteCount: Int(range.upperBound - range.lowerBound))
    }

    /// The text of a field.
    ///
    /// - Throws: `limitExceeded`, `corrupt` when it is not valid UTF-8, `io`.
    func string(_ range: Range<UInt64>, limit: Int = 1 << 20) throws(FormatError) -> String {
        guard let text = String(validating: try bytes(range, limit: limit), as: UTF8.self) else {
            throw error(.corrupt, at: range.lowerBound, "A string is not valid UTF-8.")
        }
        return text
    }

    /// The message of a field.
    ///
    /// - Throws: `truncated`.
    func message(_ range: Range<UInt64>) throws(FormatError) -> ProtobufReader {
        try ProtobufReader(source, range, format: format)
    }

    func error(
        _ code: FormatError.Code, at offset: UInt64, _ message: String
    ) -> FormatError {
        FormatError(code, format: format, offset: offset, message)
    }
}

// Numbers.
extension ProtobufReader {
    /// The next number of packed varints; nil at the end.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func nextPacked() throws(FormatError) -> UInt64? {
        position < end ? try varint() : nil
    }

    /// The next number of packed ones that have `byteCount` bytes each; nil at the end.
    ///
    /// - Throws: `truncated`, `io`.
    mutating func nextPackedFixed(byteCount: UInt64) throws(FormatError) -> UInt64? {
        position < end ? try fixed(byteCount: byteCount) : nil
    }

    private mutating func varint() throws(FormatError) -> UInt64 {
        let start = position
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try byte()
            // The tenth byte has room for one bit.
            guard shift < 63 || byte < 2 else { break }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw error(.corrupt, at: start, "A number has more than 64 bits.")
    }

    private mutating func fixed(byteCount: UInt64) throws(FormatError) -> UInt64 {
        var result: UInt64 = 0
        for number in 0..<byteCount { result |= UInt64(try byte()) << (8 * number) }
        return result
    }

    private mutating func byte() throws(FormatError) -> UInt8 {
        guard position < end else {
            throw error(.truncated, at: position, "The message ends within a field.")
        }
        if position < bufferStart || position - bufferStart >= UInt64(buffer.count) {
            buffer = try source.read(
                at: position, byteCount: Int(min(Self.bufferByteCount, end - position)))
            bufferStart = position
        }
        defer { position += 1 }
        return buffer[Int(position - bufferStart)]
    }
}
