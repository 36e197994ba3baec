import LTFNBytes
import LTFNCheckpoint

/// Which axis the histograms of several variables have.
public enum HistogramAxis: Hashable, Sendable {
    /// Each its own, as long as its values need.
    case each
    /// One for all, so that they can be compared.
    case shared
}

extension CheckpointReport {
    /// The report for a person: the whole, then each variable.
    public func text(_ layout: TextLayout, axis: HistogramAxis = .each) -> String {
        var text = ""
        _ = write(layout, axis: axis, text: { text += $0 }, json: nil)
        return text
    }

    /// Writes the report piece by piece, each variable as soon as it has been looked at.
    ///
    /// With a shared axis the variables are gone through twice.
    ///
    /// - Parameters:
    ///   - text: gets the report for a person, where one is wanted.
    ///   - json: gets the report for a program, where one is wanted.
    public func write(
        _ layout: TextLayout, axis: HistogramAxis, text: ((String) -> Void)?,
        json: ((String) -> Void)?
    ) -> InspectionFindings {
        var person = text.map { TextWriter(self, layout, axis: axis, $0) }
        var program = json.map { DocumentWriter(self, $0) }
        var findings = InspectionFindings()
        for variable in variables {
            findings.add(variable)
            person?.add(variable)
            program?.add(variable)
        }
        person?.finish(findings)
        program?.finish(findings)
        return findings
    }
}

/// Writes the report for a person.
private struct TextWriter {
    private let layout: TextLayout
    private let write: (String) -> Void
    /// nil: more than a line for each variable.
    private let table: VariableTable?
    private var magnitude: Double?
    /// What the histograms mean, where it is not plain to see.
    private var legend: String?
    /// Lines without their names.
    private var lines: [VariableKind: [UInt8]] = [:]
    private var lastLine: (kind: VariableKind, rest: [UInt8])?
    /// Lines of the table that are still to be written.
    private var pending: [UInt8] = []
    private static let pendingByteCount = 16_384

    init(
        _ report: CheckpointReport<some Sequence<VariableReport>>, _ layout: TextLayout,
        axis: HistogramAxis, _ write: @escaping (String) -> Void
    ) {
        self.layout = layout
        self.write = write
        for line in report.head(layout) { write(line + "\n") }
        if report.hasStatistics {
            table = nil
            if axis == .shared { magnitude = report.largestMagnitude }
        } else {
            table = VariableTable(report.variables, layout)
            if report.totals.variableCount > 0, let title = table?.title {
                write("\n" + title + "\n")
            }
        }
    }

    mutating func add(_ variable: VariableReport) {
        guard let table else {
            let lines = [""] + variable.text(layout, reaching: magnitude)
            if legend == nil, variable.hasHistogram {
                legend = HistogramText.legend(
                    lines.suffix(2).joined(), isUnicode: layout.isUnicode)
            }
            return write(lines.map { $0 + "\n" }.joined())
        }
        table.addName(variable.info.name.string, to: &pending)
        pending.append(contentsOf: rest(of: variable, in: table))
        if pending.count > Self.pendingByteCount { flush() }
    }

    /// Models have few kinds of variables, so all of a line but the name is mostly known already.
    private mutating func rest(of variable: VariableReport, in table: VariableTable) -> [UInt8] {
        guard variable.info.tiedTo == nil else { return table.rest(variable.cells) }
        if let lastLine, lastLine.kind.isThat(of: variable) { return lastLine.rest }
        let kind = VariableKind(variable)
        let rest = lines[kind] ?? table.rest(variable.cells)
        if lines.count < 1_024 { lines[kind] = rest }
        lastLine = (kind, rest)
        return rest
    }

    private mutating func flush() {
        write(String(decoding: pending, as: UTF8.self))
        pending.removeAll(keepingCapacity: true)
    }

    mutating func finish(_ findings: InspectionFindings) {
        flush()
        if let legend { write("\n  " + layout.paint(legend, .quiet) + "\n") }
        for line in findings.lines(layout) { write(line + "\n") }
    }
}

/// What a line of the table says of a variable, without its name.
private struct VariableKind: Hashable {
    let tensor: TensorInfo
    let ratio: Double?
    let recipe: InitializerRecipe?

    /// - Parameter variable: borrowed, as an initializer's argument would be a copy.
    init(_ variable: borrowing VariableReport) {
        tensor = variable.info.tensor
        ratio = variable.ratio
        recipe = variable.info.initializer?.recipe
    }

    func isThat(of variable: VariableReport) -> Bool {
        tensor == variable.info.tensor && ratio == variable.ratio
            && recipe == variable.info.initializer?.recipe
    }

    /// Little of it: kinds are told apart by `==`.
    func hash(into hasher: inout Hasher) {
        hasher.combine(tensor.byteCount)
        hasher.combine(ratio)
    }
}

/// One line for each variable, for a look at the index alone.
private struct VariableTable {
    private static let titles = ["variable", "dtype", "shape", "values", "stored", "initializer"]
    /// Variables that the columns are made wide enough for: looking at all of a million for that
    /// would take as long as listing them. A later one that needs more shifts its line.
    private static let measuredCount = 4_096
    /// The columns after the name that a narrow screen does without, the first of them first.
    private static let dispensable = [4, 3, 5]
    private static let leastNameWidth = 12
    private let layout: TextLayout
    private var widths: [Int]
    /// The columns after the name.
    private var shown = [1, 2, 3, 4, 5]

    init(_ variables: some Sequence<VariableReport>, _ layout: TextLayout) {
        self.layout = layout
        widths = Self.titles.map(\.count)
        for variable in variables.prefix(Self.measuredCount) {
            for (column, cell) in variable.cells.enumerated() {
                widths[column] = max(widths[column], cell.columns)
            }
        }
        guard layout.mayCut else { return }
        for column in Self.dispensable where min(widths[0], 20) + others(8) > layout.width {
            shown.removeAll { $0 == column }
        }
        // The last column gets what is left, and the names as much as they need of the rest.
        let least = others(8) + 20 > layout.width ? Self.leastNameWidth : 20
        widths[0] = min(widths[0], max(least, layout.width - others(18)))
    }

    /// The columns after the name, of the last at most `limit`, and the blanks before them.
    private func others(_ limit: Int) -> Int {
        shown.reduce(0) { $0 + 2 + ($1 == 5 ? min(widths[5], limit) : widths[$1]) }
    }

    var title: String { layout.paint(line(Self.titles), .quiet) }

    private func line(_ cells: [String]) -> String {
        cells[0].padded(widths[0]) + columns(cells)
    }

    /// The first column: `name` made harmless, cut or with blanks after it.
    func addName(_ name: String, to line: inout [UInt8]) {
        // Nearly all names are shown as they are, and looked through once.
        if name.utf8.count <= widths[0], TerminalText.isPlain(name) {
            return add(name, columns: name.utf8.count, to: &line)
        }
        let escaped = TerminalText.escaped(name)
        let text = layout.mayCut ? layout.cut(escaped, to: widths[0]) : escaped
        add(text, columns: text.columns, to: &line)
    }

    private func add(_ text: String, columns: Int, to line: inout [UInt8]) {
        line.append(contentsOf: text.utf8)
        line.append(
            contentsOf: repeatElement(UInt8(ascii: " "), count: max(widths[0] - columns, 0)))
    }

    /// The columns after the name, and the end of the line.
    func rest(_ cells: [String]) -> [UInt8] {
        Array((columns(cells) + "\n").utf8)
    }

    /// The last column, up to the edge.
    private func last(_ text: String) -> String {
        guard layout.mayCut else { return text }
        return layout.cut(text, to: max(8, layout.width - widths[0] - others(0)))
    }

    private func columns(_ cells: [String]) -> String {
        shown.map { column in
            switch column {
            case 1, 2: "  " + cells[column].padded(widths[column])
            case 5: "  " + last(cells[column])
            default: "  " + cells[column].aligned(widths[column])
            }
        }.joined()
    }
}

extension CheckpointReport {
    /// The largest |x| of all variables, where statistics are taken.
    fileprivate var largestMagnitude: Double {
        variables.reduce(0) { max($0, $1.statistics?.largestMagnitude ?? 0) }
    }

    func head(_ layout: TextLayout) -> [String] {
        var lines = [layout.paint(TerminalText.escaped(name), .heading)]
        let facts = [
            "\(formatName), \(FigureText.bytes(fileByteCount))",
            NumberText.counted(totals.variableCount, "variable"),
            NumberText.counted(totals.valueCount, "value"),
            storageText(layout),
        ]
        lines += layout.lines(
            of: facts.map { TextLayout.Piece($0) }, separator: " \(layout.dot) ")
        if let content {
            // With these labels a line of 64 digits fits in 80 columns.
            lines.append("  digest       \(content.digest)")
            lines += content.bases.map { "  relative to  \($0)" }
        }
        if let graph { lines += network(graph, layout) }
        lines += metadataLines(layout)
        if let selection {
            let names = selection.patterns.map { TerminalText.escaped($0) }
            lines.append(
                "  shown: \(NumberText.counted(selection.count, "variable")) of "
                    + names.joined(separator: ", "))
        }
        return lines
    }

    /// The metadata, unless some variables alone are asked for: the first few, or all.
    private func metadataLines(_ layout: TextLayout) -> [String] {
        if showsAllMetadata {
            return metadata.lines.map { key, value in
                "  \(TerminalText.escaped(key)): \(TerminalText.escaped(value))"
            }
        }
        guard selection == nil, !metadata.entries.isEmpty else { return [] }
        let shown = metadata.entries.prefix(Self.shownMetadataCount)
        let width = shown.map { TerminalText.escaped($0.key.string).columns }.max() ?? 0
        var lines = shown.map { entry in
            let key = TerminalText.escaped(entry.key.string).padded(min(max(width, 11), 24))
            return "  " + layout.paint(key, .quiet) + "  "
                + entry.value.inWords(
                    width: layout.width - key.columns - 4)
        }
        let rest = metadata.entries.count - shown.count
        if rest > 0 { lines.append("  and \(NumberText.grouped(rest)) more metadata") }
        return lines
    }

    private static var shownMetadataCount: Int { 6 }

    private func storageText(_ layout: TextLayout) -> String {
        let raw = FigureText.bytes(totals.rawByteCount)
        guard let ratio = totals.ratio else { return raw }
        return "\(raw) \(layout.arrow) \(FigureText.bytes(totals.storedByteCount)) "
            + "(\(FigureText.percent(ratio)))"
    }

    private func network(_ graph: ModelGraph, _ layout: TextLayout) -> [String] {
        let shapes = graph.nativeShapes(in: metadata, shape)
        let steps = graph.steps(times: layout.times, shape: shapes)
        var lines = ["  " + TerminalText.escaped(graph.name) + ":"]
        var width = lines[0].columns
        for (index, step) in steps.enumerated() {
            let piece = (index == 0 ? " " : " \(layout.arrow) ") + step
            if width + piece.columns > layout.width {
                lines.append("   ")
                width = 3
            }
            lines[lines.count - 1] += piece
            width += piece.columns
        }
        return lines
    }
}

extension InspectionFindings {
    /// The last lines of a report.
    func lines(_ layout: TextLayout) -> [String] {
        var lines: [String] = []
        if nonFiniteCount > 0 {
            let values = NumberText.counted(nonFiniteCount, "value")
            lines.append(layout.paint("\(values) not finite (NaN or infinite)", .bad))
        }
        if damagedCount > 0 {
            let variables = NumberText.counted(damagedCount, "variable")
            lines.append(layout.paint("\(variables) damaged", .bad))
        }
        if unreadCount > 0 {
            let variables = NumberText.counted(unreadCount, "variable")
            lines.append(layout.paint("\(variables) not read", .warning))
        }
        if listedOnlyCount > 0 {
            let variables = NumberText.counted(listedOnlyCount, "variable")
            lines.append(
                layout.paint(
                    "\(variables) listed without values, which would be too many for a file of this "
                        + "length. " + layout.remedyText(.raiseExpansionLimit), .warning))
        }
        return lines.isEmpty ? [] : [""] + lines
    }
}

extension VariableReport {
    /// The columns of the table.
    fileprivate var cells: [String] {
        [
            TerminalText.escaped(info.name.string), info.elementType,
            info.elementShape.description, NumberText.grouped(info.elementShape.elementCount),
            ratio.map(FigureText.percent) ?? "", initializerName,
        ]
    }

    /// The initializer in a word; for a tied variable, what it is tied to.
    private var initializerName: String {
        if let target = info.tiedTo { return "= " + TerminalText.escaped(target.string) }
        return info.initializer.map { TerminalText.escaped($0.recipe.name) } ?? "unknown"
    }
}
