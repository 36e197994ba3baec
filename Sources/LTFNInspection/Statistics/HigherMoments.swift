import LTFNCheckpoint

/// The sums of the second, third and fourth powers of the deviations from the mean.
///
/// They are kept in units of a power of two, so that the powers of very large and very small
/// numbers neither overflow nor vanish.
struct HigherMoments: Sendable {
    private var count = 0.0
    /// In two parts, so that numbers which differ only in their last digits keep their deviation.
    private var mean = DoublePair()
    private var second = 0.0
    private var third = 0.0
    private var fourth = 0.0
    /// The unit is 2^`exponent`.
    private var exponent = 0

    init() {}

    /// Those of `count` times the same number.
    init(repeating value: Double, count: Int) {
        exponent = Self.unit(for: value.magnitude)
        self.count = Double(count)
        mean = DoublePair(value * powerOfTwo(-exponent))
    }

    /// Those of the finite numbers in `block`.
    init(of block: ValueBlock) {
        let summary = block.summary()
        self.init(repeating: summary.low, count: block.count)
        guard summary.low < summary.high else { return }
        exponent = Self.unit(for: max(-summary.low, summary.high))
        let scale = powerOfTwo(-exponent)
        // The least number is near the others where all are far from zero.
        let base = summary.low * scale
        var sum = 0.0
        for index in 0..<block.count { sum += block[index] * scale - base }
        let distance = sum / count
        mean = DoublePair(base).adding(distance)
        for index in 0..<block.count {
            let deviation = block[index] * scale - base - distance
            let square = deviation * deviation
            second += square
            third += square * deviation
            fourth += square * square
        }
    }

    /// The exponent of the unit for numbers of this magnitude: 0 where no fourth power comes near
    /// the limits of float64.
    private static func unit(for magnitude: Double) -> Int {
        guard !(0x1p-200...0x1p200 ~= magnitude) else { return 0 }
        return magnitude == 0 ? -1000 : max(Int(magnitude.exponent), -1000)
    }

    /// The numbers of both (Pébay 2008).
    mutating func merge(_ other: HigherMoments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let unit = max(exponent, other.exponent)
        let (a, b) = (inUnits(of: unit), other.inUnits(of: unit))
        let total = a.count + b.count
        let (partA, partB) = (a.count / total, b.count / total)
        let step = b.mean.minus(a.mean)
        let square = step * step
        exponent = unit
        count = total
        mean = a.mean.adding(step * partB)
        fourth =
            a.fourth + b.fourth
            + square * square * a.count * partB * (partA * partA - partA * partB + partB * partB)
            + 6 * square * (partA * partA * b.second + partB * partB * a.second)
            + 4 * step * (partA * b.third - partB * a.third)
        third =
            a.third + b.third + square * step * a.count * partB * (partA - partB)
            + 3 * step * (partA * b.second - partB * a.second)
        second = a.second + b.second + square * a.count * partB
    }

    private func inUnits(of unit: Int) -> HigherMoments {
        guard unit != exponent else { return self }
        var result = self
        let scale = powerOfTwo(exponent - unit)
        result.mean = mean.multiplied(by: scale)
        result.second *= scale * scale
        result.third *= scale * scale * scale
        result.fourth *= scale * scale * (scale * scale)
        result.exponent = unit
        return result
    }

    /// m₃ / m₂^(3/2); nil where all numbers are the same.
    var skewness: Double? {
        guard let (variance, deviation) = spread else { return nil }
        return third / count / deviation / variance
    }

    /// m₄ / m₂² - 3; nil where all numbers are the same.
    var excessKurtosis: Double? {
        guard let (variance, _) = spread else { return nil }
        return fourth / count / variance / variance - 3
    }

    private var spread: (variance: Double, deviation: Double)? {
        let variance = second / count
        return variance > 0 ? (variance, variance.squareRoot()) : nil
    }
}
