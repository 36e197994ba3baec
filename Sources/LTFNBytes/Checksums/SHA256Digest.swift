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
    public var description: String { Hexadecimal.string(bytes) }
}

extension SHA256Digest {
    /// The digest that 64 hexadecimal digits stand for, upper or lower case.
    ///
    /// - Returns: nil for any other text.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for digit in digits {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            bytes.append(UInt8(value))
        }
        self.bytes = (0..<32).map { bytes[2 * $0] << 4 | bytes[2 * $0 + 1] }
    }
}
