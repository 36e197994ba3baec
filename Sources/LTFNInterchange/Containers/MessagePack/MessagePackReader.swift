import LTFNBytes

/// A value of MessagePack as its first bytes tell of it; what follows them is read on demand.
enum MessagePackValue: Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case float(UInt32)
    case double(UInt64)
    /// How many bytes follow.
    case string(UInt64)
    case bytes(UInt64)
    case extended(type: Int8, UInt64)
    /// How many values follow, or pairs of them.
    case array(UInt64)
    case map(UInt64)
}

/// Reads values of MessagePack front to back.
struct MessagePackReader {
    private let source: WindowedSource
    let format: String
    /// Where the next value begins.
    private(set) var position: UInt64
    let end: UInt64

    /// - Parameter range: of the source, within it.
    init(_ source: WindowedSource, _ range: Range<UInt64>, format: String) {
        self.source = source
        self.format = format
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: UInt64 { end - position }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: format, offset: position, message)
    }

    /// The next value, all of whose bytes are there.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func next() throws(FormatError) -> MessagePackValue {
        let start = self
        let head: UInt8 = try number()
        let value = try value(head, start)
        switch value {
        case .string(let count), .bytes(let count), .extended(_, let count), .array(let count):
            try expect(count)
        case .map(let count): try expect(2 * count)
        default: break
        }
        return value
    }

    private mutating func value(
        _ head: UInt8, _ start: MessagePackReader
    ) throws(FormatError) -> MessagePackValue {
        switch head {
        case 0...0x7F: .int(Int64(head))
        case 0x80...0x8F: .map(UInt64(head & 15))
        case 0x90...0x9F: .array(UInt64(head & 15))
        case 0xA0...0xBF: .string(UInt64(head & 31))
        case 0xC0: .null
        case 0xC2, 0xC3: .bool(head == 0xC3)
        case 0xC4: .bytes(UInt64(try number(as: UInt8.self)))
        case 0xC5: .bytes(UInt64(try number(as: UInt16.self)))
        case 0xC6: .bytes(UInt64(try number(as: UInt32.self)))
        case 0xC7: try extended(UInt64(try number(as: UInt8.self)))
        case 0xC8: try extended(UInt64(try number(as: UInt16.self)))
        case 0xC9: try extended(UInt64(try number(as: UInt32.self)))
        case 0xCA: .float(try number())
        case 0xCB: .double(try number())
        case 0xCC: .int(Int64(try number(as: UInt8.self)))
        case 0xCD: .int(Int64(try number(as: UInt16.self)))
        case 0xCE: .int(Int64(try number(as: UInt32.self)))
        case 0xCF: try unsigned()
        case 0xD0: .int(Int64(Int8(bitPattern: try number())))
        case 0xD1: .int(Int64(Int16(bitPattern: try number())))
        case 0xD2: .int(Int64(Int32(bitPattern: try number())))
        case 0xD3: .int(Int64(bitPattern: try number()))
        case 0xD4...0xD8: try extended(1 << UInt64(head - 0xD4))
        case 0xD9: .string(UInt64(try number(as: UInt8.self)))
        case 0xDA: .string(UInt64(try number(as: UInt16.self)))
        case 0xDB: .string(UInt64(try number(as: UInt32.self)))
        case 0xDC: .array(UInt64(try number(as: UInt16.self)))
        case 0xDD: .array(UInt64(try number(as: UInt32.self)))
        case 0xDE: .map(UInt64(try number(as: UInt16.self)))
        case 0xDF: .map(UInt64(try number(as: UInt32.self)))
        case 0xE0...0xFF: .int(Int64(Int8(bitPattern: head)))
        default: throw start.error(.corrupt, "No value begins with the byte 0xC1.")
        }
    }

    private mutating func unsigned() throws(FormatError) -> MessagePackValue {
        let bits: UInt64 = try number()
        return Int64(exactly: bits).map { .int($0) } ?? .uint(bits)
    }

    private mutating func extended(_ count: UInt64) throws(FormatError) -> MessagePackValue {
        .extended(type: Int8(bitPattern: try number()), count)
    }

    /// The bytes that follow a value.
    ///
    /// - Throws: `truncated`, `io`.
    mutating func bytes(_ count: UInt64) throws(FormatError) -> [UInt8] {
        try expect(count)
        // Below 2³³.
        try AvailableMemory.expect(Int(count))
        defer { position += count }
        return try source.read(at: position, byteCount: Int(count))
    }

    /// Where the bytes that follow a value stand, which are passed over.
    ///
    /// - Throws: `truncated`.
    mutating func skip(_ count: UInt64) throws(FormatError) -> Range<UInt64> {
        try expect(count)
        defer { position += count }
        return position..<position + count
    }

    /// A reader of those bytes.
    ///
    /// - Throws: `truncated`.
    mutating func subreader(_ count: UInt64) throws(FormatError) -> MessagePackReader {
        MessagePackReader(source, try skip(count), format: format)
    }

    private func expect(_ count: UInt64) throws(FormatError) {
        guard count <= remaining else {
            throw error(
                .truncated, "\(count) bytes or more were expected, \(remaining) are left.")
        }
    }

    /// A big-endian number.
    private mutating func number<T: FixedWidthInteger & UnsignedInteger>(
        as type: T.Type = T.self
    ) throws(FormatError) -> T {
        let byteCount = T.bitWidth / 8
        try expect(UInt64(byteCount))
        let bytes = try source.read(at: position, byteCount: byteCount)
        position += UInt64(byteCount)
        return bytes.reduce(0) { $0 << 8 | T(truncatingIfNeeded: $1) }
    }
}
