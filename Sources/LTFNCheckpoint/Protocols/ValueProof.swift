/// What a file keeps to tell whether its values are as they were written.
public enum ValueProof: String, Hashable, Sendable {
    /// Nothing: a changed value looks as any other.
    case none
    /// A CRC-32, which finds what happened by accident.
    case crc32 = "CRC-32"
    /// A SHA-256 digest, which also finds what was done on purpose to the values alone.
    case sha256 = "SHA-256"
}
