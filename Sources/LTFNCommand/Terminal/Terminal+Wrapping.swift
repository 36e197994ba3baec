import LTFNBytes

// Sentences that are longer than a line.
extension Terminal {
    /// Writes a sentence to standard error: in one line, or wrapped at words where a person looks.
    ///
    /// - Parameters:
    ///   - words: what stands before the text.
    ///   - styles: those of the words.
    ///   - indent: of the first line; the others have two columns more.
    func write(
        _ text: String, after words: [String] = [], styles: [Style?] = [], indent: Int = 0
    ) {
        let blank = String(repeating: " ", count: indent)
        let plain = words.joined(separator: " ")
        let styled = words.enumerated().map { place, word in
            (place < styles.count ? styles[place] : nil).map { self.styled(word, $0) } ?? word
        }.joined(separator: " ")
        let whole = blank + plain + (words.isEmpty ? "" : " ") + text
        for line in lines(of: whole, indent: indent + 2) {
            let isHead = !words.isEmpty && line.hasPrefix(plain)
            Output.stderr.writeLine(isHead ? styled + line.dropFirst(plain.count) : line)
        }
    }

    /// `text` in lines that fit; a word that does not is not cut, nor is a command at the end,
    /// which is there to be copied.
    package func lines(of text: String, indent: Int) -> [String] {
        guard isInteractive, text.columns >= width else { return [text] }
        let blank = String(repeating: " ", count: min(indent, width / 4))
        var lines: [String] = []
        var line = ""
        for word in Self.words(text) {
            if line.allSatisfy({ $0 == " " }) {
                line += word
            } else if line.columns + 1 + word.columns < width {
                line += " " + word
            } else {
                lines.append(line)
                line = blank + word
            }
        }
        return lines + [line]
    }

    /// The first one keeps the blanks before it.
    private static func words(_ text: String) -> [String] {
        let start = text.prefix { $0 == " " }
        var words = text.dropFirst(start.count).split(separator: " ").map(String.init)
        let mark = words.indices.dropFirst().last {
            words[$0].hasPrefix("ltfn-") && words[$0 - 1].hasSuffix(":") && $0 > 1
        }
        if let mark {
            words[mark...] = [words[mark...].joined(separator: " ")]
        }
        if let first = words.first { words[0] = start + first }
        return words
    }
}
