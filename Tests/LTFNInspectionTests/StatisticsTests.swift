import LTFNBytes
import LTFNCheckpoint
import LTFNInspection
import Testing

/// The tensor whose packed bytes are `bytes`.
func tensor(_ dtype: DType, _ shape: [Int], _ bytes: [UInt8]) throws -> TensorData {
    var block = AlignedBytes(byteCount: bytes.count)
    block.replaceBytes(at: 0, with: bytes)
    return try TensorData(info: TensorInfo(dtype: dtype, shape: TensorShape(shape)), bytes: block)
}

/// `codes` packed at `bitCount` bits each, the first in the low bits.
func packed(_ codes: Range<Int>, bitCount: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: (codes.count * bitCount + 7) / 8)
    for (index, code) in codes.enumerated() {
        for bit in 0..<bitCount where code >> bit & 1 == 1 {
            let place = index * bitCount + bit
            bytes[place / 8] |= 1 << UInt8(place % 8)
        }
    }
    return bytes
}

/// ((i · 2654435761) mod 2^32) / 2^32 - 0.25, rounded to float32.
func sequence(_ count: Int, offset: Double = 0) -> [Float] {
    (0..<UInt64(count)).map { index in
        let fraction = Double(index &* 2_654_435_761 % (1 << 32)) / 4_294_967_296
        let value = Float(fraction - 0.25)
        return offset == 0 ? value : Float(Double(value) + offset)
    }
}

/// Whether two numbers agree to `tolerance`, relative to the second.
func isClose(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
    guard let value else { return false }
    return abs(value - expected) <= tolerance * max(abs(expected), 1e-300)
}

@Suite("Statistics")
struct StatisticsTests {
    @Test("Mean, deviation and range are NumPy's in float64")
    func moments() throws {
        let values = try TensorData(shape: [100_003], floats: sequence(100_003))
        let statistics = try #require(ValueStatistics(values))
        #expect(statistics.count == 100_003)
        #expect(isClose(statistics.mean, 0.24999708200716192))
        #expect(isClose(statistics.standardDeviation, 0.28867672311812226))
        #expect(statistics.minimum == -0.25)
        #expect(statistics.maximum == 0.7499973177909851)
        #expect(statistics.nonFiniteCount == 0)
    }

    @Test("A mean far from zero costs no digits of the deviation")
    func farFromZero() throws {
        let values = try TensorData(
            shape: [100_003], floats: sequence(100_003, offset: 1_000_000))
        let statistics = try #require(ValueStatistics(values))
        #expect(isClose(statistics.mean, 1000000.25, 1e-9))
        #expect(isClose(statistics.standardDeviation, 0.2898021617262573, 1e-10))
    }

    @Test("The histogram is NumPy's")
    func histogram() throws {
        let values = try TensorData(shape: [100_003], floats: sequence(100_003))
        let statistics = try #require(ValueStatistics(values))
        let columns = statistics.histogram.columns(8, reaching: 0.9999)
        #expect(columns.low == -1)
        #expect(columns.width == 0.25)
        #expect(columns.counts == [0, 0, 0, 25002, 24999, 25002, 25000, 0])
    }

    @Test("Values that are not finite are counted apart", arguments: [1, 8, 13, 5000, 9001])
    func nonFinite(count: Int) throws {
        var values = sequence(count)
        let expected = try #require(
            ValueStatistics(try TensorData(shape: [count], floats: values)))
        values.insert(.nan, at: count / 2)
        values.insert(.infinity, at: 0)
        values.append(-.infinity)
        values.append(-.nan)
        let found = try #require(
            ValueStatistics(try TensorData(shape: [count + 4], floats: values)))
        #expect(found.count == count + 4)
        #expect(found.nanCount == 2)
        #expect(found.positiveInfinityCount == 1)
        #expect(found.negativeInfinityCount == 1)
        #expect(found.finiteCount == count)
        #expect(isClose(found.mean, expected.mean ?? .nan, 1e-13))
        #expect(found.minimum == expected.minimum)
        #expect(found.maximum == expected.maximum)
        #expect(found.histogram == expected.histogram)
    }

    @Test("Nothing but NaN has no mean; an empty tensor has no values")
    func nothing() throws {
        let empty = try #require(ValueStatistics(try TensorData(shape: [0, 3], floats: [])))
        #expect(empty.count == 0 && empty.mean == nil && empty.minimum == nil)
        let nan = try #require(ValueStatistics(try TensorData(shape: [1], floats: [.nan])))
        #expect(nan.count == 1 && nan.mean == nil && nan.histogram.total == 0)
    }

    @Test("Zeros are counted, negative ones too")
    func zeros() throws {
        let statistics = try #require(
            ValueStatistics(
                try TensorData(shape: [10], floats: [0, -0.0, 1, 0, 2, 0, 3, 0, 0, -1.0e-3])))
        #expect(statistics.zeroCount == 6)
        #expect(statistics.minimum == Double(Float(-1.0e-3)))
    }

    @Test("Pieces of any length give the counts of the whole", arguments: [1, 7, 4096, 4097])
    func pieces(length: Int) throws {
        let values = sequence(10_000)
        var accumulator = StatisticsAccumulator()
        var start = 0
        while start < values.count {
            let end = min(start + length, values.count)
            accumulator.add(values.span.extracting(start..<end))
            start = end
        }
        let whole = try #require(ValueStatistics(try TensorData(shape: [10_000], floats: values)))
        #expect(accumulator.statistics.histogram == whole.histogram)
        #expect(isClose(accumulator.statistics.mean, whole.mean ?? .nan, 1e-13))
        #expect(
            isClose(accumulator.statistics.standardDeviation, whole.standardDeviation ?? .nan))
    }

    // Counts and sums of ml_dtypes 0.6 over all codes of each type.
    @Test(
        "Small floats are those of ml_dtypes",
        arguments: [
            (DType.f8e4m3fn, 2, 0, 2, 448, 10815.75),
            (.f8e4m3fnuz, 1, 0, 1, 240, 5887.875),
            (.f8e5m2, 6, 2, 2, 57344, 720895.9995117188),
            (.f8e5m2fnuz, 1, 0, 1, 57344, 720895.9997558594),
            (.f6e2m3, 0, 0, 2, 7.5, 168),
            (.f6e3m2, 0, 0, 2, 28, 350),
            (.f4e2m1, 0, 0, 2, 6, 36),
            (.f16, 2046, 2, 2, 65504, 201261055.875),
            (.bf16, 254, 2, 2, 3.3895313892515355e+38, 1.3032814653071943e+41),
        ] as [(DType, Int, Int, Int, Double, Double)])
    func smallFloats(
        dtype: DType, nans: Int, infinities: Int, zeros: Int, largest: Double, sum: Double
    ) throws {
        let codeCount = 1 << dtype.bitCount
        let all = try #require(
            ValueStatistics(
                try tensor(dtype, [codeCount], packed(0..<codeCount, bitCount: dtype.bitCount))))
        #expect(all.nanCount == nans)
        #expect(all.positiveInfinityCount + all.negativeInfinityCount == infinities)
        #expect(all.zeroCount == zeros)
        #expect(all.maximum == largest)
        #expect(all.minimum == -largest)

        let half = codeCount / 2
        let positive = try #require(
            ValueStatistics(try tensor(dtype, [half], packed(0..<half, bitCount: dtype.bitCount))))
        let mean = try #require(positive.mean)
        #expect(isClose(mean * Double(positive.finiteCount), sum / 2))
    }

    @Test("Powers of two have no sign and no zero")
    func powersOfTwo() throws {
        let all = try #require(
            ValueStatistics(try tensor(.f8e8m0, [256], packed(0..<256, bitCount: 8))))
        #expect(all.nanCount == 1 && all.zeroCount == 0)
        #expect(all.minimum == 5.877471754111438e-39)
        #expect(all.maximum == 1.7014118346046923e+38)
        #expect(isClose((all.mean ?? 0) * 255, 3.402823669209385e+38))
    }

    @Test(
        "Integers keep their sign",
        arguments: [
            (DType.i2, -2, 1), (.i4, -8, 7), (.i8, -128, 127), (.i16, -32768, 32767),
            (.u2, 0, 3), (.u4, 0, 15), (.u8, 0, 255), (.u16, 0, 65535),
        ] as [(DType, Double, Double)])
    func integers(dtype: DType, low: Double, high: Double) throws {
        let count = 1 << dtype.bitCount
        let all = try #require(
            ValueStatistics(
                try tensor(dtype, [count], packed(0..<count, bitCount: dtype.bitCount))))
        #expect(all.minimum == low)
        #expect(all.maximum == high)
        #expect(abs((all.mean ?? .nan) - (low + high) / 2) <= 1e-15 * Double(count) * high)
        #expect(all.zeroCount == 1)
    }

    @Test("Wide numbers")
    func wide() throws {
        let ones = [UInt8](repeating: 0xFF, count: 8)
        #expect(ValueStatistics(try tensor(.i32, [2], ones))?.mean == -1)
        #expect(ValueStatistics(try tensor(.u32, [2], ones))?.mean == 4_294_967_295)
        #expect(ValueStatistics(try tensor(.i64, [], ones))?.mean == -1)
        #expect(ValueStatistics(try tensor(.u64, [], ones))?.mean == 18_446_744_073_709_551_616)
        var bytes = ByteWriter()
        bytes.f64(-1.5)
        #expect(ValueStatistics(try tensor(.f64, [], bytes.bytes))?.mean == -1.5)
        #expect(ValueStatistics(try tensor(.bool, [3], [0, 1, 1]))?.maximum == 1)
        #expect(ValueStatistics(try tensor(.c64, [], ones))?.nanCount == 1)
        #expect(ValueStatistics(try tensor(.bits64, [], ones)) == nil)
    }

    @Test("No float64 traps, the largest and the smallest neither")
    func extremes() throws {
        let extremes: [Double] = [
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude,
            .greatestFiniteMagnitude, .greatestFiniteMagnitude, .infinity, .nan,
        ]
        var bytes = ByteWriter()
        for value in extremes { bytes.f64(value) }
        let statistics = try #require(ValueStatistics(try tensor(.f64, [7], bytes.bytes)))
        #expect(statistics.nonFiniteCount == 2)
        #expect(statistics.maximum == .greatestFiniteMagnitude)
        #expect(statistics.histogram.total == 5)
        let columns = statistics.histogram.columns(2, reaching: .greatestFiniteMagnitude)
        #expect(columns.counts == [1, 4])
    }
}

@Suite("Histogram")
struct HistogramTests {
    @Test("A longer axis keeps every count on its side of zero")
    func growth() {
        var accumulator = StatisticsAccumulator()
        accumulator.add([-0.75, -0.25, 0.25, 0.5, 0.75].span)
        accumulator.add([100, -3].span)
        let columns = accumulator.statistics.histogram.columns(2, reaching: 100)
        #expect(columns.counts == [3, 4])
        #expect(accumulator.statistics.histogram.exponent == 7)
        #expect(columns.high > 100)
    }

    @Test("Two histograms add up")
    func merging() {
        var left = StatisticsAccumulator()
        left.add([0.1, -0.2, 0.3].span)
        var right = StatisticsAccumulator()
        right.add([5, -6, 7].span)
        var whole = StatisticsAccumulator()
        whole.add([0.1, -0.2, 0.3].span)
        whole.add([5, -6, 7].span)
        var merged = left.statistics.histogram
        merged.merge(right.statistics.histogram)
        #expect(merged == whole.statistics.histogram)
        merged = right.statistics.histogram
        merged.merge(left.statistics.histogram)
        #expect(merged == whole.statistics.histogram)
    }

    @Test("The shortest axis that holds the magnitude, in whole bins", arguments: [2, 16, 60])
    func axis(count: Int) {
        var accumulator = StatisticsAccumulator()
        accumulator.add([-4.11, 3.9, 0, 1, 1.5].span)
        let histogram = accumulator.statistics.histogram
        let columns = histogram.columns(count, reaching: 4.11)
        #expect(columns.counts.count == count)
        #expect(columns.counts.reduce(0, +) == 5)
        #expect(columns.low == -columns.high)
        #expect(columns.high > 4.11 && columns.high < 4.11 * 1.1)
    }

    @Test("Only zeros: the axis has a width all the same")
    func zeros() {
        var accumulator = StatisticsAccumulator()
        accumulator.add([0, 0, -0.0].span)
        let columns = accumulator.statistics.histogram.columns(4, reaching: 0)
        #expect(columns.counts == [0, 0, 3, 0])
        #expect(columns.width > 0)
    }
}
