/// A SHA-256 digest: 32 bytes.
public struct SHA256Digest: Hashable, Sendable {
    public let bytes: [UInt8]

    /// - Returns: nil when `bytes` are not 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }
}

extension SHA256Digest: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
