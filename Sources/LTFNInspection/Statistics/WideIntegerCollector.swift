import LTFNBytes

/// Gathers statistics of 64-bit integers: range, mean and deviation from the integers themselves,
/// the histogram from the nearest float64.
struct WideIntegerCollector {
    private let isSigned: Bool
    private var accumulator: StatisticsAccumulator
    /// What differences are taken from.
    private var first: UInt64?
    /// Integers that are still to be looked at, as numbers of the same order without a sign.
    private var pending: [UInt64] = []
    private var low = UInt64.max
    private var high = UInt64.min
    /// Where the first of the least and of the largest integers stands.
    private var lowPosition = 0
    private var highPosition = 0
    private var count = 0
    /// Cannot overflow: there are less than 2^61 integers in a tensor.
    private var sum: Int128 = 0

    init(isSigned: Bool, details: DetailCollector?) {
        self.isSigned = isSigned
        accumulator = StatisticsAccumulator(details: details)
    }

    /// What flips the sign bit.
    private var flip: UInt64 { isSigned ? 1 << 63 : 0 }

    private func value(_ key: UInt64) -> Int128 {
        isSigned ? Int128(Int64(bitPattern: key ^ flip)) : Int128(key)
    }

    /// Adds the first `count` of `values`.
    mutating func add(_ values: AlignedBytes, count: Int) {
        let (words, flip) = (values.elements(as: UInt64.self), flip)
        for index in 0..<count {
            pending.append(words[index] ^ flip)
            if pending.count == ValueBlock.capacity { finish() }
        }
    }

    /// Adds `count` times the first of `values`.
    mutating func add(repeating values: AlignedBytes, count: Int) {
        guard count > 0 else { return }
        finish()
        let key = values.elements(as: UInt64.self)[0] ^ flip
        look(key)
        self.count += count - 1
        let value = value(key)
        sum &+= value &* Int128(count)
        accumulator.add(
            repeating: Double(value), exactly: DoublePair(value), difference: difference(key),
            count: count)
    }

    /// How far a number is from the very first one.
    private mutating func difference(_ key: UInt64) -> Double {
        let first = first ?? key
        self.first = first
        return key >= first ? Double(key - first) : -Double(first - key)
    }

    /// The statistics of all integers so far.
    var statistics: ValueStatistics {
        var whole = self
        whole.finish()
        var statistics = whole.accumulator.statistics
        if statistics.count > 0 {
            statistics.integerRange = IntegerRange(
                minimum: value(whole.low), maximum: value(whole.high))
            statistics.details?.minimumPosition = whole.lowPosition
            statistics.details?.maximumPosition = whole.highPosition
            let (mean, rest) = whole.sum.quotientAndRemainder(dividingBy: Int128(statistics.count))
            statistics.mean =
                DoublePair(mean).adding(Double(rest) / Double(statistics.count)).value
        }
        return statistics
    }

    private mutating func look(_ key: UInt64) {
        if key < low || count == 0 { (low, lowPosition) = (key, count) }
        if key > high || count == 0 { (high, highPosition) = (key, count) }
        count += 1
    }

    private mutating func finish() {
        guard let first = pending.first else { return }
        let keys = pending
        var numbers = ValueBlock()
        if isSigned {
            numbers.append(keys.count) { [flip] in Double(Int64(bitPattern: keys[$0] ^ flip)) }
        } else {
            numbers.append(keys.count) { Double(keys[$0]) }
        }
        var distances = ValueBlock()
        distances.append(keys.count) { index in
            let key = keys[index]
            return key >= first ? Double(key - first) : -Double(first - key)
        }
        for key in keys {
            look(key)
            sum &+= value(key)
        }
        let moments = Moments(of: &distances, distances.summary())
        var differences = ValueBlock()
        for key in keys { differences.append(difference(key)) }
        accumulator.add(
            numbers, moments.moved(by: DoublePair(value(first))), differences: differences)
        pending.removeAll(keepingCapacity: true)
    }
}
