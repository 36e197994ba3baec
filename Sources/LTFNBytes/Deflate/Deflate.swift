/// What stands around compressed bytes.
public enum DeflateFraming: Hashable, Sendable {
    /// Nothing (RFC 1951).
    case raw
    /// A header and an Adler-32 (RFC 1950).
    case zlib
    /// A header, a CRC-32 and the length (RFC 1952).
    case gzip
}

/// What the compressor looks for.
public enum DeflateStrategy: Hashable, Sendable {
    /// Repeated strings.
    case `default`
    /// Only frequent bytes: several times faster, enough for the bytes of exponents.
    case huffmanOnly
    /// Frequent bytes and runs of one byte.
    case rle
}

/// Deflate (RFC 1951) of bytes in memory, in one call.
public enum Deflate {
    /// The compressed form of `bytes`: the same for the same zlib build, on any thread.
    ///
    /// - Parameter level: 0 (stored) to 9 (smallest).
    public static func compress(
        _ bytes: [UInt8], level: Int = 6, strategy: DeflateStrategy = .default,
        framing: DeflateFraming = .raw
    ) -> [UInt8] {
        Deflater(level: level, strategy: strategy, framing: framing).compress(bytes.rawSpan)
    }

    /// The `byteCount` bytes that `compressed` stands for.
    ///
    /// - Throws: `truncated` when the compressed bytes end early, `checksumMismatch` when the
    ///   framing's checksum is wrong, `corrupt` when they hold fewer or more bytes, or other
    ///   bytes follow. Offsets count from the first compressed byte.
    public static func decompress(
        _ compressed: [UInt8], exactly byteCount: Int, framing: DeflateFraming = .raw
    ) throws(FormatError) -> [UInt8] {
        try checkExpansion(of: compressed.count, to: byteCount)
        try AvailableMemory.expect(byteCount)
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var output = bytes.mutableRawSpan
        try Inflater(framing: framing).decompress(compressed.rawSpan, into: &output)
        return bytes
    }

    /// Makes sure that `stored` compressed bytes can stand for `byteCount` bytes: two bits stand
    /// for 258 bytes at most. Ask before allocating `byteCount` bytes.
    ///
    /// - Throws: `corrupt`.
    public static func checkExpansion(of stored: Int, to byteCount: Int) throws(FormatError) {
        // By division: 1032 · stored may not fit.
        let allowance = 1024
        if byteCount < 0 || (byteCount > allowance && (byteCount - allowance) / 1032 > stored) {
            throw FormatError(
                .corrupt, "\(stored) compressed bytes cannot hold \(byteCount) bytes.")
        }
    }
}
