import LTFNBytes
import LTFNCheckpoint

extension CheckpointReport {
    /// Writes a table of the variables, a line each, and the document of the whole beside it.
    ///
    /// Comma-separated values come line by line; for what is sorted, or has columns as wide as
    /// their cells, all lines are in memory.
    ///
    /// - Parameters:
    ///   - text: gets the table, where one is wanted.
    ///   - json: gets the report for a program, where one is wanted.
    public func write(
        _ style: VariableTableStyle, _ layout: TextLayout, text: ((String) -> Void)?,
        json: ((String) -> Void)?
    ) -> InspectionFindings {
        var program = json.map { DocumentWriter(self, $0) }
        var findings = InspectionFindings()
        var rows: [TableRow] = []
        let writer = text.map { TableWriter(style, layout, $0) }
        writer?.begin()
        let isStreamed = style.order == nil && style.form != .text
        for variable in variables {
            findings.add(variable)
            program?.add(variable)
            guard let writer else { continue }
            let row = TableRow(variable, style, totals)
            if isStreamed { writer.write(row) } else { rows.append(row) }
        }
        if let writer, !isStreamed {
            if let order = style.order {
                let places = rows.indices.sorted { a, b in
                    let (one, other) = (rows[a].key, rows[b].key)
                    if one.precedes(other, descending: order.isDescending) { return true }
                    return !other.precedes(one, descending: order.isDescending) && a < b
                }
                rows = places.map { rows[$0] }
            }
            writer.write(rows, under: style.form == .text ? head(layout) : [])
        }
        if style.form == .text, let text {
            for line in findings.lines(layout) { text(line + "\n") }
        }
        program?.finish(findings)
        return findings
    }
}

/// A line of the table.
private struct TableRow {
    let cells: [TableCell]
    /// What it is sorted by.
    let key: TableCell
    let name: String
    let valueCount: UInt64
    let byteCount: UInt64
    let storedByteCount: UInt64

    init(_ variable: VariableReport, _ style: VariableTableStyle, _ totals: CheckpointTotals) {
        cells = style.columns.map { $0.cell(variable, totals) }
        key = style.order?.column.cell(variable, totals) ?? .none
        name = variable.info.name.string
        let isTied = variable.info.tiedTo != nil
        valueCount = isTied ? 0 : UInt64(variable.info.elementShape.elementCount)
        byteCount = isTied ? 0 : UInt64(variable.info.tensor.byteCount)
        storedByteCount = isTied ? 0 : variable.storage.storedByteCount
    }
}

/// Writes lines of a table.
private struct TableWriter {
    let style: VariableTableStyle
    let layout: TextLayout
    let write: (String) -> Void

    init(
        _ style: VariableTableStyle, _ layout: TextLayout, _ write: @escaping (String) -> Void
    ) {
        self.style = style
        self.layout = layout
        self.write = write
    }

    /// The line of titles, in the forms that come line by line.
    func begin() {
        switch style.form {
        case .text: break
        case .csv:
            write(style.columns.map(\.rawValue).joined(separator: ",") + "\n")
        case .markdown:
            write(markdown(style.columns.map(\.title)))
            write("|" + style.columns.map { $0.isText ? " --- |" : " ---: |" }.joined() + "\n")
        }
    }

    func write(_ row: TableRow) {
        switch style.form {
        case .text: break
        case .csv:
            let fields = zip(style.columns, row.cells).map { column, cell in
                TableText.csv(cell.exact, isName: column.isText)
            }
            write(fields.joined(separator: ",") + "\n")
        case .markdown: write(markdown(row.cells.map { TableText.markdown($0.shown) }))
        }
    }

    private func markdown(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |\n"
    }

    func write(_ rows: [TableRow], under head: [String]) {
        guard style.form == .text else { return rows.forEach(write) }
        for line in head { write(line + "\n") }
        guard !rows.isEmpty else { return }
        let cells = style.isTree ? tree(rows) : rows.map { $0.cells.map(\.shown) }
        let columns = style.columns.enumerated().map { place, column in
            TextTable.Column(
                title: column.title, isNumber: !column.isText,
                rank: place == 0 ? nil : style.rank(of: place))
        }
        let table = TextTable(columns, measuring: cells, layout)
        write("\n" + table.title + "\n")
        for row in cells { write(table.line(row) + "\n") }
        let missing = table.leftOut
        if !missing.isEmpty {
            let words = "too narrow for: " + missing.joined(separator: ", ")
            write("\n")
            for line in layout.wrapped(words) { write(layout.paint(line, .quiet) + "\n") }
        }
    }

    /// The rows under their beginnings, which have the sums.
    private func tree(_ rows: [TableRow]) -> [[String]] {
        let tree = VariableTree(rows.map(\.name))
        return tree.lines.map { line in
            let indent = String(repeating: "  ", count: line.depth)
            let label = line.label.isEmpty ? "." : TerminalText.escaped(line.label)
            let members = tree.order[line.members].map { rows[$0] }
            let sums = line.isVariable ? nil : TreeSums(members)
            let rest = style.columns.indices.dropFirst().map { place in
                sums.map { $0.cell(style.columns[place], members, place).shown }
                    ?? members[0].cells[place].shown
            }
            return [indent + label] + rest
        }
    }
}

/// What the variables of a branch have in all.
private struct TreeSums {
    private var values: UInt64 = 0
    private var bytes: UInt64 = 0
    private var stored: UInt64 = 0

    init(_ rows: [TableRow]) {
        for row in rows {
            values = CheckedSize.total(values, row.valueCount)
            bytes = CheckedSize.total(bytes, row.byteCount)
            stored = CheckedSize.total(stored, row.storedByteCount)
        }
    }

    func cell(_ column: VariableColumn, _ rows: [TableRow], _ place: Int) -> TableCell {
        switch column {
        case .shape: return .text(NumberText.counted(rows.count, "variable"))
        case .values: return .integer(Int128(values))
        case .bytes: return .integer(Int128(bytes))
        case .stored: return .integer(Int128(stored))
        case .share:
            let shares = rows.map {
                if case .share(let part) = $0.cells[place] { part } else { 0.0 }
            }
            return .share(shares.reduce(0, +))
        case .zeros, .nan, .infinite, .subnormal:
            let counts = rows.map {
                if case .integer(let count) = $0.cells[place] { count } else { Int128(0) }
            }
            return .integer(counts.reduce(0, &+))
        default: return .none
        }
    }
}
