/// Histograms as one line of bars.
///
/// The convention is the same everywhere: the axis runs from -a to +a with zero in the middle;
/// values that are exactly zero are not drawn (they are counted beside); a bar is as high as its
/// count by that of the highest; and whatever is there is seen, however little. At most three bars
/// may be cut off, so that a peak does not flatten the rest; they end in an arrow.
enum HistogramText {
    private static let blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█", "▲"]
    private static let letters = [" ", ".", ":", "-", "=", "+", "*", "%", "#", "^"]
    /// How many times the fourth highest bar the highest may be, before it is cut off.
    private static let steepness: UInt64 = 3

    /// The histogram of `statistics` in `width` columns up to `magnitude`, and its axis.
    static func draw(
        _ statistics: ValueStatistics, width: Int, reaching magnitude: Double, isUnicode: Bool
    ) -> (bars: String, axis: String) {
        var columns = statistics.histogram.columns(width, reaching: magnitude)
        // Zeros are in the first column right of the middle.
        let middle = columns.counts.count / 2
        columns.counts[middle] -= min(columns.counts[middle], UInt64(statistics.zeroCount))
        return (bars(columns.counts, isUnicode: isUnicode), axis(columns))
    }

    /// What `bars` mean where it is not plain to see; nil: nothing in them needs it.
    static func legend(_ bars: String, isUnicode: Bool) -> String? {
        let levels = isUnicode ? blocks : letters
        let (arrow, whole) = (levels[levels.count - 1], levels[levels.count - 2])
        guard bars.unicodeScalars.contains(where: arrow.unicodeScalars.contains) else {
            return nil
        }
        return "\(arrow) is cut off: at least \(steepness) times as high as \(whole)"
    }

    /// A bar for each of `counts`.
    static func bars(_ counts: [UInt64], isUnicode: Bool) -> String {
        let levels = isUnicode ? blocks : letters
        let top = levels.count - 2
        let sorted = counts.sorted(by: >)
        var highest = sorted.first ?? 0
        if sorted.count > 3, sorted[3] > 0, highest / sorted[3] >= steepness { highest = sorted[3] }
        return counts.map { count in
            guard count > 0, highest > 0 else { return levels[0] }
            guard count / highest < steepness else { return levels[top + 1] }
            let height = Double(count) / Double(highest) * Double(top)
            return levels[min(max(Int(height.rounded()), 1), top)]
        }.joined()
    }

    /// One character, as high as `value` is by `largest`; a point for none.
    static func level(_ value: Int, of largest: Int, isUnicode: Bool) -> String {
        guard value > 0, largest > 0 else { return isUnicode ? "·" : "." }
        let levels = isUnicode ? blocks : letters
        let top = levels.count - 2
        let height = Double(value) / Double(largest) * Double(top)
        return levels[min(max(Int(height.rounded()), 1), top)]
    }

    /// A bar of `width` columns for `value`, the longest for `largest`.
    static func bar(_ value: Int, of largest: Int, width: Int, isUnicode: Bool) -> String {
        guard value > 0, largest > 0 else { return "" }
        let length = Double(value) / Double(largest) * Double(width)
        return String(
            repeating: isUnicode ? "█" : "#", count: min(max(Int(length.rounded()), 1), width))
    }

    /// The line under histograms: `-4.3 … 0 … 4.3`.
    static func axis(_ columns: Histogram.Columns) -> String {
        let count = columns.counts.count
        let end = FigureText.significant(columns.high)
        let left = max(count / 2 - end.count - 1, 1)
        let right = max(count - left - 2 * end.count - 2, 1)
        return "-" + end + String(repeating: " ", count: left) + "0"
            + String(repeating: " ", count: right) + end
    }
}
