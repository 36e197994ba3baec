/// What a file may ask of a reader.
///
/// A file that asks for more is refused with `limitExceeded`; nothing is allocated before the
/// check.
public struct DecodingLimits: Hashable, Sendable {
    /// How many variables a file may hold.
    public var variableCount: Int = 16_777_216
    /// How long the description of the variables (index, header) may be, in bytes.
    public var indexByteCount: Int = 4_294_967_296
    /// How many axes a tensor may have.
    public var rank: Int = 64
    /// How many bytes one `read` may allocate for values.
    public var tensorByteCount: Int = 1 << 40

    /// How many bytes of values may be made out of a file that stores far fewer (an initializer, a
    /// constant), by one `read` and by all that a command does: more than this only when the file
    /// has a 1,032nd of them.
    public var expandedByteCount: Int = 64 << 20

    /// How many files may follow one another as bases.
    public var baseDepth: Int = 8

    public init() {}

    public static let standard = DecodingLimits()
}

extension DecodingLimits {
    /// The most that deflate makes of a byte.
    private static let deflateRatio: UInt64 = 1032

    /// How many bytes of values may be made out of a file of `fileByteCount` bytes.
    public func expansion(ofFileWith fileByteCount: UInt64) -> UInt64 {
        let (backed, overflow) = fileByteCount.multipliedReportingOverflow(by: Self.deflateRatio)
        return max(UInt64(max(0, expandedByteCount)), overflow ? .max : backed)
    }

    /// How many bytes a packed chunk of such a file may have when it is unpacked, beside what it is
    /// unpacked to: a file of a few kilobytes cannot ask for more at once.
    public func packedChunkByteCount(ofFileWith fileByteCount: UInt64) -> UInt64 {
        let (backed, overflow) = fileByteCount.multipliedReportingOverflow(by: 16)
        return max(UInt64(max(0, expandedByteCount)) / 8, overflow ? .max : backed)
    }
}
