import LTFNBytes

/// The name of a variable: 1 to 1,024 bytes of UTF-8 without control characters, compared as bytes.
public struct VariableName: Hashable, Comparable, Sendable {
    public let bytes: ByteString

    public static let maximumByteCount = 1024

    /// - Throws: `notRepresentable` when the name is empty, too long, or holds a control character.
    public init(_ string: String) throws(FormatError) {
        let count = string.utf8.count
        guard count >= 1, count <= Self.maximumByteCount else {
            throw FormatError(
                .notRepresentable,
                "A variable's name has 1 to \(Self.maximumByteCount) bytes, found \(count).")
        }
        // C0 and C1 controls and DEL.
        for scalar in string.unicodeScalars
        where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
            let code = String(scalar.value, radix: 16, uppercase: true).aligned(4, with: "0")
            throw FormatError(
                .notRepresentable,
                "A variable's name holds the control character U+\(code); expected none.")
        }
        bytes = ByteString(string)
    }

    /// The name that is spelled by `utf8`.
    ///
    /// - Throws: `notRepresentable` as above, and when the bytes are not valid UTF-8.
    public init(utf8: ArraySlice<UInt8>) throws(FormatError) {
        // Nearly all names: nothing in them has to be decoded to be looked at.
        var isPlain = !utf8.isEmpty && utf8.count <= Self.maximumByteCount
        for byte in utf8 where byte < 0x20 || byte > 0x7E { isPlain = false }
        if isPlain {
            self.init(checked: String(decoding: utf8, as: UTF8.self))
            return
        }
        guard let string = String(validating: utf8, as: UTF8.self) else {
            throw FormatError(.notRepresentable, "A variable's name is not valid UTF-8.")
        }
        try self.init(string)
    }

    private init(checked string: String) {
        bytes = ByteString(string)
    }

    public var string: String { bytes.string }

    public static func < (left: VariableName, right: VariableName) -> Bool {
        left.bytes < right.bytes
    }
}

extension VariableName: CustomStringConvertible {
    public var description: String { string }
}
