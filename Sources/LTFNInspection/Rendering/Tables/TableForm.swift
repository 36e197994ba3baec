import LTFNBytes

/// How a table is written.
public enum TableForm: Hashable, Sendable {
    /// For a person: columns below each other.
    case text
    /// Comma-separated values (RFC 4180).
    case csv
    /// A table of GitHub's Markdown.
    case markdown
}

/// Text out of a file on its way into a table of another language, where nothing in it is a
/// command.
enum TableText {
    /// A field of CSV. What a spreadsheet would take for a formula begins with an escape.
    static func csv(_ text: String, isName: Bool) -> String {
        var field = text
        if isName, let first = field.unicodeScalars.first, "=+-@".unicodeScalars.contains(first) {
            field.unicodeScalars.removeFirst()
            field = "\\u{\(String(first.value, radix: 16, uppercase: true))}" + field
        }
        let isPlain = field.utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    /// A cell of Markdown, with a backslash before whatever would mean something there.
    static func markdown(_ text: String) -> String {
        let letters = Array(text)
        return letters.indices.map { index in
            let letter = letters[index]
            // Within a word it means nothing, and is in most names.
            let isWithin =
                index > 0 && index + 1 < letters.count && isWordPart(letters[index - 1])
                && isWordPart(letters[index + 1])
            if letter == "_", isWithin { return "_" }
            return "\\`*_[]<>|#!~&:@".contains(letter) ? "\\\(letter)" : String(letter)
        }.joined()
    }

    private static func isWordPart(_ letter: Character) -> Bool {
        letter.isLetter || letter.isNumber
    }
}
