import LTFNBytes
import LTFNInference

extension ActivationReport {
    /// The report for a person: a histogram for each layer, all on the same axis, and the
    /// predictions.
    public func text(_ layout: TextLayout) -> String {
        let width = min(layout.width - 4, 76) / 2 * 2
        let magnitude = largestMagnitude
        var lines: [String] = []
        var legend: String?
        for (index, layer) in layers.enumerated() {
            let isLast = index + 1 == layers.count
            lines += layer.lines(layout, isLogits: isLast)
            let histogram = HistogramText.draw(
                layer.statistics, width: width, reaching: magnitude, isUnicode: layout.isUnicode)
            lines.append("  " + layout.paint(histogram.bars, .graph))
            lines.append("  " + layout.paint(histogram.axis, .quiet))
            legend =
                legend ?? HistogramText.legend(histogram.bars, isUnicode: layout.isUnicode)
        }
        if let legend { lines.append("  " + layout.paint(legend, .quiet)) }
        lines += ["", layout.paint("predictions", .heading)] + predictionLines(layout)
        return lines.map { $0 + "\n" }.joined()
    }

    private func predictionLines(_ layout: TextLayout) -> [String] {
        let largest = predictions.countOfClass.max() ?? 0
        let digits = "\(predictions.classCount - 1)".count
        let room = min(layout.width - digits - 12, 50)
        // Classes by the hundred would be a wall of bars.
        guard predictions.classCount <= 100 else {
            let used = predictions.countOfClass.count { $0 > 0 }
            return ["  \(used) of \(predictions.classCount) classes"]
        }
        var lines = predictions.countOfClass.enumerated().map { index, count in
            let bar = HistogramText.bar(
                count, of: largest, width: room, isUnicode: layout.isUnicode)
            return "  \("\(index)".aligned(digits))  "
                + (bar.isEmpty ? "" : layout.paint(bar, .graph) + " ")
                + layout.paint(NumberText.grouped(count), .quiet)
        }
        if predictions.nonFiniteCount > 0 {
            lines.append(
                "  "
                    + layout.paint(
                        NumberText.counted(predictions.nonFiniteCount, "image")
                            + " without a prediction: the logits are not numbers", .bad))
        }
        if let metrics, let accuracy = metrics.accuracy {
            lines.append(
                "  \(metrics.correct) of \(metrics.count) right (\(FigureText.percent(accuracy)))")
        }
        return lines
    }
}

extension LayerActivations {
    fileprivate func lines(_ layout: TextLayout, isLogits: Bool) -> [String] {
        func fact(_ label: String, _ text: String) -> TextLayout.Piece {
            TextLayout.Piece(label, .quiet, layout) + TextLayout.Piece(" " + text.padded(8))
        }
        let range = RangeText(statistics)
        let name = TerminalText.escaped(name)
        let label = isLogits && name != "logits" ? name + " (logits)" : name
        var facts = [
            fact("mean", range.mean),
            fact("std", FigureText.optional(statistics.standardDeviation)),
            fact("min", range.minimum), fact("max", range.maximum),
        ]
        if let dead = deadUnitCount {
            let role: TextLayout.Role = dead == 0 ? .quiet : .warning
            facts.append(TextLayout.Piece("\(dead)/\(unitCount) dead", role, layout))
        }
        let head = layout.paint(label, .heading)
        let blanks = max(16 - label.columns, 1)
        let width = facts.reduce(label.columns + blanks - 1) { $0 + 1 + $1.width }
        var lines =
            width <= layout.width
            ? [
                head + String(repeating: " ", count: blanks)
                    + facts.map(\.shown).joined(separator: " ")
            ] : [head] + layout.lines(of: facts, separator: " ")
        if statistics.nonFiniteCount > 0 {
            lines.append(
                "  "
                    + layout.paint(
                        NumberText.counted(statistics.nonFiniteCount, "value")
                            + " not finite (NaN or infinite)", .bad))
        }
        return lines
    }
}
