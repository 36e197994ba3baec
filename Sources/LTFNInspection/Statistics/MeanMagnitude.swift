import LTFNCheckpoint

/// The mean of |x| over blocks of finite numbers; no sum of the largest numbers overflows.
struct MeanMagnitude: Sendable {
    private(set) var mean = 0.0
    private var count = 0.0

    /// Adds the numbers in `block`, each `times` times.
    mutating func add(_ block: ValueBlock, times: Int = 1) {
        let added = Double(block.count) * Double(times)
        guard added > 0 else { return }
        count += added
        let summary = block.summary()
        let unit = max(-summary.low, summary.high) > 0x1p1000 ? 0x1p-64 : 1
        var sum = 0.0
        for index in 0..<block.count { sum += block[index].magnitude * unit }
        mean += (sum / Double(block.count) / unit - mean) * (added / count)
    }
}
