import LTFNBytes
import LTFNCommand
import LTFNDatasets
import LTFNInference

extension Evaluation {
    /// Images a second, from the first batch to the last.
    var rate: Double {
        let seconds = times.seconds(.preprocess) + times.seconds(.compute)
        return seconds > 0 ? Double(inputs.count) / seconds : 0
    }

    /// The result for a person.
    func text(on terminal: Terminal) -> String {
        var lines = [heading(terminal), ""]
        if let metrics { lines += accuracyLines(metrics, terminal) }
        lines += timeLines(terminal)
        if let metrics {
            lines += [""] + matrixLines(metrics.confusion, terminal)
        } else {
            lines += [""] + countLines(terminal)
        }
        if let problem = nonFiniteText { lines.append(terminal.styled(problem, .boldRed)) }
        return lines.map { $0 + "\n" }.joined()
    }

    /// `12 of 10,000 images have logits that are not finite`; nil when none has.
    var nonFiniteText: String? {
        let count = tally.nonFiniteCount
        guard count > 0 else { return nil }
        let all = NumberText.counted(inputs.count, "image")
        let images = "\(NumberText.grouped(count)) of \(all)"
        return images + (count == 1 ? " has" : " have")
            + " logits that are not finite; without a prediction, they count as wrong"
    }

    private func heading(_ terminal: Terminal) -> String {
        func line(_ what: String, _ file: DatasetFile) -> String {
            "\n  \(what) " + TerminalText.escaped(file.description)
        }
        return terminal.styled(TerminalText.escaped(inputs.modelPath), .bold)
            + line("on", inputs.imageFile)
            + (inputs.labelFile.map { line("labels", $0) } ?? "")
    }

    private func label(_ text: String, _ terminal: Terminal) -> String {
        terminal.styled(text, .dim) + String(repeating: " ", count: max(11 - text.columns, 1))
    }

    private func accuracyLines(
        _ metrics: ClassificationMetrics, _ terminal: Terminal
    ) -> [String] {
        guard let accuracy = metrics.accuracy, let interval = metrics.interval,
            let cost = metrics.cost
        else { return [] }
        let low = NumberText.fixed(interval.low * 100, 2)
        let bounds = "\(low) to \(NumberText.percent(interval.high, 2))"
        return [
            label("accuracy", terminal) + terminal.styled(NumberText.percent(accuracy, 2), .bold)
                + ", \(NumberText.grouped(metrics.correct)) of \(NumberText.grouped(metrics.count)) right"
                + terminal.styled(" (95 % interval: \(bounds))", .dim),
            label("cost", terminal) + terminal.styled(NumberText.fixed(cost, 4), .bold)
                + terminal.styled(" (mean softmax cross-entropy)", .dim),
        ]
    }

    private func timeLines(_ terminal: Terminal) -> [String] {
        let parts = [
            ("open + decode", Stopwatch.Phase.openAndDecode), ("preprocess", .preprocess),
            ("compute", .compute),
        ].map { "\($0.0) \(duration(times.seconds($0.1)))" }
        let threads = NumberText.counted(threadCount, "thread")
        return [
            label("time", terminal) + duration(times.total)
                + terminal.styled(" (" + parts.joined(separator: ", ") + ")", .dim),
            label("speed", terminal) + "\(inThreeDigits(rate)) images/s"
                + terminal.styled(" (\(threads))", .dim),
        ]
    }

    private func matrixLines(_ matrix: ConfusionMatrix, _ terminal: Terminal) -> [String] {
        let cell = max("\(matrix.largestCount)".count, "\(matrix.classCount - 1)".count) + 2
        guard matrix.classCount * cell + 18 <= max(terminal.width, 80) else {
            return mistakeLines(matrix, terminal)
        }
        let classes = (0..<matrix.classCount).map { "\($0)".aligned(cell) }.joined()
        var lines = [
            terminal.styled("class", .dim) + terminal.styled(classes + "    recall", .dim)
        ]
        for truth in 0..<matrix.classCount {
            var line = terminal.styled("\(truth)".aligned(5), .dim)
            for predicted in 0..<matrix.classCount {
                let count = matrix[truth: truth, predicted: predicted]
                let text = (count == 0 ? "." : "\(count)").aligned(cell)
                line += terminal.styled(
                    text, truth == predicted ? .bold : count == 0 ? .dim : .yellow)
            }
            let recall = matrix.recall(truth).map { NumberText.percent($0, 2) } ?? "-"
            lines.append(line + recall.aligned(10))
        }
        lines.append(terminal.styled("rows: true class, columns: predicted class", .dim))
        return lines
    }

    /// For more classes than a line has room for.
    private func mistakeLines(_ matrix: ConfusionMatrix, _ terminal: Terminal) -> [String] {
        let mistakes = matrix.commonestMistakes(limit: 10)
        guard !mistakes.isEmpty else { return [] }
        return [terminal.styled("commonest mistakes", .dim)]
            + mistakes.map {
                "  \($0.truth) taken for \($0.predicted): " + NumberText.counted($0.count, "time")
            }
    }

    private func countLines(_ terminal: Terminal) -> [String] {
        var lines = [
            "No labels: the predictions of \(NumberText.counted(inputs.count, "image")), by class."
        ]
        let width = "\(classCount - 1)".count
        let largest = max(tally.countOfClass.max() ?? 0, 1)
        let barWidth = min(terminal.width - width - 12, 50)
        for (index, count) in tally.countOfClass.enumerated() where classCount <= 100 || count > 0 {
            let length = Int((Double(count) / Double(largest) * Double(barWidth)).rounded())
            let bar = String(repeating: terminal.isUnicode ? "█" : "#", count: length)
            let name = "\(index)".aligned(width)
            lines.append(
                "  \(name)  " + terminal.styled(bar, .cyan) + (length > 0 ? " " : "") + "\(count)")
        }
        return lines
    }
}
