import LTFNBytes

/// The bytes of pickles, from front to back.
struct PickleInput {
    private let source: any ByteSource
    let format: String
    private let end: UInt64
    /// Where the bytes that were read ahead begin.
    private var bufferStart: UInt64
    private var buffer: [UInt8] = []
    private var position = 0

    private static let bufferByteCount = 1 << 16
    /// The longest line: the name of a class, or a number in digits.
    static let lineByteCount = 4096

    /// - Parameter range: of the source; pickles end before its end.
    init(_ source: any ByteSource, _ range: Range<UInt64>, format: String) {
        self.source = source
        self.format = format
        bufferStart = range.lowerBound
        end = range.upperBound
    }

    /// Where the next byte stands in the file.
    var offset: UInt64 { bufferStart + UInt64(position) }

    private var remaining: UInt64 { end - offset }

    /// - Throws: `truncated`, `io`.
    mutating func byte() throws(FormatError) -> UInt8 {
        if position == buffer.count { try fill() }
        defer { position += 1 }
        return buffer[position]
    }

    private mutating func fill() throws(FormatError) {
        let start = offset
        guard start < end else {
            throw error(.truncated, "The pickle ends without its last instruction.")
        }
        let count = Int(min(UInt64(Self.bufferByteCount), end - start))
        buffer = try source.read(at: start, byteCount: count)
        bufferStart = start
        position = 0
    }

    /// - Throws: `truncated`, before anything is allocated; `io`.
    mutating func bytes(_ count: UInt64) throws(FormatError) -> [UInt8] {
        guard count <= remaining, let count = Int(exactly: count) else {
            throw error(
                .truncated,
                "The pickle has a value of \(count) bytes; \(remaining) are left of the file.")
        }
        if count <= buffer.count - position {
            defer { position += count }
            return Array(buffer[position..<position + count])
        }
        try AvailableMemory.expect(2 * count)
        let bytes = try source.read(at: offset, byteCount: count)
        bufferStart = offset + UInt64(count)
        buffer = []
        position = 0
        return bytes
    }

    /// A number in `count` bytes, the low one first.
    ///
    /// - Throws: `truncated`, `io`.
    mutating func number(byteCount count: Int) throws(FormatError) -> UInt64 {
        var number: UInt64 = 0
        for index in 0..<count { number |= UInt64(try byte()) << UInt64(8 * index) }
        return number
    }

    /// The bytes before the next end of a line.
    ///
    /// - Throws: `truncated`, `limitExceeded`, `io`.
    mutating func line() throws(FormatError) -> [UInt8] {
        var line: [UInt8] = []
        while true {
            let byte = try byte()
            if byte == UInt8(ascii: "\n") { return line }
            guard line.count < Self.lineByteCount else {
                throw error(
                    .limitExceeded,
                    "A line of the pickle has more than \(Self.lineByteCount) bytes.")
            }
            line.append(byte)
        }
    }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: format, offset: offset, message)
    }
}
