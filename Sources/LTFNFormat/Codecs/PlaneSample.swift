/// How often bytes occur in the planes of words here and there of a chunk.
package struct PlaneSample {
    /// Of each plane, the lowest first.
    private let histograms: [ByteHistogram]

    init(_ histograms: [ByteHistogram]) {
        self.histograms = histograms
    }

    /// Which of `count` words are looked at: one place in every sixteenth, each elsewhere in it,
    /// since the columns of a matrix repeat; none when they are too few to tell much.
    ///
    /// They are an eighth of all, at most 2048 at each place.
    package static func places(of count: Int) -> [Range<Int>] {
        guard count >= 1 << 15 else { return [] }
        let (part, length) = (count / 16, min(count / 128, 2048))
        return (0..<16).map { number in
            // Multiples of the golden ratio, modulo 1, lie far apart.
            let place = UInt64(UInt32(truncatingIfNeeded: number) &* 0x9E37_79B9)
            let start = number * part + Int((UInt64(part - length + 1) * place) >> 32)
            return start..<start + length
        }
    }

    /// For each plane, whether no code of single bytes makes it shorter: of a mantissa's low bits
    /// more need not be counted.
    var isNoise: [Bool] { histograms.map { !$0.isCodable } }

    /// About the bytes that the planes of `count` words take, unless their distribution moves.
    func leastByteCount(of count: Int) -> Int {
        histograms.reduce(0) { sum, histogram in
            // Runs may be coded in next to nothing.
            guard !histogram.isDominated, histogram.total > 0 else { return sum }
            let share = Double(histogram.estimatedByteCount) / Double(histogram.total)
            return sum + Int(Double(count) * min(1, share))
        }
    }
}
