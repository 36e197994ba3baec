import LTFNBytes
import LTFNCheckpoint
import LTFNInspection
import Testing

/// A line of the vectors.
private struct StatisticsVector {
    let name: String
    let dtype: DType
    let bytes: [UInt8]
    private let numbers: [String]

    init(_ line: Substring) throws {
        let fields = line.split(separator: " ").map(String.init)
        name = fields[0] + " " + fields[1]
        dtype = try #require(DType(rawValue: fields[0]))
        let digits = Array(fields[2].replacing("-", with: ""))
        bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        numbers = Array(fields[3...])
    }

    var count: Int { bytes.count * 8 / dtype.bitCount }

    /// All values, NaN, +infinity, -infinity, complex infinities, zeros.
    var counts: [Int] { numbers[..<6].compactMap { Int($0) } }
    var mean: Double? { Double(numbers[6]) }
    var deviation: Double? { Double(numbers[7]) }
    var minimum: Double? { Double(numbers[8]) }
    var maximum: Double? { Double(numbers[9]) }
    var integers: [Int128]? {
        let ends = numbers[8...].compactMap { Int128($0) }
        return ends.isEmpty ? nil : ends
    }
}

@Suite("Statistics of every dtype are NumPy's")
struct StatisticsVectorTests {
    // As it is, and so often that it fills blocks of 4,096 values and a part of one.
    @Test("Random, constant, huge, tiny, subnormal, not finite, empty", arguments: [1, 700])
    func vectors(times: Int) throws {
        for line in StatisticsVectors.text.split(separator: "\n") {
            let vector = try StatisticsVector(line)
            let bytes = Array((0..<times).map { _ in vector.bytes }.joined())
            let values = try tensor(vector.dtype, [vector.count * times], bytes)
            let found = try #require(ValueStatistics(values))
            let counts = [
                found.count, found.nanCount, found.positiveInfinityCount,
                found.negativeInfinityCount, found.complexInfinityCount, found.zeroCount,
            ]
            #expect(counts == vector.counts.map { $0 * times }, "\(vector.name)")
            #expect(found.minimum == vector.minimum, "\(vector.name)")
            #expect(found.maximum == vector.maximum, "\(vector.name)")
            let range = found.integerRange.map { [$0.minimum, $0.maximum] }
            #expect(range == vector.integers, "\(vector.name)")
            let deviation = vector.deviation ?? 0
            expectClose(found.mean, vector.mean, scale: deviation, "\(vector.name) mean")
            expectClose(found.standardDeviation, vector.deviation, "\(vector.name) deviation")
        }
    }

    private func expectClose(
        _ found: Double?, _ expected: Double?, scale: Double = 0, _ comment: Comment
    ) {
        guard let expected, let found else {
            #expect(found == nil && expected == nil, comment)
            return
        }
        // Half of each, since the largest numbers have no room for a difference; and below the
        // normal numbers, one step.
        let difference = abs(found / 2 - expected / 2)
        let tolerance = 1e-13 * max(abs(expected) / 2, scale / 2) + .leastNonzeroMagnitude
        #expect(difference <= tolerance, comment)
    }
}
