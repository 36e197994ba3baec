/// What is to be said about many numbers.
public struct ValueStatistics: Hashable, Sendable {
    /// All values, those that are not finite among them.
    public var count = 0
    public var nanCount = 0
    public var positiveInfinityCount = 0
    public var negativeInfinityCount = 0
    /// Complex numbers with an infinite part and none that is NaN: their infinity has no sign.
    public var complexInfinityCount = 0
    /// 0 and -0.
    public var zeroCount = 0
    /// Of the finite values, as are the next three; nil when there are none.
    public var mean: Double?
    /// √(Σ (x - mean)² / n)
    public var standardDeviation: Double?
    public var minimum: Double?
    public var maximum: Double?
    /// The least and the largest of integers, exact where a float64 is not.
    public var integerRange: IntegerRange?
    /// Of the finite values.
    public var histogram = Histogram()
    /// nil: not asked for, or the elements have no order.
    public var details: ValueDetails?

    public init() {}

    public var nonFiniteCount: Int {
        nanCount + positiveInfinityCount + negativeInfinityCount + complexInfinityCount
    }

    public var finiteCount: Int { count - nonFiniteCount }

    /// The largest |x| of the finite values; 0 when there are none.
    public var largestMagnitude: Double { max(-(minimum ?? 0), maximum ?? 0, 0) }

    /// Whether all values are finite and the same.
    public var isConstant: Bool {
        guard let minimum, nonFiniteCount == 0 else { return false }
        return integerRange.map { $0.minimum == $0.maximum } ?? (minimum == maximum)
    }
}

/// The least and the largest of some integers of at most 64 bits.
public struct IntegerRange: Hashable, Sendable {
    public var minimum: Int128
    public var maximum: Int128

    public init(minimum: Int128, maximum: Int128) {
        self.minimum = minimum
        self.maximum = maximum
    }
}

/// Gathers statistics in one pass over values that come in pieces of any length.
///
/// Means and squared deviations are taken for blocks of 4,096 values, wherever the pieces end, in
/// double precision, and put together always in the same order.
public struct StatisticsAccumulator: Sendable {
    private var result = ValueStatistics()
    /// Values that are still to be looked at.
    private var block = ValueBlock()
    private var bins = emptyBins
    private var binnedCount = 0
    private var moments = Moments()
    private var low = Double.infinity
    private var high = -Double.infinity
    private var details: DetailCollector?

    /// Shared until the first value: many variables have none.
    private static let emptyBins = [UInt32](repeating: 0, count: Histogram.binCount)

    public init() {}

    /// - Parameter details: gathers more of the same values; nil: nothing does.
    init(details: DetailCollector?) {
        self.details = details
    }

    /// Adds `values`.
    public mutating func add(_ values: Span<Float>) {
        var start = 0
        while start < values.count {
            let end = min(start + block.freeCount, values.count)
            block.append(values.extracting(start..<end))
            if block.freeCount == 0 { finishBlock() }
            start = end
        }
    }

    /// Adds `count` values: `load` adds those of a range to a block that has room for them.
    mutating func add(count: Int, _ load: (Range<Int>, inout ValueBlock) -> Void) {
        var start = 0
        while start < count {
            let end = min(start + block.freeCount, count)
            load(start..<end, &block)
            if block.freeCount == 0 { finishBlock() }
            start = end
        }
    }

    /// Adds finite values whose moments are better known than from the rounded values in `block`.
    ///
    /// - Parameter differences: of the values from one that is the same for all of them.
    mutating func add(_ values: ValueBlock, _ moments: Moments, differences: ValueBlock) {
        finishBlock()
        guard values.count > 0 else { return }
        details?.add(values, differences: differences, at: result.count)
        result.count += values.count
        block = values
        look(block.summary())
        self.moments.merge(moments)
        block.removeAll()
    }

    /// Adds the values of `other`, which come after these.
    mutating func merge(_ other: StatisticsAccumulator) {
        var other = other
        other.finishBlock()
        finishBlock()
        result.addCounts(of: other.result)
        low = min(low, other.low)
        high = max(high, other.high)
        moments.merge(other.moments)
        if binnedCount > 0 { result.histogram.add(bins) }
        if other.binnedCount > 0 { other.result.histogram.add(other.bins) }
        result.histogram.merge(other.result.histogram)
        bins = Self.emptyBins
        binnedCount = 0
    }

    /// Adds `count` times the same value.
    ///
    /// - Parameters:
    ///   - exactly: the value where no float64 is; nil: it is `value`.
    ///   - difference: of the value from one that is the same for all; nil: it is `value`.
    mutating func add(
        repeating value: Double, exactly: DoublePair? = nil, difference: Double? = nil, count: Int
    ) {
        guard count > 0 else { return }
        finishBlock()
        details?.add(repeating: value, difference: difference, count: count, at: result.count)
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
        var equal = Moments(repeating: exactly == nil ? value : 0, count: count)
        if let exactly { equal = equal.moved(by: exactly) }
        moments.merge(equal)
    }

    /// The statistics of all values so far.
    public var statistics: ValueStatistics {
        var whole = self
        whole.finishBlock()
        return whole.finished
    }

    private var finished: ValueStatistics {
        var statistics = result
        if binnedCount > 0 { statistics.histogram.add(bins) }
        statistics.details = details?.details
        guard moments.count > 0 else { return statistics }
        // Rounding may move the mean of equal values beside them.
        statistics.mean = min(max(moments.meanValue, low), high)
        statistics.standardDeviation = moments.standardDeviation
        statistics.minimum = low
        statistics.maximum = high
        return statistics
    }

    private mutating func finishBlock() {
        guard block.count > 0 else { return }
        details?.add(block, at: result.count)
        result.count += block.count
        var summary = block.summary()
        if !summary.sum.isFinite {
            // Or the sum of large numbers overflows: the moments are then taken in other units.
            setAsideNonFiniteValues()
            summary = block.summary()
        }
        guard block.count > 0 else { return }
        look(summary)
        moments.merge(Moments(of: &block, summary))
        block.removeAll()
    }

    /// Takes everything but the moments from the block.
    private mutating func look(_ summary: ValueBlock.Summary) {
        result.zeroCount += summary.zeros
        low = min(low, summary.low)
        high = max(high, summary.high)
        count(reaching: max(-summary.low, summary.high))
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

extension ValueStatistics {
    /// Adds what is counted apart from the histogram.
    fileprivate mutating func addCounts(of other: ValueStatistics) {
        count += other.count
        nanCount += other.nanCount
        positiveInfinityCount += other.positiveInfinityCount
        negativeInfinityCount += other.negativeInfinityCount
        complexInfinityCount += other.complexInfinityCount
        zeroCount += other.zeroCount
    }
}
