import LTFNBytes

/// The axis that all layers share: logarithmic on both sides of zero, with one column for what is
/// nearer to zero than the axis, or the bins of a histogram, can tell.
struct SymmetricLogAxis {
    /// The power of ten where each side begins and ends.
    let low: Int
    let high: Int
    /// Columns on each side of the one in the middle.
    let side: Int

    /// - Parameters:
    ///   - deviations: the standard deviations of the layers.
    ///   - magnitude: the largest of all.
    init(deviations: [Double], reaching magnitude: Double, width: Int) {
        let least = deviations.filter { $0 > 0 && $0.isFinite }.min() ?? 1
        low = Int((FigureText.logarithm10(least) - 1).rounded(.down))
        high = max(
            Int(FigureText.logarithm10(max(magnitude, .leastNormalMagnitude)).rounded(.up)),
            low + 2)
        side = max((width - 1) / 2, 1)
    }

    var columnCount: Int { 2 * side + 1 }

    /// Where the column `index` of the right side begins, counted from the middle.
    private func edge(_ index: Int) -> Double {
        FigureText.raised10(Double(low) + Double(high - low) * Double(index) / Double(side))
    }

    /// The counts of a histogram in the columns of this axis: a bin that reaches over several
    /// columns is divided among them by their widths.
    func counts(_ statistics: ValueStatistics) -> [UInt64] {
        let histogram = statistics.histogram
        var columns = [Double](repeating: 0, count: columnCount)
        let edges = (0...side).map(edge)
        let half = Histogram.half
        for (index, number) in histogram.counts.enumerated() where number > 0 {
            let isRight = index >= half
            // How far the bin reaches from zero.
            let inner = Double(isRight ? index - half : half - 1 - index) * histogram.binWidth
            var count = Double(number)
            // Zeros are in the first bin right of zero, and are counted beside.
            if index == half { count = max(count - Double(statistics.zeroCount), 0) }
            if inner == 0 {
                columns[side] += count
                continue
            }
            spread(count, from: inner, to: inner + histogram.binWidth, edges) { place, part in
                let column = place < 0 ? side : isRight ? side + 1 + place : side - 1 - place
                columns[column] += part
            }
        }
        return columns.map { $0 > 0 ? max(UInt64($0.rounded()), 1) : 0 }
    }

    /// - Parameter add: called with a column of one side, -1 for the middle, and its part.
    private func spread(
        _ count: Double, from inner: Double, to outer: Double, _ edges: [Double],
        _ add: (Int, Double) -> Void
    ) {
        guard count > 0 else { return }
        let width = outer - inner
        if inner < edges[0] { add(-1, count * (min(outer, edges[0]) - inner) / width) }
        guard outer > edges[0] else { return }
        for place in 0..<side where edges[place] < outer && edges[place + 1] > inner {
            add(place, count * (min(outer, edges[place + 1]) - max(inner, edges[place])) / width)
        }
        if outer > edges[side] {
            add(side - 1, count * (outer - max(inner, edges[side])) / width)
        }
    }

    /// The line under the histograms: powers of ten on both sides.
    var line: String {
        var columns = [Character](repeating: " ", count: columnCount)
        columns[side] = "0"
        let span = high - low
        let labels = (low...high).map { FigureText.powerOfTen($0).count }
        let widest = (labels.max() ?? 1) + 3
        let step = max(1, (widest * span + side - 1) / side)
        for power in stride(from: high, through: low + 1, by: -step) {
            let offset = 1 + (power - low) * side / span
            let label = FigureText.powerOfTen(power)
            put("-" + label, ending: nil, at: side - offset, &columns)
            put(label, ending: side + offset, at: nil, &columns)
        }
        return String(columns)
    }

    private func put(_ text: String, ending: Int?, at start: Int?, _ columns: inout [Character]) {
        let first = start.map { max($0, 0) } ?? min((ending ?? 0), columns.count) - text.count
        guard first >= 0, first + text.count <= columns.count,
            columns[max(first - 1, 0)..<min(first + text.count + 1, columns.count)]
                .allSatisfy({ $0 == " " })
        else { return }
        columns.replaceSubrange(first..<first + text.count, with: Array(text))
    }
}
