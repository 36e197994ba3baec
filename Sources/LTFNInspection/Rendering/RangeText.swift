/// Mean, least and largest value with so many digits that the last two can be told apart: 3, or up
/// to the 17 that tell any two float64 values apart. Integers have all their digits.
struct RangeText {
    let mean: String
    let minimum: String
    let maximum: String

    init(_ statistics: ValueStatistics) {
        let (low, high) = (statistics.minimum, statistics.maximum)
        var digits = 3
        if let low, let high, low < high {
            let tellApart = {
                FigureText.significant(low, digits: $0) != FigureText.significant(high, digits: $0)
            }
            digits = (3...17).first(where: tellApart) ?? 17
        }
        mean = FigureText.optional(statistics.mean, digits: digits)
        if let range = statistics.integerRange {
            (minimum, maximum) = ("\(range.minimum)", "\(range.maximum)")
        } else {
            minimum = FigureText.optional(low, digits: digits)
            maximum = FigureText.optional(high, digits: digits)
        }
    }
}
