import LTFNBytes

/// Gathers statistics of 64-bit integers: range, mean and deviation from the integers themselves,
/// the histogram from the nearest float64.
struct WideIntegerCollector {
    private let isSigned: Bool
    private var accumulator = StatisticsAccumulator()
    /// Integers that are still to be looked at, as numbers of the same order without a sign.
    private var pending: [UInt64] = []
    private var low = UInt64.max
    private var high = UInt64.min
    /// Cannot overflow: there are less than 2^61 integers in a tensor.
    private var sum: Int128 = 0

    init(isSigned: Bool) {
        self.isSigned = isSigned
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
        (low, high) = (min(low, key), max(high, key))
        let value = value(key)
        sum &+= value &* Int128(count)
        accumulator.add(repeating: Double(value), exactly: DoublePair(value), count: count)
    }

    /// The statistics of all integers so far.
    var statistics: ValueStatistics {
        var whole = self
        whole.finish()
        var statistics = whole.accumulator.statistics
        if statistics.count > 0 {
            statistics.integerRange = IntegerRange(
                minimum: value(whole.low), maximum: value(whole.high))
            let (mean, rest) = whole.sum.quotientAndRemainder(dividingBy: Int128(statistics.count))
            statistics.mean =
                DoublePair(mean).adding(Double(rest) / Double(statistics.count)).value
        }
        return statistics
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
            (low, high) = (min(low, key), max(high, key))
            sum &+= value(key)
        }
        let moments = Moments(of: &distances, distances.summary())
        accumulator.add(numbers, moments.moved(by: DoublePair(value(first))))
        pending.removeAll(keepingCapacity: true)
    }
}
