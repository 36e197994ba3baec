import LTFNCheckpoint

/// Mean and squared deviations of some numbers.
///
/// Both are kept in units of a power of two, so that the squares of very large and very small
/// numbers neither overflow nor vanish; and the mean in two parts, so that numbers which differ
/// only in their last digits keep their deviation.
struct Moments: Hashable, Sendable {
    private(set) var count = 0.0
    private var mean = DoublePair()
    /// Σ (x - mean)²
    private var squaredDeviations = 0.0
    /// The unit is 2^`exponent`.
    private var exponent = 0

    init() {}

    /// Those of `count` times the same number.
    init(repeating value: Double, count: Int) {
        exponent = Self.unit(for: value.magnitude)
        self.count = Double(count)
        mean = DoublePair(value * powerOfTwo(-exponent))
    }

    /// Those of the finite numbers in `block`, which is put in other units where it has to be.
    init(of block: inout ValueBlock, _ summary: ValueBlock.Summary) {
        self.init(repeating: summary.low, count: block.count)
        guard summary.low < summary.high else { return }
        exponent = Self.unit(for: max(-summary.low, summary.high))
        var sum = summary.sum
        if exponent != 0 {
            block.multiply(by: powerOfTwo(-exponent))
            sum = block.summary().sum
        }
        let rounded = sum / count
        let deviations = block.deviations(from: rounded)
        let correction = deviations.sum / count
        mean = DoublePair(rounded).adding(correction)
        squaredDeviations = max(deviations.squares - deviations.sum * correction, 0)
    }

    /// The exponent of the unit for numbers of this magnitude: 0 where no square comes near the
    /// limits of float64.
    static func unit(for magnitude: Double) -> Int {
        guard !(0x1p-400...0x1p400 ~= magnitude) else { return 0 }
        // 2^-exponent has to be a normal number. Zeros need no unit: they take any other's.
        return magnitude == 0 ? -1000 : max(Int(magnitude.exponent), -1000)
    }

    /// The same numbers, each `offset` larger. The unit has to be 1.
    func moved(by offset: DoublePair) -> Moments {
        var result = self.inUnits(of: 0)
        result.mean = mean.adding(offset)
        return result
    }

    /// The numbers of both (Chan, Golub and LeVeque 1979).
    mutating func merge(_ other: Moments) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        let unit = max(exponent, other.exponent)
        let other = other.inUnits(of: unit)
        self = inUnits(of: unit)
        let total = count + other.count
        let difference = other.mean.minus(mean)
        squaredDeviations +=
            other.squaredDeviations + difference * difference * (count * (other.count / total))
        mean = mean.adding(difference * (other.count / total))
        count = total
    }

    private func inUnits(of unit: Int) -> Moments {
        guard unit != exponent else { return self }
        var result = self
        let scale = powerOfTwo(exponent - unit)
        result.mean = mean.multiplied(by: scale)
        result.squaredDeviations *= scale
        result.squaredDeviations *= scale
        result.exponent = unit
        return result
    }

    /// The mean, correctly rounded but for the last bits.
    var meanValue: Double { mean.value * powerOfTwo(exponent) }

    /// √(Σ (x - mean)² / n)
    var standardDeviation: Double {
        let deviation = (squaredDeviations / count).squareRoot() * powerOfTwo(exponent)
        // That of -max and max may be rounded up to infinity.
        return min(deviation, .greatestFiniteMagnitude)
    }
}

/// A number of about 106 bits: the sum of two that do not overlap.
struct DoublePair: Hashable, Sendable {
    private var high = 0.0
    private var low = 0.0

    init(_ value: Double = 0) {
        high = value
    }

    /// The whole number `value`, which has at most 65 bits.
    init(_ value: Int128) {
        high = Double(value)
        low = Double(value - Int128(high))
    }

    var value: Double { high + low }

    func adding(_ other: DoublePair) -> DoublePair {
        adding(other.high).adding(other.low)
    }

    func adding(_ value: Double) -> DoublePair {
        // What rounding takes from the sum (Knuth's TwoSum).
        let sum = high + value
        let part = sum - high
        let rest = (high - (sum - part)) + (value - part) + low
        var result = DoublePair(sum + rest)
        result.low = rest - (result.high - sum)
        return result
    }

    func minus(_ other: DoublePair) -> Double {
        (high - other.high) + (low - other.low)
    }

    func multiplied(by powerOfTwo: Double) -> DoublePair {
        var result = DoublePair(high * powerOfTwo)
        result.low = low * powerOfTwo
        return result
    }
}
