typealias Lanes = SIMD8<Double>

/// Up to 4,096 values, which are looked at several times while they are in the nearest cache.
struct ValueBlock {
    static let capacity = 4096
    private static let laneCount = 8
    /// Shared until the first value.
    private static let zeros = [Lanes](repeating: .zero, count: capacity / laneCount)

    private var vectors = zeros
    private(set) var count = 0

    subscript(index: Int) -> Double {
        vectors[index / Self.laneCount][index % Self.laneCount]
    }

    mutating func append(_ value: Double) {
        guard count < Self.capacity else { return }
        vectors[count / Self.laneCount][count % Self.laneCount] = value
        count += 1
    }

    mutating func removeAll() {
        count = 0
    }

    /// Takes the place of what was in the block.
    mutating func load(_ values: Span<Float>) {
        count = min(values.count, Self.capacity)
        for index in 0..<count / Self.laneCount {
            let first = index &* Self.laneCount
            let eight = SIMD8<Float>(
                values[first], values[first + 1], values[first + 2], values[first + 3],
                values[first + 4], values[first + 5], values[first + 6], values[first + 7])
            vectors[index] = Lanes(eight)
        }
        for index in count - count % Self.laneCount..<count {
            vectors[index / Self.laneCount][index % Self.laneCount] = Double(values[index])
        }
    }

    /// What one look at the values tells. Where there are NaNs or infinities, so is `sum`.
    struct Summary {
        var sum = 0.0
        var low = Double.infinity
        var high = -Double.infinity
        var zeros = 0
    }

    func summary() -> Summary {
        var sums = Lanes.zero
        var lows = Lanes(repeating: .infinity)
        var highs = Lanes(repeating: -.infinity)
        var zeros = SIMD8<Int64>.zero
        for index in 0..<count / Self.laneCount {
            let x = vectors[index]
            sums += x
            lows.replace(with: x, where: x .< lows)
            highs.replace(with: x, where: x .> highs)
            zeros.replace(with: zeros &+ 1, where: x .== 0)
        }
        var result = Summary(
            sum: sums.sum(), low: lows.min(), high: highs.max(), zeros: Int(zeros.wrappedSum()))
        for index in count - count % Self.laneCount..<count {
            let x = self[index]
            result.sum += x
            result.low = x < result.low ? x : result.low
            result.high = x > result.high ? x : result.high
            result.zeros += x == 0 ? 1 : 0
        }
        return result
    }

    /// Σ (x - `mean`)²
    func squaredDeviations(from mean: Double) -> Double {
        var sums = Lanes.zero
        for index in 0..<count / Self.laneCount {
            let deviation = vectors[index] - mean
            sums += deviation * deviation
        }
        var result = sums.sum()
        for index in count - count % Self.laneCount..<count {
            let deviation = self[index] - mean
            result += deviation * deviation
        }
        return result
    }

    /// Counts the values, all of them below 2^`exponent` in magnitude, in the bins of a histogram.
    func count(in bins: inout [UInt32], exponent: Int) {
        guard bins.count == Histogram.binCount else { return }
        let scale = powerOfTwo(11 - exponent)
        // In [4096, 8192) the upper 12 bits of the mantissa are the whole part less 4096.
        let offset = Double(Histogram.binCount + Histogram.half)
        for index in 0..<count / Self.laneCount {
            let shifted = vectors[index] * scale + offset
            for lane in 0..<Self.laneCount {
                bins[Int(truncatingIfNeeded: (shifted[lane].bitPattern >> 40) & 4095)] &+= 1
            }
        }
        for index in count - count % Self.laneCount..<count {
            bins[Self.bin(of: self[index], scale: scale)] &+= 1
        }
    }

    /// The bin of a value that is below 2048 in magnitude when it is multiplied by `scale`.
    static func bin(of value: Double, scale: Double) -> Int {
        let shifted = value * scale + Double(Histogram.binCount + Histogram.half)
        return Int(truncatingIfNeeded: (shifted.bitPattern >> 40) & 4095)
    }
}
