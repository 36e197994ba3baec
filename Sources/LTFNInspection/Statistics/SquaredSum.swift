import LTFNCheckpoint

/// Σ x² of numbers of any magnitude.
struct SquaredSum: Hashable, Sendable {
    /// In units of 2^(2 · `exponent`).
    private var sum = 0.0
    private(set) var exponent = -1000

    /// Adds the squares of the numbers in `block`, each `times` times.
    mutating func add(_ block: ValueBlock, times: Int = 1) {
        let summary = block.summary()
        let largest = max(-summary.low, summary.high)
        guard block.count > 0, largest != 0 || !summary.sum.isFinite else { return }
        let isFinite = largest.isFinite && (summary.sum.isFinite || !block.hasNaN)
        let unit = isFinite ? Moments.unit(for: largest) : 0
        var numbers = block
        if unit != 0 { numbers.multiply(by: powerOfTwo(-unit)) }
        raise(to: unit)
        let scale = powerOfTwo(unit - exponent)
        sum += numbers.deviations(from: 0).squares * Double(times) * scale * scale
    }

    private mutating func raise(to unit: Int) {
        guard unit > exponent else { return }
        let scale = powerOfTwo(exponent - unit)
        sum = sum * scale * scale
        exponent = unit
    }

    /// √Σ x² in units of 2^`exponent`; not finite when one of the numbers is not.
    var mantissa: Double { sum.squareRoot() }

    /// √Σ x²; not finite when one of the numbers is not.
    var root: Double { mantissa * powerOfTwo(exponent) }
}
