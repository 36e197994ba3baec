import LTFNBytes

/// Reads numbers and strings from a source front to back, a window at a time.
struct GGUFCursor {
    private let source: any ByteSource
    /// Where the next byte stands.
    private(set) var position: UInt64 = 0
    /// Where reading ends: with the source, or where no more is allowed.
    private let end: UInt64
    private var window: [UInt8] = []
    private var windowStart: UInt64 = 0

    private static let windowByteCount: UInt64 = 1 << 16

    init(_ source: any ByteSource, limit: Int) {
        self.source = source
        end = min(source.byteCount, UInt64(max(limit, 0)))
    }

    /// How many bytes are left.
    var remaining: UInt64 { end - position }

    func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: GGUFFormat.name, offset: position, message)
    }

    /// Makes sure that `count` things of `byteCount` bytes or more each may follow.
    ///
    /// - Throws: `truncated`, `limitExceeded`.
    func expect(
        _ count: UInt64, of byteCount: UInt64, _ what: String
    ) throws(FormatError) {
        guard count > remaining / byteCount else { return }
        if end < source.byteCount {
            throw error(
                .limitExceeded,
                "\(count) \(what) would make the header longer than the \(end) bytes that are "
                    + "allowed.")
        }
        throw error(
            .truncated, "\(count) \(what) were expected, and only \(remaining) bytes are left.")
    }

    /// A little-endian number.
    ///
    /// - Throws: `truncated`, `limitExceeded`, `io`.
    mutating func number<T: FixedWidthInteger & UnsignedInteger>(
        as type: T.Type = T.self
    ) throws(FormatError) -> T {
        let count = T.bitWidth / 8
        try expect(UInt64(count), of: 1, "bytes")
        let place = try place(of: count)
        var result: T = 0
        for step in 0..<count { result |= T(window[place + step]) << T(8 * step) }
        position += UInt64(count)
        return result
    }

    /// - Throws: `truncated`, `limitExceeded`, `io`.
    mutating func bytes(_ count: UInt64) throws(FormatError) -> [UInt8] {
        try expect(count, of: 1, "bytes")
        // Below 2⁶³: a source has so many bytes.
        let length = Int(count)
        try AvailableMemory.expect(length)
        defer { position += count }
        guard count <= Self.windowByteCount / 4 else {
            return try source.read(at: position, byteCount: length)
        }
        let place = try place(of: length)
        return Array(window[place..<place + length])
    }

    /// The bytes of a string, after their number.
    ///
    /// - Throws: `truncated`, `limitExceeded`, `io`.
    mutating func string() throws(FormatError) -> [UInt8] { try bytes(try number()) }

    /// Where the next `count` bytes, of which the source has as many, stand in the window.
    private mutating func place(of count: Int) throws(FormatError) -> Int {
        if position < windowStart
            || position + UInt64(count) > windowStart + UInt64(window.count)
        {
            try source.read(
                at: position, byteCount: Int(min(Self.windowByteCount, end - position)),
                into: &window)
            windowStart = position
        }
        return Int(position - windowStart)
    }
}
