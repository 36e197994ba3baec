/// What a file may ask of a reader.
///
/// A file that asks for more is refused with `limitExceeded`; nothing is allocated before the check.
public struct DecodingLimits: Hashable, Sendable {
    /// How many variables a file may hold.
    public var variableCount: Int = 16_777_216
    /// How long the description of the variables (index, header) may be, in bytes.
    public var indexByteCount: Int = 4_294_967_296
    /// How many axes a tensor may have.
    public var rank: Int = 64
    /// How many bytes one `read` may allocate for values.
    public var tensorByteCount: Int = 1 << 40

    /// How many bytes of values one `read` may make out of a file that stores far fewer (an
    /// initializer, a constant): more than this only when the file has a 1,032nd of them.
    public var expandedByteCount: Int = 64 << 20

    /// How many files may stand behind one another as bases.
    public var baseDepth: Int = 8

    public init() {}

    public static let standard = DecodingLimits()
}
