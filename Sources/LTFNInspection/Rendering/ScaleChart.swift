import LTFNBytes

/// The scale of every layer on one logarithmic axis: a point for the standard deviation, a line
/// from there to the largest magnitude, and a mark where the first layer's point is.
///
/// Points in a column mean that the signal keeps its strength; to the right it explodes, to the
/// left it vanishes.
struct ScaleChart {
    /// A layer.
    struct Row {
        var name: String
        /// nil: of no value, or of none that is finite.
        var standardDeviation: Double?
        var largestMagnitude: Double
        /// Its standard deviation by that of the layer before.
        var factor: Double?
        /// Whether the factor is one to look at.
        var isOdd: Bool
    }

    private let rows: [Row]
    private let layout: TextLayout
    /// The powers of ten where the axis begins and ends.
    private let low: Int
    private let high: Int
    private let nameWidth: Int
    private let width: Int

    private static let figureWidth = 9
    private static let factorWidth = 8

    init(_ rows: [Row], _ layout: TextLayout) {
        self.rows = rows
        self.layout = layout
        let magnitudes = rows.flatMap { [$0.standardDeviation ?? 0, $0.largestMagnitude] }
            .filter { $0 > 0 && $0.isFinite }
        let least = magnitudes.min().map { Self.decade($0) } ?? 0
        let most = magnitudes.max().map { Self.decade($0) + 1 } ?? 1
        // Less than four powers of ten would make small differences look large.
        let missing = max(4 - (most - least), 0)
        low = least - missing / 2
        high = most + (missing - missing / 2)
        nameWidth = min(rows.map(\.name.columns).max() ?? 0, max(layout.width / 4, 10))
        width = max(
            layout.width - 2 - nameWidth - Self.figureWidth - Self.factorWidth - 4, 8)
    }

    /// The power of ten at or below a positive number.
    private static func decade(_ value: Double) -> Int {
        let text = NumberText.scientific(value, 17)
        return text.split(separator: "e").last.flatMap { Int($0) } ?? 0
    }

    /// Where a magnitude stands, of `width` columns.
    private func column(_ value: Double) -> Int {
        let place = (FigureText.logarithm10(value) - Double(low)) / Double(high - low)
        guard place.isFinite else { return 0 }
        return min(max(Int(place * Double(width)), 0), width - 1)
    }

    var lines: [String] {
        let mark = rows.first?.standardDeviation.flatMap { $0 > 0 ? column($0) : nil }
        return rows.map { line($0, mark) } + [axis]
    }

    private func line(_ row: Row, _ mark: Int?) -> String {
        let name = layout.cut(row.name, to: nameWidth).padded(nameWidth)
        let figure = FigureText.optional(row.standardDeviation).aligned(Self.figureWidth)
        let factor = (row.factor.map { layout.times + FigureText.significant($0) } ?? "")
            .aligned(Self.factorWidth)
        let side = layout.isUnicode ? "│" : "|"
        return "  " + layout.paint(name, .heading) + figure
            + (row.isOdd ? layout.paint(factor, .bad) : factor) + " "
            + layout.paint(side, .quiet) + layout.paint(bar(row, mark), .graph)
            + layout.paint(side, .quiet)
    }

    private func bar(_ row: Row, _ mark: Int?) -> String {
        var columns = [Character](repeating: " ", count: width)
        if let mark { columns[mark] = layout.isUnicode ? "┊" : ":" }
        guard let deviation = row.standardDeviation, deviation > 0 else { return String(columns) }
        let point = column(deviation)
        let end = column(max(row.largestMagnitude, deviation))
        for index in point...max(point, end) { columns[index] = layout.isUnicode ? "─" : "-" }
        columns[point] = layout.isUnicode ? "●" : "o"
        return String(columns)
    }

    /// Powers of ten, as many as have a place.
    private var axis: String {
        let indent = 2 + nameWidth + Self.figureWidth + Self.factorWidth + 2
        var columns = [Character](repeating: " ", count: width + 1)
        let labels = (low...high).map { ($0, FigureText.powerOfTen($0)) }
        let widest = (labels.map(\.1.count).max() ?? 1) + 2
        let step = max(1, (widest * (high - low) + width - 1) / width)
        for (power, text) in labels where (power - low) % step == 0 {
            let place = (power - low) * width / (high - low)
            let start = min(place, columns.count - text.count)
            guard start >= 0, columns[start..<start + text.count].allSatisfy({ $0 == " " }) else {
                continue
            }
            columns.replaceSubrange(start..<start + text.count, with: Array(text))
        }
        var text = String(columns)
        while text.hasSuffix(" ") { text.removeLast() }
        return String(repeating: " ", count: indent) + layout.paint(text, .quiet)
    }

}
