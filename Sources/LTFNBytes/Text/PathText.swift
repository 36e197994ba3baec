/// Paths as text, whatever their bytes are.
///
/// The operating system takes any bytes for a name, and text has none but valid UTF-8. A byte that
/// is not part of any character becomes one for private use, U+10FE80 to U+10FEFF, and is itself
/// again when the operating system is asked. A character of this range in a name becomes four of
/// them, so that no two names are the same text.
public enum PathText {
    private static let base: UInt32 = 0x10FE00

    /// The byte that a character stands for; nil for one that stands for itself.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        (base + 0x80...base + 0xFF).contains(scalar.value) ? UInt8(scalar.value - base) : nil
    }

    /// The text for the bytes of a path.
    public static func text(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self),
            !text.unicodeScalars.contains(where: { byte($0) != nil })
        {
            return text
        }
        var text = String.UnicodeScalarView()
        var position = 0
        while position < bytes.count {
            let (scalar, byteCount) = character(bytes[position...])
            text.append(scalar)
            position += byteCount
        }
        return String(text)
    }

    /// The first character of some bytes, and how many of them it is.
    private static func character(
        _ bytes: ArraySlice<UInt8>
    ) -> (scalar: Unicode.Scalar, byteCount: Int) {
        for count in 1...4 where count <= bytes.count {
            guard let text = String(validating: bytes.prefix(count), as: UTF8.self),
                let scalar = text.unicodeScalars.first
            else { continue }
            if byte(scalar) == nil { return (scalar, count) }
        }
        let first = bytes[bytes.startIndex]
        return (Unicode.Scalar(base + UInt32(first)) ?? "\u{FFFD}", 1)
    }

    /// The bytes of a path, up to the first zero, as the operating system wants them.
    package static func cString(_ text: String) -> [CChar] {
        var bytes: [CChar] = []
        bytes.reserveCapacity(text.utf8.count + 1)
        for scalar in text.unicodeScalars {
            if let byte = byte(scalar) {
                bytes.append(CChar(bitPattern: byte))
            } else {
                bytes += String(scalar).utf8.map { CChar(bitPattern: $0) }
            }
        }
        return bytes + [0]
    }
}
