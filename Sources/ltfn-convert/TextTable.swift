import LTFNBytes
import LTFNCommand

/// Columns of text, as wide as they need to be, and on a terminal as it lets them be.
struct TextTable {
    private var rows: [[String]]

    init(_ head: [String]) {
        rows = [head]
    }

    mutating func append(_ row: [String]) {
        rows.append(row.map { TerminalText.escaped($0) })
    }

    /// Where a person looks at a narrow terminal, the last column is wrapped at words, and long
    /// names in the first one are cut in their middle.
    func text(on terminal: Terminal) -> String {
        var widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].columns }.max() ?? 0
        }
        let space = terminal.isInteractive ? terminal.width - 1 : Int.max
        let gaps = 2 * max(widths.count - 1, 0)
        if let first = widths.first, let last = widths.last {
            let excess = widths.reduce(gaps, +) - space
            if excess > 0 {
                widths[widths.count - 1] = max(last - excess, min(last, Self.leastText))
            }
            let rest = widths.reduce(gaps, +) - space
            if rest > 0 { widths[0] = max(first - rest, min(first, Self.leastName)) }
        }
        let mark = terminal.isUnicode ? "…" : "..."
        return rows.map { row in
            let start = zip(row, widths).dropLast().enumerated().map { column, cell in
                (column == 0 ? TerminalText.cut(cell.0, to: cell.1, mark: mark) : cell.0)
                    .padded(cell.1 + 2)
            }.joined()
            let lines = Self.wrapped(row.last ?? "", to: widths.last ?? 0)
            return lines.enumerated().map { place, text in
                let blank = String(repeating: " ", count: start.columns)
                var line = (place == 0 ? start : blank) + text
                while line.last == " " { line.removeLast() }
                return line + "\n"
            }.joined()
        }.joined()
    }

    /// What columns keep on the narrowest terminal.
    private static let leastName = 12
    private static let leastText = 16

    /// One line or more, broken at blanks.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        guard text.columns > width else { return [text] }
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.columns + 1 + String(word).columns <= width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
