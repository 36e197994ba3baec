import LTFNBytes

/// A cost as people read it: `0.0945`, `2.3026`, `977,672`, `1.2e+12`.
func shortNumber(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "not a number" : "infinite" }
    if abs(value) < 100 { return NumberText.fixed(value, 4) }
    if abs(value) < 10_000 { return NumberText.fixed(value, 1) }
    if abs(value) < 1e9 { return NumberText.grouped(Int64(value.rounded())) }
    return NumberText.significant(value, 2)
}
