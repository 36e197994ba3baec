import LTFNBytes

/// Text as it reaches a terminal: the program's own styles, and nothing else that could steer it.
enum ShownText {
    /// `text` with its line feeds.
    static func lines(_ text: String) -> String {
        shown(text, TerminalText.escapedLines)
    }

    /// `text` in one line.
    static func line(_ text: String) -> String {
        shown(text, TerminalText.escaped)
    }

    private static func shown(_ text: String, _ escaped: (String) -> String) -> String {
        let escape: Unicode.Scalar = "\u{1B}"
        guard text.utf8.contains(0x1B) else { return escaped(text) }
        let pieces = text.unicodeScalars.split(separator: escape, omittingEmptySubsequences: false)
        return pieces.dropFirst().reduce(into: escaped(String(pieces[0]))) { result, piece in
            let piece = String(piece)
            if let style = StyleMark.split(piece) {
                result += "\u{1B}[\(style.code)m" + escaped(style.rest)
            } else {
                result += escaped("\u{1B}" + piece)
            }
        }
    }
}

/// How a style is marked on its way to an `Output`.
///
/// A real escape sequence could as well come out of a file. So the mark holds a number that is
/// drawn anew in each process, and that nothing from outside can know.
enum StyleMark {
    private static let secret = String(UInt64.random(in: .min ... .max), radix: 36) + ":"

    /// - Parameter code: as in ECMA-48, SGR.
    static func text(_ code: String) -> String { "\u{1B}\(secret)\(code)m" }

    /// What stands after the escape of a mark; nil for anything else.
    static func split(_ text: String) -> (code: Substring, rest: String)? {
        guard text.hasPrefix(secret) else { return nil }
        let style = text.dropFirst(secret.count)
        guard let end = style.firstIndex(of: "m") else { return nil }
        return (style[..<end], String(style[style.index(after: end)...]))
    }
}
