/// Text from files, on its way to a terminal.
public enum TerminalText {
    /// `text` with everything that could move the cursor, give orders to the terminal or turn the
    /// direction of writing replaced by `\u{…}`, and bytes of a path that are no text by `\x…`.
    public static func escaped(_ text: String) -> String {
        if isPlain(text) || text.unicodeScalars.allSatisfy({ !isDangerous($0) }) { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if let byte = PathText.byte(scalar) {
                safe += "\\x\(String(byte, radix: 16, uppercase: true))"
            } else if isDangerous(scalar) {
                safe += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// The same, but for the line feeds, which stay.
    public static func escapedLines(_ text: String) -> String {
        if text.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A }) { return text }
        return text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { escaped(String($0)) }.joined(separator: "\n")
    }

    /// Whether each byte of `text` is a printable character of ASCII, and takes one column.
    public static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
    }

    /// `bytes` as text, likewise, with bytes that are not UTF-8 as `\u{FFFD}`.
    public static func escaped(_ bytes: [UInt8]) -> String {
        escaped(String(decoding: bytes, as: UTF8.self))
    }

    /// Controls (C0, DEL, C1), line separators and invisible formatting (bidirectional marks, tags,
    /// byte order marks), also the replacement of invalid bytes. The two joiners are letters'
    /// company in several scripts and harmless.
    static func isDangerous(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value < 0x20 }
        if PathText.byte(scalar) != nil { return true }
        switch scalar.value {
        case 0x200C, 0x200D: return false
        case 0xFFFD: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
