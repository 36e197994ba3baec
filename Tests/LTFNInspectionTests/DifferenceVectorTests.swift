import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInspection
import Testing

/// A line of the vectors.
private struct DifferenceVector {
    let name: String
    let dtypes: (DType, DType)
    let bytes: ([UInt8], [UInt8])
    private let numbers: [String]

    init(_ line: Substring) throws {
        let fields = line.split(separator: " ").map(String.init)
        name = fields[0...2].joined(separator: " ")
        dtypes = (
            try #require(DType(rawValue: fields[0])), try #require(DType(rawValue: fields[1]))
        )
        let bytes = fields[3...4].map { text in
            let digits = Array(text.replacing("-", with: ""))
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
        }
        self.bytes = (bytes[0], bytes[1])
        numbers = Array(fields[5...])
    }

    var count: Int { bytes.0.count * 8 / dtypes.0.bitCount }
    var differentCount: Int? { Int(numbers[0]) }
    var nonFiniteCount: Int? { Int(numbers[1]) }
    var distance: Double? { Double(numbers[2]) }
    var position: Int? { Int(numbers[3]) }
    var relative: Double? { Double(numbers[4]) }
    var ulps: UInt64? { UInt64(numbers[5]) }
    var relativeL2: Double? { Double(numbers[6]) }
    var cosine: Double? { Double(numbers[7]) }
    var ksDistance: Double? { Double(numbers[8]) }
}

@Suite("Distances of values are those of NumPy and SciPy")
struct DifferenceVectorTests {
    // As they are, and so often that they fill blocks of 4,096 values, pieces of 65,536, and a part
    // of one.
    @Test("Random, close, huge, tiny, subnormal, not finite, of two dtypes", arguments: [1, 5_100])
    func vectors(times: Int) throws {
        for line in DifferenceVectors.text.split(separator: "\n") {
            let vector = try DifferenceVector(line)
            // The large ones take long without optimization.
            if times > 1, vector.dtypes.0 != .f32, vector.dtypes.1 != .i64 { continue }
            let found = try difference(vector, times: times)
            let name: Comment = "\(vector.name)"
            guard let values = found else {
                #expect(vector.differentCount == 0, name)
                continue
            }
            #expect(values.count == vector.count * times, name)
            #expect(values.differentCount == vector.differentCount.map { $0 * times }, name)
            #expect(values.beyondCount == values.differentCount, name)
            #expect(values.nonFiniteCount == vector.nonFiniteCount.map { $0 * times }, name)
            expectClose(values.largest?.distance, vector.distance, name)
            #expect(values.largest?.position == vector.position, name)
            expectClose(values.largestRelative, vector.relative, name)
            #expect(values.largestULPs == vector.ulps, name)
            expectClose(values.relativeL2, vector.relativeL2, name)
            expectClose(values.cosine, vector.cosine, name)
            // Float32 values that are many are told apart by their upper 20 bits.
            if times == 1 { expectClose(values.ksDistance, vector.ksDistance, name) }
        }
    }

    private func difference(_ vector: DifferenceVector, times: Int) throws -> ValueDifference? {
        let readers = try [
            (vector.dtypes.0, vector.bytes.0), (vector.dtypes.1, vector.bytes.1),
        ].map { dtype, bytes in
            let all = Array((0..<times).map { _ in bytes }.joined())
            return try reader(of: tensor(dtype, [vector.count * times], all))
        }
        return try difference(readers[0], readers[1]).variables.first?.values
    }

    private func difference(
        _ first: NativeReader, _ second: NativeReader
    ) throws -> CheckpointDifference {
        try CheckpointDifference(compared(first, "a"), compared(second, "b"))
    }

    /// A file with one variable.
    private func reader(of values: TensorData) throws -> NativeReader {
        let info = try VariableInfo(name: VariableName("w"), tensor: values.info)
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: [info]), tensors: [values])
        return try openFile(checkpoint)
    }

    private func expectClose(_ found: Double?, _ expected: Double?, _ comment: Comment) {
        guard let expected, let found else {
            #expect(found == nil && expected == nil, comment)
            return
        }
        #expect(
            found == expected || abs(found - expected) <= 1e-12 * max(abs(expected), 1e-3), comment)
    }

    @Test(
        "Of many values the distributions are told apart as float16 does",
        arguments: [32_768, 40_000])
    func manyValues(count: Int) throws {
        // Numbers that a float16 holds, in an order of no meaning.
        let numbers = (0..<2).map { side in
            (0..<count).map { index in
                let number = (index * 7_919 + side * 13) % (1_000 + 37 * side)
                return Float(number) / 512 - 0.5
            }
        }
        let readers = try numbers.map { try reader(of: TensorData(shape: [count], floats: $0)) }
        let found = try difference(readers[0], readers[1])
        // The largest distance of the distribution functions, at each number that there is.
        let sorted = numbers.map { $0.sorted() }
        var largest = 0
        for number in Set(numbers[0] + numbers[1]) {
            let below = sorted.map { side in side.partitioningIndex { $0 > number } }
            largest = max(largest, abs(below[0] - below[1]))
        }
        #expect(found.variables.first?.values?.ksDistance == Double(largest) / Double(count))
    }
}

extension Array {
    /// The first index whose element fits; those before it do not.
    fileprivate func partitioningIndex(_ fits: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if fits(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
