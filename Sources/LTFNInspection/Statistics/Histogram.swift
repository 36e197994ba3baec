import LTFNCheckpoint

/// Counts of finite values in equal bins around zero, on an axis that grows with the values.
///
/// The bins part [-2^k, 2^k) in 4,096, where 2^k is the least power of two well above every
/// magnitude. A larger value doubles the axis, and each pair of bins becomes one: so one pass is
/// enough, and the counts of two histograms add up exactly.
public struct Histogram: Hashable, Sendable {
    /// How many bins there are.
    public static let binCount = 4096
    static let half = binCount / 2
    // The scale of a bin, 2^(11 - k), has to be a normal number.
    static let smallestExponent = -1000
    static let largestExponent = 1025

    /// k: the axis ends at ±2^k.
    public private(set) var exponent = Histogram.smallestExponent
    /// From the lowest bin to the highest.
    public private(set) var counts = zeros
    /// Whether nothing has been counted: then there is nothing to put together.
    private var isEmpty = true
    /// Shared until the first value.
    private static let zeros = [UInt64](repeating: 0, count: Histogram.binCount)

    public init() {}

    /// The width of a bin.
    public var binWidth: Double { powerOfTwo(exponent - 11) }

    /// How many values were counted.
    public var total: UInt64 { counts.reduce(0, &+) }

    /// Makes the axis long enough for values of this magnitude.
    public mutating func reach(_ magnitude: Double) {
        let needed = Self.exponent(above: magnitude)
        guard needed > exponent else { return }
        let (steps, overflow) = needed.subtractingReportingOverflow(exponent)
        fold(overflow ? 64 : steps)
        exponent = needed
    }

    /// The counts of both, on the longer axis.
    public mutating func merge(_ other: Histogram) {
        var other = other
        if other.exponent > exponent {
            fold(other.exponent - exponent)
            exponent = other.exponent
        } else {
            other.fold(exponent - other.exponent)
        }
        for index in counts.indices { counts[index] &+= other.counts[index] }
        isEmpty = isEmpty && other.isEmpty
    }

    /// Adds counts of the same bins.
    mutating func add(_ more: [UInt32]) {
        for index in counts.indices where index < more.count {
            counts[index] &+= UInt64(more[index])
        }
        isEmpty = false
    }

    /// Counts a value of a magnitude below 2^`exponent`, `count` times, in the bin that a block
    /// would.
    mutating func add(_ value: Double, count: Int) {
        counts[ValueBlock.bin(of: value, scale: powerOfTwo(11 - exponent))] &+= UInt64(count)
        isEmpty = false
    }

    /// Puts `steps` pairs into one bin each, one after the other.
    private mutating func fold(_ steps: Int) {
        guard !isEmpty else { return }
        // After 12 steps all values are in the two bins beside zero.
        for _ in 0..<min(steps, 12) {
            var folded = [UInt64](repeating: 0, count: Self.binCount)
            for index in 0..<Self.half {
                folded[Self.half / 2 + index] = counts[2 * index] &+ counts[2 * index + 1]
            }
            counts = folded
        }
    }

    /// The least k with `magnitude` < 2^k, within the limits of a histogram.
    static func exponent(above magnitude: Double) -> Int {
        guard magnitude > 0 else { return smallestExponent }
        // So close to a power of two, the number of the bin would be rounded up to it.
        let isClose = magnitude.significand > 2 - 0x1p-40
        let needed = Int(magnitude.exponent) + (isClose ? 2 : 1)
        return min(max(needed, smallestExponent), largestExponent)
    }
}

extension Histogram {
    /// Counts in equal columns, half of them on each side of zero.
    public struct Columns: Hashable, Sendable {
        /// Where the first column begins.
        public var low: Double
        /// The width of a column.
        public var width: Double
        public var counts: [UInt64]

        /// Where the last column ends.
        public var high: Double { -low }
    }

    /// The histogram in `count` columns (an even number, 2 to 4,096) on the shortest axis -a … +a
    /// that holds every value up to `magnitude`. Each column is a whole number of bins, so the
    /// counts are exact; values beyond the axis are in the outermost columns.
    public func columns(_ count: Int, reaching magnitude: Double) -> Columns {
        let side = min(max(count / 2, 1), Self.half)
        var whole = self
        whole.reach(magnitude)
        let magnitude = min(magnitude, powerOfTwo(whole.exponent))
        let used = Int((magnitude / whole.binWidth).rounded(.down)) + 1
        let bins = max(1, (min(used, Self.half) + side - 1) / side)
        var columns = [UInt64](repeating: 0, count: 2 * side)
        for (index, number) in whole.counts.enumerated() where number > 0 {
            // Floor division: the bins left of zero are -1, -2, …
            let offset = index - Self.half
            let column = offset >= 0 ? offset / bins : -((-offset + bins - 1) / bins)
            columns[min(max(column + side, 0), 2 * side - 1)] &+= number
        }
        let width = whole.binWidth * Double(bins)
        // The axis of the largest numbers would end beyond them.
        let end = min(width * Double(side), .greatestFiniteMagnitude)
        return Columns(low: -end, width: width, counts: columns)
    }
}
