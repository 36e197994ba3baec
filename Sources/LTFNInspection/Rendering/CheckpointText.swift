import LTFNBytes
import LTFNCheckpoint

extension CheckpointReport {
    /// Which axis the histograms of several variables have.
    public enum Axis: Hashable, Sendable {
        /// Each its own, as long as its values need.
        case each
        /// One for all, so that they can be compared.
        case shared
    }

    /// The report for a person: the whole, then each variable.
    public func text(_ layout: TextLayout, axis: Axis = .each) -> String {
        let hasStatistics = variables.contains { $0.statistics != nil }
        var lines = head(layout)
        if hasStatistics {
            let magnitude = axis == .shared ? largestMagnitude : nil
            for variable in variables { lines += [""] + variable.text(layout, reaching: magnitude) }
        } else if !variables.isEmpty {
            lines += [""] + table(layout)
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private func head(_ layout: TextLayout) -> [String] {
        var lines = [layout.paint(TerminalText.escaped(name), .heading)]
        let facts = [
            "\(formatName), \(FigureText.bytes(fileByteCount))",
            FigureText.counted(variables.count, "variable"),
            FigureText.counted(valueCount, "value"),
            storageText(layout),
        ]
        lines += layout.lines(
            of: facts.map { TextLayout.Piece($0) }, separator: " \(layout.dot) ")
        if let graph { lines += network(graph, layout) }
        if nonFiniteCount > 0 {
            lines.append(
                "  "
                    + layout.paint(
                        FigureText.counted(nonFiniteCount, "value")
                            + " not finite (NaN or infinite)", .bad))
        }
        return lines
    }

    private func storageText(_ layout: TextLayout) -> String {
        let raw = FigureText.bytes(rawByteCount)
        guard let ratio else { return raw }
        return "\(raw) \(layout.arrow) \(FigureText.bytes(storedByteCount)) "
            + "(\(FigureText.percent(ratio)))"
    }

    private func network(_ graph: ModelGraph, _ layout: TextLayout) -> [String] {
        var shapes: [VariableName: TensorShape] = [:]
        for variable in variables { shapes[variable.info.name] = variable.info.tensor.shape }
        let steps = graph.steps(times: layout.times) { shapes[$0] }
        var lines = ["  " + TerminalText.escaped(graph.name) + ":"]
        for (index, step) in steps.enumerated() {
            let piece = (index == 0 ? " " : " \(layout.arrow) ") + step
            if lines[lines.count - 1].count + piece.count > layout.width {
                lines.append("   ")
            }
            lines[lines.count - 1] += piece
        }
        return lines
    }

    /// One line for each variable, for a look at the index alone.
    private func table(_ layout: TextLayout) -> [String] {
        let rows = variables.map { variable -> [String] in
            [
                TerminalText.escaped(variable.info.name.string),
                variable.info.tensor.dtype.rawValue,
                variable.info.tensor.shape.description,
                NumberText.grouped(variable.info.tensor.shape.elementCount),
                variable.ratio.map(FigureText.percent) ?? "",
                variable.initializerName,
            ]
        }
        let titles = ["variable", "dtype", "shape", "values", "stored", "initializer"]
        var widths = titles.map(\.count)
        for row in rows {
            for (column, cell) in row.enumerated() {
                widths[column] = max(widths[column], cell.count)
            }
        }
        // The last column may run over the edge, the others may not.
        let others = widths[1...4].reduce(10, +) + min(widths[5], 18)
        widths[0] = min(widths[0], max(20, layout.width - others))
        func line(_ cells: [String]) -> String {
            let name = layout.cut(cells[0], to: widths[0]).padded(widths[0])
            let rest = [
                cells[1].padded(widths[1]), cells[2].padded(widths[2]),
                cells[3].aligned(widths[3]), cells[4].aligned(widths[4]), cells[5],
            ]
            return name + "  " + rest.joined(separator: "  ")
        }
        return [layout.paint(line(titles), .quiet)] + rows.map(line)
    }
}

extension VariableReport {
    /// The initializer in a word; for a tied variable, what it is tied to.
    var initializerName: String {
        if let target = info.tiedTo { return "= " + TerminalText.escaped(target.string) }
        return info.initializer.map { TerminalText.escaped($0.recipe.name) } ?? "unknown"
    }
}
