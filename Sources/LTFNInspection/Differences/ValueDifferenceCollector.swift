import LTFNBytes
import LTFNCheckpoint

/// Gathers how far values are apart that come in pieces, always in the same order.
struct ValueDifferenceCollector {
    private let tolerance: ComparisonTolerance
    private let dtypes: (DType, DType)
    /// nil: the elements are no real numbers.
    private let decoders: (ElementDecoder, ElementDecoder)?
    private var result = ValueDifference()
    private var sums = ScaledSums()
    private var distributions = DistributionDistance()

    /// - Returns: nil when elements of the two dtypes cannot be compared.
    init?(_ first: DType, _ second: DType, _ tolerance: ComparisonTolerance) {
        self.tolerance = tolerance
        dtypes = (first, second)
        if let one = ElementDecoder(first), let other = ElementDecoder(second) {
            decoders = (one, other)
        } else {
            guard first == second else { return nil }
            decoders = nil
        }
    }

    /// Adds elements of both sides, as many of the one as of the other.
    mutating func add(_ first: TensorData, _ second: TensorData) {
        let count = min(first.info.shape.elementCount, second.info.shape.elementCount)
        defer { result.count += count }
        let isSameType = dtypes.0 == dtypes.1
        // Most of what is the same comes in long runs.
        let isSame = isSameType && first.hasSameBytes(as: second)
        let same = isSameType && !isSame ? first.sameBits(as: second) : nil
        guard let decoders else {
            let different = same?.count { !$0 } ?? 0
            result.differentCount += different
            result.beyondCount += different
            return
        }
        let steps = isSame ? nil : first.steps(from: second)
        for start in stride(from: 0, to: count, by: ValueBlock.capacity) {
            let range = start..<min(start + ValueBlock.capacity, count)
            var blocks = (ValueBlock(), ValueBlock())
            decoders.0.load(range, of: first.bytes, into: &blocks.0)
            decoders.1.load(range, of: second.bytes, into: &blocks.1)
            add(blocks, at: result.count + start) { index in
                isSame
                    ? Facts(isSame: true, steps: 0)
                    : Facts(isSame: same?[start + index], steps: steps?[start + index])
            }
        }
    }

    /// What the bits of a pair tell.
    private struct Facts {
        /// nil: two dtypes have no bits in common.
        var isSame: Bool?
        var steps: UInt64?
    }

    private mutating func add(
        _ blocks: (ValueBlock, ValueBlock), at position: Int, _ facts: (Int) -> Facts
    ) {
        var finite = (ValueBlock(), ValueBlock())
        let isInteger = dtypes.0 == dtypes.1 && dtypes.0.isWideInteger
        for index in 0..<blocks.0.count {
            let facts = facts(index)
            let hasULPs = dtypes.0 == dtypes.1 && dtypes.0.hasULPs
            let pair = ValuePair(
                blocks.0[index], blocks.1[index],
                steps: isInteger || hasULPs ? facts.steps : nil, isInteger: isInteger)
            look(pair, isSame: facts.isSame, at: position + index)
            guard pair.isFinite else { continue }
            finite.0.append(pair.first)
            finite.1.append(pair.second)
            distributions.add(pair.first, pair.second)
        }
        if finite.0.count > 0 { sums.add(finite.0, finite.1) }
    }

    private mutating func look(_ pair: ValuePair, isSame: Bool?, at position: Int) {
        let (a, b) = (pair.first, pair.second)
        let isSame = isSame ?? (a == b || (a.isNaN && b.isNaN))
        if !isSame {
            result.differentCount += 1
            if tolerance.isExact || !tolerance.accepts(pair) { result.beyondCount += 1 }
        }
        guard pair.isFinite else {
            if a != b, !(a.isNaN && b.isNaN) { result.nonFiniteCount += 1 }
            return
        }
        if pair.distance > (result.largest?.distance ?? -1) {
            result.largest = ValueDifference.Extreme(
                distance: pair.distance, first: a, second: b, position: position)
        }
        result.largestRelative = max(result.largestRelative ?? 0, pair.relative)
        if let ulps = pair.ulps { result.largestULPs = max(result.largestULPs ?? 0, ulps) }
    }

    /// What has been found so far.
    var difference: ValueDifference {
        var difference = result
        guard result.largest != nil else { return difference }
        difference.relativeL2 = sums.relativeL2
        difference.cosine = sums.cosine
        difference.ksDistance = distributions.distance
        return difference
    }
}

extension DType {
    /// Whether numbers have a distance in units in the last place: floating-point numbers of whole
    /// bytes with a sign.
    fileprivate var hasULPs: Bool {
        switch self {
        case .f64, .f32, .f16, .bf16, .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz: true
        default: false
        }
    }
}
