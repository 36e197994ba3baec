import LTFNCheckpoint

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

    /// How many more values there is room for.
    var freeCount: Int { Self.capacity - count }

    /// Adds the first values of `values`, as many as there is room for.
    mutating func append(_ values: Span<Float>) {
        guard count % Self.laneCount == 0 else {
            return append(values.count) { Double(values[$0]) }
        }
        let (start, added) = (count / Self.laneCount, min(values.count, freeCount))
        for index in 0..<added / Self.laneCount {
            let first = index &* Self.laneCount
            let eight = SIMD8<Float>(
                values[first], values[first + 1], values[first + 2], values[first + 3],
                values[first + 4], values[first + 5], values[first + 6], values[first + 7])
            vectors[start + index] = Lanes(eight)
        }
        count += added - added % Self.laneCount
        for index in added - added % Self.laneCount..<added { append(Double(values[index])) }
    }

    /// Adds `value(0)` … `value(number - 1)`, as many as there is room for.
    @inline(__always)
    mutating func append(_ number: Int, _ value: (Int) -> Double) {
        let added = min(number, freeCount)
        var next = 0
        if count % Self.laneCount == 0 {
            for index in count / Self.laneCount..<count / Self.laneCount + added / Self.laneCount {
                vectors[index] = Lanes(
                    value(next), value(next + 1), value(next + 2), value(next + 3),
                    value(next + 4), value(next + 5), value(next + 6), value(next + 7))
                next += Self.laneCount
            }
            count += next
        }
        for index in next..<added { append(value(index)) }
    }

    /// Whether one of the values is NaN.
    var hasNaN: Bool { (0..<count).contains { self[$0].isNaN } }

    /// Subtracts those of `other`, of which there are as many.
    mutating func subtract(_ other: ValueBlock) {
        for index in 0..<(count + Self.laneCount - 1) / Self.laneCount {
            vectors[index] -= other.vectors[index]
        }
    }

    /// Multiplies every value.
    mutating func multiply(by factor: Double) {
        for index in 0..<(count + Self.laneCount - 1) / Self.laneCount { vectors[index] *= factor }
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

    /// Σ (x - `mean`), which is 0 but for what was rounded off the mean, and Σ (x - `mean`)².
    func deviations(from mean: Double) -> (sum: Double, squares: Double) {
        var sums = Lanes.zero
        var squares = Lanes.zero
        for index in 0..<count / Self.laneCount {
            let deviation = vectors[index] - mean
            sums += deviation
            squares += deviation * deviation
        }
        var result = (sum: sums.sum(), squares: squares.sum())
        for index in count - count % Self.laneCount..<count {
            let deviation = self[index] - mean
            result.sum += deviation
            result.squares += deviation * deviation
        }
        return result
    }

    /// Σ x · y with those of `other`, of which there are as many.
    func product(with other: ValueBlock) -> Double {
        var sums = Lanes.zero
        for index in 0..<count / Self.laneCount {
            sums += vectors[index] * other.vectors[index]
        }
        var sum = sums.sum()
        for index in count - count % Self.laneCount..<count { sum += self[index] * other[index] }
        return sum
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
