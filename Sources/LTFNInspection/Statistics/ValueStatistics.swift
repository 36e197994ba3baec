/// What is to be said about many numbers.
public struct ValueStatistics: Hashable, Sendable {
    /// All values, those that are not finite among them.
    public var count = 0
    public var nanCount = 0
    public var positiveInfinityCount = 0
    public var negativeInfinityCount = 0
    /// 0 and -0.
    public var zeroCount = 0
    /// Of the finite values, as are the next three; nil when there are none.
    public var mean: Double?
    /// √(Σ (x - mean)² / n)
    public var standardDeviation: Double?
    public var minimum: Double?
    public var maximum: Double?
    /// Of the finite values.
    public var histogram = Histogram()

    public init() {}

    public var nonFiniteCount: Int { nanCount + positiveInfinityCount + negativeInfinityCount }

    public var finiteCount: Int { count - nonFiniteCount }

    /// The largest |x| of the finite values; 0 when there are none.
    public var largestMagnitude: Double { max(-(minimum ?? 0), maximum ?? 0, 0) }
}

/// Gathers statistics in one pass over values that come in pieces of any length.
///
/// Means and squared deviations are taken for blocks of 4,096 values in double precision and put
/// together with the formula of Chan, Golub and LeVeque (1979), always in the same order.
public struct StatisticsAccumulator: Sendable {
    private var result = ValueStatistics()
    private var block = ValueBlock()
    private var bins = emptyBins
    private var binnedCount = 0
    private var moments = Moments()
    private var low = Double.infinity
    private var high = -Double.infinity

    /// Shared until the first value: many variables have none.
    private static let emptyBins = [UInt32](repeating: 0, count: Histogram.binCount)

    public init() {}

    /// Adds `values`.
    public mutating func add(_ values: Span<Float>) {
        var start = 0
        while start < values.count {
            let end = min(start + ValueBlock.capacity, values.count)
            block.load(values.extracting(start..<end))
            finishBlock()
            start = end
        }
    }

    /// Adds the values of `block`.
    mutating func add(_ values: ValueBlock) {
        block = values
        finishBlock()
    }

    /// Adds `count` times the same value.
    mutating func add(repeating value: Double, count: Int) {
        guard count > 0 else { return }
        result.count += count
        guard value.isFinite else {
            if value.isNaN {
                result.nanCount += count
            } else if value > 0 {
                result.positiveInfinityCount += count
            } else {
                result.negativeInfinityCount += count
            }
            return
        }
        if value == 0 { result.zeroCount += count }
        low = min(low, value)
        high = max(high, value)
        reach(value.magnitude)
        result.histogram.add(value, count: count)
        moments.merge(Moments(count: Double(count), mean: value))
    }

    /// The statistics of all values so far.
    public var statistics: ValueStatistics {
        var statistics = result
        if binnedCount > 0 { statistics.histogram.add(bins) }
        guard moments.count > 0 else { return statistics }
        statistics.mean = moments.mean
        statistics.standardDeviation = (moments.squaredDeviations / moments.count).squareRoot()
        statistics.minimum = low
        statistics.maximum = high
        return statistics
    }

    private mutating func finishBlock() {
        result.count += block.count
        var summary = block.summary()
        if !summary.sum.isFinite {
            setAsideNonFiniteValues()
            summary = block.summary()
        }
        guard block.count > 0 else { return }
        result.zeroCount += summary.zeros
        low = min(low, summary.low)
        high = max(high, summary.high)
        count(reaching: max(-summary.low, summary.high))

        let count = Double(block.count)
        // A sum of finite float64 values may overflow: then their mean is unknown.
        let mean = summary.sum / count
        moments.merge(
            Moments(
                count: count, mean: mean,
                squaredDeviations: block.squaredDeviations(from: mean)))
    }

    private mutating func count(reaching magnitude: Double) {
        reach(magnitude)
        block.count(in: &bins, exponent: result.histogram.exponent)
        binnedCount += block.count
    }

    /// Makes the axis long enough: bins are 32 bits wide, and belong to one axis.
    private mutating func reach(_ magnitude: Double) {
        let needsLongerAxis = Histogram.exponent(above: magnitude) > result.histogram.exponent
        guard needsLongerAxis || binnedCount > Int(Int32.max) else { return }
        if binnedCount > 0 { result.histogram.add(bins) }
        result.histogram.reach(magnitude)
        bins = Self.emptyBins
        binnedCount = 0
    }

    private mutating func setAsideNonFiniteValues() {
        var finite = ValueBlock()
        for index in 0..<block.count {
            let x = block[index]
            if x.isNaN {
                result.nanCount += 1
            } else if x == .infinity {
                result.positiveInfinityCount += 1
            } else if x == -.infinity {
                result.negativeInfinityCount += 1
            } else {
                finite.append(x)
            }
        }
        block = finite
    }
}

/// Mean and squared deviations of some values.
struct Moments: Hashable, Sendable {
    var count = 0.0
    var mean = 0.0
    /// Σ (x - mean)²
    var squaredDeviations = 0.0

    /// Those of the values of both.
    mutating func merge(_ other: Moments) {
        guard count > 0 else {
            self = other
            return
        }
        let total = count + other.count
        let difference = other.mean - mean
        squaredDeviations +=
            other.squaredDeviations + difference * difference * (count * other.count / total)
        mean += difference * (other.count / total)
        count = total
    }
}
