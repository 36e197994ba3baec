import LTFNBytes
import LTFNCheckpoint

extension VariableReport {
    /// The report for a person, four or five lines.
    ///
    /// - Parameter magnitude: where the histogram's axis ends; nil: where the values do.
    func text(_ layout: TextLayout, reaching magnitude: Double?) -> [String] {
        var lines = heading(layout)
        if let target = info.tiedTo {
            return lines + ["  tied to \(TerminalText.escaped(target.string))"]
        }
        lines += initializerLines(layout)
        switch outcome {
        case .done: break
        case .listed: return lines + listedLines(layout)
        case .unread(let problem):
            return lines + ["  " + layout.paint("not read: \(problem)", .warning)]
        case .damaged(let problem):
            return lines + ["  " + layout.paint("damaged: \(problem)", .bad)]
        }
        guard let statistics else {
            return lines + ["  " + layout.paint("its values are not numbers", .quiet)]
        }
        lines += statistics.lines(layout, expected: expected)
        if let details = statistics.details { lines += details.lines(layout, info.elementShape) }
        if let drift { lines += drift.lines(layout) }
        guard hasHistogram else { return lines }
        return lines + histogramLines(statistics, layout, reaching: magnitude)
    }

    /// Whether the last two lines are a histogram: one value, however often, is no distribution.
    var hasHistogram: Bool {
        guard info.tiedTo == nil, case .done = outcome, let low = statistics?.minimum else {
            return false
        }
        return low != statistics?.maximum
    }

    private func heading(_ layout: TextLayout) -> [String] {
        let name = TerminalText.escaped(info.name.string)
        let shape = info.elementShape
        var what = "  \(info.elementType) \(shape)"
        if shape.rank != 1 { what += " = " + NumberText.grouped(shape.elementCount) }
        let head = layout.paint(name, .heading)
        let lines =
            name.columns + what.columns <= layout.width
            ? [head + what] : [head] + layout.wrapped(what)
        guard info.tiedTo == nil else { return lines }
        var stored = FigureText.bytes(UInt64(info.tensor.byteCount))
        if let ratio {
            stored += " \(layout.arrow) \(FigureText.bytes(storage.storedByteCount))"
            stored += " (\(NumberText.fixed(ratio * 100, 0)) %)"
        }
        stored += " " + layout.readable(storage.text)
        let blanks = layout.width - name.columns - what.columns - stored.columns
        guard blanks >= 2 else { return lines + layout.wrapped(stored) }
        return [head + what + String(repeating: " ", count: blanks) + stored]
    }

    /// For values that were not made: what they can be expected to be.
    private func listedLines(_ layout: TextLayout) -> [String] {
        var text = "its values were not made"
        if let expected {
            text += "; expected mean \(FigureText.significant(expected.mean)), "
            text += "std \(FigureText.significant(expected.standardDeviation))"
        }
        return ["  " + layout.paint(text, .quiet)]
    }

    private func initializerLines(_ layout: TextLayout) -> [String] {
        guard let initializer = info.initializer else {
            return ["  " + layout.paint("initializer unknown", .quiet)]
        }
        let recipe = TextLayout.Piece(initializer.recipe.text)
        let origin = TextLayout.Piece(initializer.origin, .quiet, layout)
        guard recipe.width + 2 > layout.width else {
            return layout.lines(of: [recipe, origin], separator: ", ")
        }
        return layout.wrapped(initializer.recipe.text) + layout.lines(of: [origin])
    }

    private func histogramLines(
        _ statistics: ValueStatistics, _ layout: TextLayout, reaching magnitude: Double?
    ) -> [String] {
        let width = min(layout.width - 4, 76) / 2 * 2
        let histogram = HistogramText.draw(
            statistics, width: width, reaching: magnitude ?? statistics.largestMagnitude,
            isUnicode: layout.isUnicode)
        return [
            "  " + layout.paint(histogram.bars, .graph),
            "  " + layout.paint(histogram.axis, .quiet),
        ]
    }
}

extension ValueStatistics {
    /// `mean -0.0123  std 0.471 (expected 0.473)  min -1.08  max 1.07`
    func lines(_ layout: TextLayout, expected: VariableReport.Expectation?) -> [String] {
        func fact(_ label: String, _ text: String) -> TextLayout.Piece {
            TextLayout.Piece(label + " ", .quiet, layout) + TextLayout.Piece(text)
        }
        let range = RangeText(self)
        var deviation = fact("std", FigureText.optional(standardDeviation))
        if let expected {
            let value = FigureText.significant(expected.standardDeviation)
            deviation = deviation + TextLayout.Piece(" (expected \(value))", .quiet, layout)
        }
        var facts: [TextLayout.Piece]
        if mean == nil, finiteCount > 0 {
            facts = [
                TextLayout.Piece("complex numbers: no mean, no range", .quiet, layout)
            ]
        } else if isConstant, count > 1 {
            facts = [TextLayout.Piece("all \(range.minimum)"), deviation]
        } else {
            facts = [
                fact("mean", range.mean), deviation, fact("min", range.minimum),
                fact("max", range.maximum),
            ]
        }
        if zeroCount > 0, zeroCount < count {
            facts.append(TextLayout.Piece(NumberText.counted(zeroCount, "zero")))
        }
        var lines = layout.lines(of: facts)
        if nonFiniteCount > 0 {
            let counts = [
                (nanCount, "NaN"), (positiveInfinityCount, "+infinity"),
                (negativeInfinityCount, "-infinity"), (complexInfinityCount, "infinite"),
            ]
            let text = counts.filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }
            lines.append(
                "  " + layout.paint("not finite: " + text.joined(separator: ", "), .bad))
        }
        return lines
    }
}

extension ValueDetails {
    /// Percentiles; norms and shape of the distribution; where the extremes are.
    fileprivate func lines(_ layout: TextLayout, _ shape: TensorShape) -> [String] {
        func fact(_ label: String, _ text: String) -> TextLayout.Piece {
            TextLayout.Piece(label + " ", .quiet, layout) + TextLayout.Piece(text)
        }
        let percentiles = zip(Self.shares, quantiles).map { share, value in
            fact(
                share == 0.5 ? "median" : NumberText.significant(share * 100, 3) + " %",
                FigureText.significant(value))
        }
        var facts = [
            ("norm", l2Norm), ("mean |w|", meanMagnitude), ("skew", skewness),
            ("excess kurtosis", excessKurtosis),
        ].compactMap { label, value in value.map { fact(label, FigureText.significant($0)) } }
        if subnormalCount > 0 {
            facts.append(fact("subnormal", NumberText.grouped(subnormalCount)))
        }
        let places = [("min at", minimumPosition), ("max at", maximumPosition)]
            .compactMap { label, position in position.map { fact(label, shape.place($0)) } }
        return [percentiles, facts, places].flatMap { layout.lines(of: $0) }
    }
}

extension TensorShape {
    /// `[0, 1, 63]`
    func place(_ position: Int) -> String {
        "[" + indices(of: position).map(String.init).joined(separator: ", ") + "]"
    }
}

extension VariableReport.Drift {
    /// `moved by 12.3 % of its initial norm`
    func lines(_ layout: TextLayout) -> [String] {
        if distance == 0 { return ["  " + layout.paint("as it was initialized", .quiet)] }
        guard distance.isFinite else { return ["  " + layout.paint("moved without bound", .bad)] }
        guard let relative else {
            return [
                "  " + layout.paint("moved from zero to a norm of ", .quiet)
                    + FigureText.significant(distance)
            ]
        }
        let percent = FigureText.percent(relative)
        let rest = "of the norm of its initial values"
        guard "  moved by \(percent) \(rest)".columns <= layout.width else {
            return layout.wrapped("moved by \(percent) \(rest)")
        }
        return [
            "  " + layout.paint("moved by ", .quiet) + percent + layout.paint(" " + rest, .quiet)
        ]
    }
}
