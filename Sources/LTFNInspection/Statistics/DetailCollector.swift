import LTFNCheckpoint

/// Gathers details of values that come in blocks, always in the same order.
struct DetailCollector: Sendable {
    private let leastNormal: Double
    private var low = Double.infinity
    private var high = -Double.infinity
    private var result = ValueDetails()
    private var squares = SquaredSum()
    private var magnitudes = MeanMagnitude()
    private var moments = HigherMoments()
    private var quantiles = QuantileCollector()

    init(_ dtype: DType) {
        leastNormal = dtype.leastNormal ?? 0
    }

    /// Adds values that stand at `position` and after it; those not finite are passed over.
    mutating func add(_ block: ValueBlock, at position: Int) {
        var finite = block
        if !block.summary().sum.isFinite { finite = block.finite }
        guard finite.count > 0 else { return }
        add(finite, whose: HigherMoments(of: finite))
        look(for: finite.summary(), in: block, at: position)
    }

    /// Adds finite values whose differences are better known than from the rounded values: integers
    /// of 64 bits that are far from zero differ in digits that a float64 has not.
    mutating func add(_ block: ValueBlock, differences: ValueBlock, at position: Int) {
        guard block.count > 0 else { return }
        add(block, whose: HigherMoments(of: differences))
        look(for: block.summary(), in: block, at: position)
    }

    private mutating func add(_ finite: ValueBlock, whose moments: HigherMoments) {
        squares.add(finite)
        magnitudes.add(finite)
        self.moments.merge(moments)
        for index in 0..<finite.count {
            let x = finite[index]
            quantiles.add(x)
            if x != 0, x.magnitude < leastNormal { result.subnormalCount += 1 }
        }
    }

    /// Adds `count` times the same value.
    ///
    /// - Parameter difference: the value for `HigherMoments`; nil: it is `value`.
    mutating func add(
        repeating value: Double, difference: Double? = nil, count: Int, at position: Int
    ) {
        guard value.isFinite, count > 0 else { return }
        var block = ValueBlock()
        block.append(value)
        squares.add(block, times: count)
        magnitudes.add(block, times: count)
        moments.merge(HigherMoments(repeating: difference ?? value, count: count))
        quantiles.add(value, count: count)
        if value != 0, value.magnitude < leastNormal { result.subnormalCount += count }
        look(for: block.summary(), in: block, at: position)
    }

    private mutating func look(
        for summary: ValueBlock.Summary, in block: ValueBlock, at position: Int
    ) {
        if summary.low < low, let place = block.firstIndex(of: summary.low) {
            low = summary.low
            result.minimumPosition = position + place
        }
        if summary.high > high, let place = block.firstIndex(of: summary.high) {
            high = summary.high
            result.maximumPosition = position + place
        }
    }

    /// Those of all values so far.
    var details: ValueDetails {
        var details = result
        guard details.minimumPosition != nil else { return details }
        details.l2Norm = squares.root
        details.meanMagnitude = magnitudes.mean
        details.skewness = moments.skewness
        details.excessKurtosis = moments.excessKurtosis
        details.quantiles = quantiles.values(at: ValueDetails.shares, from: low, to: high)
        return details
    }
}

extension ValueBlock {
    /// Those that are neither NaN nor infinite.
    fileprivate var finite: ValueBlock {
        var finite = ValueBlock()
        for index in 0..<count where self[index].isFinite { finite.append(self[index]) }
        return finite
    }

    /// Where `value` stands first.
    fileprivate func firstIndex(of value: Double) -> Int? {
        (0..<count).first { self[$0] == value }
    }
}

extension DType {
    /// The least positive number that has all digits of the dtype; nil: no number has fewer.
    fileprivate var leastNormal: Double? {
        switch self {
        case .f64: .leastNormalMagnitude
        case .f32, .bf16: 0x1p-126
        case .f16, .f8e5m2: 0x1p-14
        case .f8e5m2fnuz: 0x1p-15
        case .f8e4m3fn: 0x1p-6
        case .f8e4m3fnuz: 0x1p-7
        case .f6e2m3, .f4e2m1: 1
        case .f6e3m2: 0x1p-2
        default: nil
        }
    }
}
