import LTFNBytes
import LTFNInference

extension ActivationReport {
    /// The report for a person: the scale of each layer, its histogram, what the softmax makes of
    /// it, and what is wrong.
    public func text(
        _ layout: TextLayout, _ thresholds: VerdictThresholds = VerdictThresholds()
    ) -> String {
        let verdicts = verdicts(thresholds)
        let names = labels(layout)
        var lines = scaleLines(layout, names, verdicts, thresholds)
        lines += [""] + shapeLines(layout, names)
        lines += [""] + commonLines(layout, names)
        lines += [""] + softmaxLines(layout)
        lines += predictionLines(layout)
        let drawn = lines.joined()
        if let legend = HistogramText.legend(drawn, isUnicode: layout.isUnicode) {
            lines += layout.wrapped(legend).map { layout.paint($0, .quiet) }
        }
        lines += [""] + verdictLines(layout, verdicts)
        return lines.map { $0 + "\n" }.joined()
    }

    /// The names of the layers as they are shown, in as many columns as there are for them.
    private func labels(_ layout: TextLayout) -> [String] {
        let width = min(
            layers.map { TerminalText.escaped($0.name).columns }.max() ?? 0,
            layout.mayCut ? max(layout.width / 5, 10) : .max)
        return layers.map { layout.cut(TerminalText.escaped($0.name), to: width).padded(width) }
    }

    private func title(_ text: String, _ explanation: String, _ layout: TextLayout) -> [String] {
        let whole = text.columns + 2 + explanation.columns
        let shown = layout.paint(text, .heading)
        return whole <= layout.width
            ? [shown + "  " + layout.paint(explanation, .quiet)]
            : [shown] + layout.wrapped(explanation).map { layout.paint($0, .quiet) }
    }
}

// What each layer makes of the images.
extension ActivationReport {
    private func scaleLines(
        _ layout: TextLayout, _ names: [String], _ verdicts: [Verdict],
        _ thresholds: VerdictThresholds
    ) -> [String] {
        let isScaleWrong = verdicts.contains { [.exploding, .vanishing].contains($0.rule) }
        let rows = zip(zip(names, layers), factors).map { layer, factor in
            let isFar = factor.map { $0 >= thresholds.gain || $0 * thresholds.gain <= 1 } ?? false
            return ScaleChart.Row(
                name: layer.0, standardDeviation: layer.1.statistics.standardDeviation,
                largestMagnitude: layer.1.statistics.largestMagnitude, factor: factor,
                isOdd: isFar || isScaleWrong && factor != nil)
        }
        let point = layout.isUnicode ? "●" : "o"
        let line = layout.isUnicode ? "─" : "-"
        return title(
            "scale", "\(point) standard deviation, \(line) up to the largest, before ReLU", layout)
            + ScaleChart(rows, layout).lines
    }

    private func shapeLines(_ layout: TextLayout, _ names: [String]) -> [String] {
        let nameWidth = names.first?.columns ?? 0
        let facts = layers.map { $0.facts(layout) }
        let factWidth = facts.map(\.width).max() ?? 0
        // Where an axis ends depends on how many columns it has, and these on how long its ends
        // are.
        var (endWidth, width, isBeside) = (0, 40, true)
        for _ in 0..<3 {
            let ends = layers.map { FigureText.significant($0.columns(width).high).count + 1 }
            endWidth = max(endWidth, ends.max() ?? 0)
            let rest = layout.width - 2 - nameWidth - 2 * endWidth - 4
            // Without space for both, what is counted stands in a line of its own.
            isBeside = rest - factWidth - 1 >= 16
            width = max((isBeside ? rest - factWidth - 1 : rest) / 2 * 2, 8)
        }
        var lines = title("shape", "each layer on its own axis", layout)
        for (index, layer) in layers.enumerated() {
            let columns = layer.columns(width)
            let end = FigureText.significant(columns.high)
            let bars = HistogramText.bars(columns.counts, isUnicode: layout.isUnicode)
            let row =
                "  " + layout.paint(names[index], .heading) + " "
                + layout.paint(("-" + end).aligned(endWidth), .quiet) + " "
                + layout.paint(bars, .graph) + " " + layout.paint(end.padded(endWidth), .quiet)
            if isBeside {
                lines.append(row + " " + facts[index].shown)
            } else {
                lines += [
                    row, "  " + String(repeating: " ", count: nameWidth + 1) + facts[index].shown,
                ]
            }
            if layer.statistics.nonFiniteCount > 0 {
                lines.append(
                    "  "
                        + layout.paint(
                            NumberText.counted(layer.statistics.nonFiniteCount, "value")
                                + " not finite (NaN or infinite)", .bad))
            }
        }
        return lines
    }

    /// All layers on one axis.
    private func commonLines(_ layout: TextLayout, _ names: [String]) -> [String] {
        let nameWidth = names.first?.columns ?? 0
        let axis = SymmetricLogAxis(
            deviations: layers.compactMap(\.statistics.standardDeviation),
            reaching: largestMagnitude, width: min(layout.width, 100) - nameWidth - 3)
        var lines = title(
            "side by side", "all layers on one axis, logarithmic on both sides of 0", layout)
        for (name, layer) in zip(names, layers) {
            let bars = HistogramText.bars(
                axis.counts(layer.statistics), isUnicode: layout.isUnicode)
            lines.append(
                "  " + layout.paint(name, .heading) + " " + layout.paint(bars, .graph))
        }
        lines.append(
            "  " + String(repeating: " ", count: nameWidth + 1) + layout.paint(axis.line, .quiet))
        return lines
    }
}

// What comes out.
extension ActivationReport {
    private func softmaxLines(_ layout: TextLayout) -> [String] {
        guard let entropy = softmax.meanEntropy, let largest = softmax.meanLargest else {
            return title("softmax", "no image has logits that are all finite", layout)
        }
        let guess = NumberText.fixed(softmax.guessEntropy, 4)
        let step = layout.width >= 70 ? 1 : layout.width >= 50 ? 2 : 4
        let bins = stride(from: 0, to: SoftmaxSummary.binCount, by: step).map {
            softmax.countOfLargest[$0..<$0 + step].reduce(0, +)
        }
        let bars = HistogramText.bars(bins.map { UInt64($0) }, isUnicode: layout.isUnicode)
        var lines = [
            layout.paint("softmax", .heading),
            "  largest  0 " + layout.paint(bars, .graph) + " 1  mean "
                + NumberText.fixed(largest, 3),
            "  entropy  \(NumberText.fixed(entropy, 4)) "
                + layout.paint("of ln \(softmax.classCount) = \(guess)", .quiet),
        ]
        if let metrics, let cost = metrics.cost, let accuracy = metrics.accuracy {
            lines += [
                "  cost     \(FigureText.cost(cost)) "
                    + layout.paint("(a guess: \(guess))", .quiet),
                "  right    \(NumberText.grouped(metrics.correct)) of "
                    + "\(NumberText.grouped(metrics.count)) (\(FigureText.percent(accuracy)))",
            ]
        }
        return lines
    }

    /// How often each class is predicted, on two lines.
    private func predictionLines(_ layout: TextLayout) -> [String] {
        var lines: [String] = []
        let counts = predictions.countOfClass
        let largest = counts.max() ?? 0
        let cell = max("\(max(predictions.classCount - 1, 0))".count, 2) + 1
        // Classes by the hundred would be a wall of bars.
        if cell * counts.count + 11 <= layout.width {
            let bars = counts.map { count in
                let bar = HistogramText.level(count, of: largest, isUnicode: layout.isUnicode)
                return " " + String(repeating: bar, count: cell - 1)
            }
            let numbers = counts.indices.map { "\($0)".aligned(cell) }
            lines.append("  classes " + layout.paint(bars.joined(), .graph))
            lines.append("          " + layout.paint(numbers.joined(), .quiet))
        }
        if let most = counts.indices.max(by: { counts[$0] < counts[$1] }), largest > 0 {
            let used = counts.count { $0 > 0 }
            lines += layout.wrapped(
                "\(used) of \(counts.count) predicted, \(most) most often: "
                    + FigureText.percent(Double(largest) / Double(max(predictions.count, 1))))
        }
        if predictions.nonFiniteCount > 0 {
            let sentence =
                NumberText.counted(predictions.nonFiniteCount, "image")
                + " without a prediction: the logits are not numbers"
            lines += layout.wrapped(sentence).map { layout.paint($0, .bad) }
        }
        return lines
    }

    private func verdictLines(_ layout: TextLayout, _ verdicts: [Verdict]) -> [String] {
        guard !verdicts.isEmpty else {
            let state = trace == .beginning ? " (no step has been taken yet)" : ""
            return [layout.paint("healthy", .good)]
                + layout.wrapped("Nothing here keeps the network from learning\(state).")
        }
        return verdicts.flatMap { verdict in
            [layout.paint(verdict.rule.rawValue, .bad)]
                + layout.wrapped(layout.readable(TerminalText.escaped(verdict.sentence)))
                + layout.wrapped(TerminalText.escaped(verdict.advice)).map {
                    layout.paint($0, .quiet)
                }
        }
    }
}

extension LayerActivations {
    /// The histogram on the layer's own axis, without zeros.
    fileprivate func columns(_ width: Int) -> Histogram.Columns {
        var columns = statistics.histogram.columns(
            width, reaching: statistics.largestMagnitude)
        // Zeros are in the first column right of the middle.
        let middle = columns.counts.count / 2
        columns.counts[middle] -= min(columns.counts[middle], UInt64(statistics.zeroCount))
        return columns
    }

    /// What is counted.
    fileprivate func facts(_ layout: TextLayout) -> TextLayout.Piece {
        let above = positiveFraction.map { FigureText.percent($0) + " > 0" } ?? ""
        var piece = TextLayout.Piece(above.aligned(10), .quiet, layout)
        if let dead = deadUnitCount {
            let role: TextLayout.Role = dead == 0 ? .quiet : .warning
            piece = piece + TextLayout.Piece("  \(dead)/\(unitCount) dead", role, layout)
        }
        return piece
    }
}
