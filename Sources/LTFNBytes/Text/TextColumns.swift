/// How many columns of a terminal text takes.
extension TerminalText {
    /// The columns of `text`, which is `escaped`. Complexity: O(n), and the n is small for ASCII.
    public static func columns(_ text: String) -> Int {
        isPlain(text) ? text.utf8.count : text.reduce(0) { $0 + columns($1) }
    }

    /// The columns of what a reader takes for one character: 0, 1 or 2, and more where several
    /// letters are written together.
    public static func columns(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        guard let first = scalars.first, first.value >= 0x7F else { return 1 }
        // A flag, a family or a hand with a colour is one picture, however many scalars it takes.
        if first.properties.isEmojiPresentation { return 2 }
        let asksForPicture = scalars.contains { $0.value == 0xFE0F }
        if asksForPicture, first.properties.isEmoji { return 2 }
        return scalars.reduce(0) { $0 + columns($1) }
    }

    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // Vowels and final consonants of Hangul stand in the square of their syllable.
        if 0x1160...0x11FF ~= scalar.value || 0xD7B0...0xD7FB ~= scalar.value { return 0 }
        return isWide(scalar.value) ? 2 : 1
    }

    private static func isWide(_ value: UInt32) -> Bool {
        // The first range whose end is not below the value.
        var (low, high) = (0, wide.count)
        while low < high {
            let middle = (low + high) / 2
            if wide[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < wide.count && wide[low].contains(value)
    }

    /// East Asian Width `W` and `F` (Unicode Standard Annex 11), without what is an emoji anyway.
    /// Ranges run over what is not assigned.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
        0x4E00...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
        0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FB,
        0x1F200...0x1F320, 0x20000...0x3FFFD,
    ]

    /// `text` cut to `columns`, where it is longer, with `mark` in place of what is left out of its
    /// middle: long names differ at their ends.
    public static func cut(_ text: String, to columns: Int, mark: String) -> String {
        guard self.columns(text) > columns else { return text }
        let space = max(columns - self.columns(mark), 0)
        let head = text.prefix(beginning(of: text, space - space / 2))
        let left = space - self.columns(String(head))
        return head + mark + text.suffix(beginning(of: text.reversed(), left))
    }

    /// How many of `characters`, from the first on, are at most so wide.
    private static func beginning(of characters: some Sequence<Character>, _ columns: Int) -> Int {
        var space = columns
        var count = 0
        for character in characters {
            space -= self.columns(character)
            if space < 0 { break }
            count += 1
        }
        return count
    }
}

extension String {
    /// How wide the text is, which is escaped.
    package var columns: Int { TerminalText.columns(self) }

    /// The text with blanks after it up to `width` columns.
    package func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(width - columns, 0))
    }

    /// The text with blanks, or as many of `filler`, before it up to `width` columns.
    package func aligned(_ width: Int, with filler: Character = " ") -> String {
        String(repeating: filler, count: Swift.max(width - columns, 0)) + self
    }
}
