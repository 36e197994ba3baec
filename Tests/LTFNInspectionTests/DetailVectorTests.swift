import LTFNBytes
import LTFNCheckpoint
import LTFNInspection
import Testing

/// A line of the vectors.
private struct DetailVector {
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
    var minimumPosition: Int? { Int(numbers[0]) }
    var maximumPosition: Int? { Int(numbers[1]) }
    var norm: Double? { Double(numbers[2]) }
    var meanMagnitude: Double? { Double(numbers[3]) }
    var skewness: Double? { Double(numbers[4]) }
    var kurtosis: Double? { Double(numbers[5]) }
    var subnormalCount: Int? { Int(numbers[6]) }
    var percentiles: [Double] { numbers[7..<14].compactMap(Double.init) }
    var percentilesOfMany: [Double] { numbers[14..<21].compactMap(Double.init) }
}

@Suite("Details of statistics are those of NumPy and SciPy")
struct DetailVectorTests {
    // As it is, and so often that it fills blocks of 4,096 values and a part of one.
    @Test("Random, constant, huge, tiny, subnormal, not finite, empty", arguments: [1, 700])
    func vectors(times: Int) throws {
        for line in DetailVectors.text.split(separator: "\n") {
            let vector = try DetailVector(line)
            let bytes = Array((0..<times).map { _ in vector.bytes }.joined())
            let values = try tensor(vector.dtype, [vector.count * times], bytes)
            let statistics = try #require(ValueStatistics(values, detailed: true))
            guard let found = statistics.details else {
                #expect(vector.dtype == .c64 || vector.dtype == .c128)
                continue
            }
            let name = vector.name
            #expect(found.minimumPosition == vector.minimumPosition, "\(name)")
            #expect(found.maximumPosition == vector.maximumPosition, "\(name)")
            #expect(found.subnormalCount == vector.subnormalCount.map { $0 * times }, "\(name)")
            let root = Double(times).squareRoot()
            expectClose(found.l2Norm, vector.norm.map { $0 * root }, "\(name) norm")
            expectClose(found.meanMagnitude, vector.meanMagnitude, "\(name) magnitude")
            expectClose(found.skewness, vector.skewness, "\(name) skew", within: 1e-8)
            expectClose(found.excessKurtosis, vector.kurtosis, "\(name) kurtosis", within: 1e-8)
            let expected = times == 1 ? vector.percentiles : vector.percentilesOfMany
            #expect(found.quantiles.count == expected.count, "\(name)")
            let largest = statistics.largestMagnitude
            for (value, wanted) in zip(found.quantiles, expected) {
                // The sum of two of the largest numbers has no place.
                let distance = abs(value / 2 - wanted / 2)
                let tolerance = 1e-14 * largest + .leastNonzeroMagnitude
                #expect(distance <= tolerance, "\(name) \(value) \(wanted)")
            }
        }
    }

    private func expectClose(
        _ found: Double?, _ expected: Double?, _ comment: Comment, within tolerance: Double = 1e-13
    ) {
        guard let expected, let found else {
            #expect(found == nil && expected == nil, comment)
            return
        }
        if found == expected { return }
        let scale = tolerance == 1e-13 ? abs(expected) : max(abs(expected), 1)
        #expect(abs(found - expected) <= tolerance * scale + 32 * .leastNonzeroMagnitude, comment)
    }

    @Test(
        "Percentiles of many values are within 2^-11, those of short numbers as they are",
        arguments: [DType.f32, .f64, .f16, .bf16, .i32])
    func manyValues(dtype: DType) throws {
        let count = 70_000
        let numbers = (0..<count).map { index in
            let unit = Double((index * 7_919) % 65_521) / 65_521 - 0.25
            return unit * unit * unit * 1_000
        }
        var bytes: [UInt8] = []
        for number in numbers {
            let word: UInt64
            switch dtype {
            case .f64: word = number.bitPattern
            case .f32: word = UInt64(Float(number).bitPattern)
            case .bf16: word = UInt64(Float(number).bitPattern >> 16)
            case .f16: word = UInt64(Float16(number).bitPattern)
            default: word = UInt64(UInt32(bitPattern: Int32(number * 1_000)))
            }
            for byte in 0..<dtype.bitCount / 8 {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)))
            }
        }
        let values = try tensor(dtype, [count], bytes)
        let sorted = try values.doubles().sorted()
        let found = try #require(ValueStatistics(values, detailed: true)?.details?.quantiles)
        for (share, value) in zip(ValueDetails.shares, found) {
            let rank = share * Double(count - 1)
            let (below, above) = (sorted[Int(rank)], sorted[Int(rank) + 1])
            let wanted = below + (above - below) * (rank - rank.rounded(.down))
            let isShort = dtype == .f16 || dtype == .bf16
            let tolerance = abs(wanted) * (isShort ? 1e-12 : 0x1p-11)
            #expect(abs(value - wanted) <= tolerance, "\(share): \(value) \(wanted)")
        }
    }

    @Test("Values that come in pieces, or repeated, have the same details")
    func repeated() throws {
        let numbers: [Float] =
            (0..<5_000).map { Float($0 % 97) - 30 } + [Float](repeating: 7, count: 70_000)
        let values = try TensorData(shape: [numbers.count], floats: numbers)
        let details = try #require(ValueStatistics(values, detailed: true)?.details)
        #expect(details.minimumPosition == 0 && details.maximumPosition == 96)
        #expect(details.median == 7)
        #expect(details.subnormalCount == 0)
    }

    @Test(
        "Numbers below the least normal one of their dtype are subnormal",
        arguments: [
            (DType.f8e4m3fn, [0x01, 0x07, 0x08, 0x87, 0x80, 0x00] as [UInt8], 3),
            (.f8e5m2, [0x01, 0x03, 0x04, 0x83, 0x80, 0x00], 3),
            (.f8e4m3fnuz, [0x01, 0x07, 0x08, 0x87, 0x00], 3),
            (.f8e5m2fnuz, [0x01, 0x03, 0x04, 0x83, 0x00], 3),
            (.f8e8m0, [0x00, 0x01, 0x7F], 0), (.i8, [0, 1, 255], 0),
        ])
    func subnormal(dtype: DType, bytes: [UInt8], count: Int) throws {
        let values = try tensor(dtype, [bytes.count], bytes)
        #expect(ValueStatistics(values, detailed: true)?.details?.subnormalCount == count)
    }
}
