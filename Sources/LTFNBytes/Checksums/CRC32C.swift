/// CRC-32C (Castagnoli, as in iSCSI: RFC 3720, appendix B.4): finds every burst of up to 32 wrong
/// bits.
public struct CRC32C: Hashable, Sendable {
    /// The checksum of all bytes so far: 0 for none.
    public private(set) var value: UInt32

    /// - Parameter value: the checksum of the bytes that come before.
    public init(continuing value: UInt32 = 0) {
        self.value = value
    }

    public mutating func update(_ bytes: RawSpan) {
        update(bytes, body: .selectedForCRC32C)
    }

    public mutating func update(_ bytes: [UInt8]) {
        update(bytes.rawSpan)
    }

    package mutating func update(_ bytes: RawSpan, body: ChecksumBody) {
        value = ChecksumKernels.crc32c(body, value, bytes)
    }

    public static func checksum(_ bytes: RawSpan) -> UInt32 {
        var crc = CRC32C()
        crc.update(bytes)
        return crc.value
    }

    public static func checksum(_ bytes: [UInt8]) -> UInt32 {
        checksum(bytes.rawSpan)
    }
}
