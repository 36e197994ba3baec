import LTFNBytes
import LTFNCheckpoint
import LTFNInspection
import Testing

@Suite("Mean and deviation, block by block")
struct MomentsTests {
    private func statistics(_ values: [Double]) throws -> ValueStatistics {
        var bytes = ByteWriter()
        for value in values { bytes.f64(value) }
        return try #require(ValueStatistics(try tensor(.f64, [values.count], bytes.bytes)))
    }

    @Test(
        "Blocks of zeros hide no tiny values, and tiny ones no large", arguments: [1e-170, 1e160])
    func magnitudes(unit: Double) throws {
        let block = 4096
        let zeros = [Double](repeating: 0, count: block)
        let values = (0..<block).map { $0 % 2 == 0 ? unit : -unit }
        let half = 0.5.squareRoot() * unit
        #expect(isClose(try statistics(zeros + values).standardDeviation, half, 1e-13))
        #expect(isClose(try statistics(values + zeros).standardDeviation, half, 1e-13))
        let tiny = (0..<block).map { _ in unit * 1e-140 }
        #expect(isClose(try statistics(tiny + values).standardDeviation, half, 1e-13))
        #expect(isClose(try statistics(values + tiny).standardDeviation, half, 1e-13))
    }

    @Test(
        "Equal values have the deviation 0 and that mean", arguments: [0.1, 0x1p-1030, 1.7e308, -3])
    func constant(value: Double) throws {
        let found = try statistics([Double](repeating: value, count: 10_001))
        #expect(found.mean == value && found.standardDeviation == 0 && found.isConstant)
    }

    @Test("Two integers next to each other beyond 2^53 are not the same")
    func neighbours() throws {
        var bytes = ByteWriter()
        for index in 0..<10_000 { bytes.u64(1 << 60 + UInt64(index % 2)) }
        let found = try #require(ValueStatistics(try tensor(.u64, [10_000], bytes.bytes)))
        #expect(found.standardDeviation == 0.5 && !found.isConstant)
        #expect(found.integerRange == IntegerRange(minimum: 1 << 60, maximum: 1 << 60 + 1))
    }

    @Test("Pieces of any length give the same bits", arguments: [1, 7, 1000, 4097, 9999])
    func pieces(length: Int) {
        let values = sequence(20_000)
        var accumulator = StatisticsAccumulator()
        for start in stride(from: 0, to: values.count, by: length) {
            let end = min(start + length, values.count)
            accumulator.add(values.span.extracting(start..<end))
        }
        #expect(accumulator.statistics == of(values))
    }

    @Test("The axis of the largest numbers has ends")
    func largest() throws {
        let found = try statistics([.greatestFiniteMagnitude, -1])
        let columns = found.histogram.columns(8, reaching: found.largestMagnitude)
        #expect(columns.high == .greatestFiniteMagnitude && columns.low == -columns.high)
    }
}
