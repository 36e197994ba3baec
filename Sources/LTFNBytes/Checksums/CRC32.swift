/// CRC-32, the checksum of zip, gzip and PNG: reflected polynomial 0xEDB88320, initial value and
/// final xor all ones. (`.ltfn` files have CRC-32C, another polynomial.)
public struct CRC32: Hashable, Sendable {
    /// The checksum of all bytes so far.
    public private(set) var value: UInt32 = 0

    public init() {}

    public mutating func update(_ bytes: RawSpan) {
        update(bytes, body: .selectedForCRC32C)
    }

    public mutating func update(_ bytes: [UInt8]) {
        update(bytes.rawSpan)
    }

    /// - Parameter body: must be supported for CRC-32C, whose instructions it takes; the portable
    ///   one is zlib's.
    package mutating func update(_ bytes: RawSpan, body: ChecksumBody) {
        // Shorter ones are over in zlib before the instructions have begun.
        value =
            body == .hardware && bytes.byteCount >= 64
            ? ChecksumKernels.crc32(value, bytes)
            : ZlibChecksum.crc32(bytes, continuing: value)
    }

    /// The checksum of `bytes`.
    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32()
        checksum.update(bytes)
        return checksum.value
    }

    /// Makes sure that it is the one that a file says.
    ///
    /// - Parameter offset: where in the file the bytes begin.
    /// - Throws: `checksumMismatch`.
    public func expect(_ expected: UInt32, at offset: UInt64) throws(FormatError) {
        guard value != expected else { return }
        throw FormatError(
            .checksumMismatch, offset: offset,
            "The values have the CRC-32 \(Self.text(value)), the file says "
                + "\(Self.text(expected)): they are not those that were written.")
    }

    private static func text(_ value: UInt32) -> String {
        Hexadecimal.string((0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }
}
