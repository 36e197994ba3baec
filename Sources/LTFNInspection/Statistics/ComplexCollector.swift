import LTFNBytes

/// Counts complex numbers. One with a part that is NaN is NaN; else one with an infinite part is
/// infinite.
struct ComplexCollector {
    private let isDouble: Bool
    private(set) var statistics = ValueStatistics()

    /// - Parameter isDouble: whether the two parts are float64, else float32.
    init(isDouble: Bool) {
        self.isDouble = isDouble
    }

    /// Adds the first `count` of `values`, each of them `times` times.
    mutating func add(_ values: AlignedBytes, count: Int, times: Int = 1) {
        if isDouble {
            let words = values.elements(as: UInt64.self)
            for index in 0..<count {
                add(
                    Double(bitPattern: words[2 * index]),
                    Double(bitPattern: words[2 * index + 1]), times)
            }
        } else {
            let floats = values.floats
            for index in 0..<count {
                add(Double(floats[2 * index]), Double(floats[2 * index + 1]), times)
            }
        }
    }

    private mutating func add(_ real: Double, _ imaginary: Double, _ times: Int) {
        statistics.count += times
        if real.isNaN || imaginary.isNaN {
            statistics.nanCount += times
        } else if real.isInfinite || imaginary.isInfinite {
            statistics.complexInfinityCount += times
        } else if real == 0, imaginary == 0 {
            statistics.zeroCount += times
        }
    }
}
