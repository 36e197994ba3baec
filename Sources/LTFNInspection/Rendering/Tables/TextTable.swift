import LTFNBytes

/// A table for a person. Where it is wider than the place, columns that it can do without are left
/// out, the first column is cut, and what another program reads is whole.
struct TextTable {
    struct Column {
        var title: String
        /// Whether cells end below each other, as numbers do.
        var isNumber = true
        /// Columns of a lower rank are left out first; nil: never.
        var rank: Int?
    }

    private static let leastNameWidth = 12
    private let layout: TextLayout
    private let columns: [Column]
    private var widths: [Int]
    /// The columns that are shown; the first always is.
    private(set) var shown: [Int]
    /// The columns that there is no room for.
    private var omitted: Set<Int> = []

    /// - Parameters:
    ///   - columns: the first has names.
    ///   - rows: what the columns are made wide enough for: all, or the first of many.
    init(_ columns: [Column], measuring rows: some Sequence<[String]>, _ layout: TextLayout) {
        self.layout = layout
        self.columns = columns
        widths = columns.map(\.title.columns)
        shown = Array(columns.indices)
        var isUsed = [Bool](repeating: false, count: columns.count)
        for row in rows {
            for (column, cell) in row.enumerated() where column < widths.count && !cell.isEmpty {
                widths[column] = max(widths[column], cell.columns)
                isUsed[column] = true
            }
        }
        // A column without a cell says nothing.
        shown.removeAll { $0 > 0 && !isUsed[$0] && columns[$0].rank != nil }
        fit()
    }

    /// Two blanks stand before the line, and between columns.
    private mutating func fit() {
        guard layout.mayCut, !columns.isEmpty else { return }
        let wanted = min(widths[0], 20)
        while wanted + others > layout.width {
            let left = shown.dropFirst().filter { columns[$0].rank != nil }
            guard let least = left.min(by: { columns[$0].rank ?? 0 < columns[$1].rank ?? 0 })
            else { break }
            shown.removeAll { $0 == least }
            omitted.insert(least)
        }
        widths[0] = min(widths[0], max(Self.leastNameWidth, layout.width - others))
    }

    /// The titles of the columns that there is no room for.
    var leftOut: [String] { omitted.sorted().map { columns[$0].title } }

    /// The width of all but the first column.
    private var others: Int {
        shown.dropFirst().reduce(2) { $0 + 2 + widths[$1] }
    }

    /// The line of titles.
    var title: String { layout.paint(line(columns.map(\.title)), .quiet) }

    /// - Parameter cells: of all columns.
    func line(_ cells: [String]) -> String {
        let cells = shown.filter { $0 < cells.count }.map { (column: $0, text: cells[$0]) }
        var line = "  "
        for (place, cell) in cells.enumerated() {
            let width = widths[cell.column]
            let isLast = place == cells.count - 1
            let text =
                cell.column == 0 && layout.mayCut ? layout.cut(cell.text, to: width) : cell.text
            line += place == 0 ? "" : "  "
            if columns[cell.column].isNumber {
                line += text.aligned(width)
            } else {
                line += isLast ? text : text.padded(width)
            }
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
