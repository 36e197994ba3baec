import LTFNBytes
import LTFNCheckpoint

/// Turns the elements of a dtype into numbers.
struct ElementDecoder {
    private let form: Form

    private enum Form {
        /// Floats and integers of whole bytes.
        case bytes(count: Int, decode: (UInt64) -> Double)
        /// Elements of at most 8 bits, looked up.
        case table(bitCount: Int, [Double])
    }

    /// - Returns: nil for dtypes whose elements are not real numbers.
    init?(_ dtype: DType) {
        guard let form = Self.form(dtype) else { return nil }
        self.form = form
    }

    private static func form(_ dtype: DType) -> Form? {
        switch dtype {
        case .i16: .bytes(count: 2) { Double(Int16(truncatingIfNeeded: $0)) }
        case .u16: .bytes(count: 2) { Double($0) }
        case .i32: .bytes(count: 4) { Double(Int32(truncatingIfNeeded: $0)) }
        case .u32: .bytes(count: 4) { Double($0) }
        case .i64: .bytes(count: 8) { Double(Int64(bitPattern: $0)) }
        case .u64: .bytes(count: 8) { Double($0) }
        case .f16: .bytes(count: 2) { Double(MiniFloat.f16.value(of: UInt32($0))) }
        case .bf16: .bytes(count: 2) { Double(Float(bitPattern: UInt32($0) << 16)) }
        case .f32: .bytes(count: 4) { Double(Float(bitPattern: UInt32($0))) }
        case .f64: .bytes(count: 8) { Double(bitPattern: $0) }
        case .bool: table(8) { $0 == 0 ? 0 : 1 }
        case .i2, .i4, .i8: table(dtype.bitCount) { signed($0, bitCount: dtype.bitCount) }
        case .u2, .u4, .u8: table(dtype.bitCount) { Double($0) }
        case .f8e4m3fn: table(8, MiniFloat.f8e4m3fn.value)
        case .f8e4m3fnuz: table(8, MiniFloat.f8e4m3fnuz.value)
        case .f8e5m2: table(8, MiniFloat.f8e5m2.value)
        case .f8e5m2fnuz: table(8, MiniFloat.f8e5m2fnuz.value)
        case .f8e8m0: table(8) { $0 == 0xFF ? .nan : powerOfTwo(Int($0) - 127) }
        case .f6e2m3: table(6, MiniFloat.f6e2m3.value)
        case .f6e3m2: table(6, MiniFloat.f6e3m2.value)
        case .f4e2m1: table(4, MiniFloat.f4e2m1.value)
        case .c64, .c128, .bits8, .bits16, .bits32, .bits64, .bits128: nil
        }
    }

    private static func table(_ bitCount: Int, _ decode: (UInt32) -> Double) -> Form {
        .table(bitCount: bitCount, (0..<UInt32(1) << UInt32(bitCount)).map(decode))
    }

    private static func signed(_ code: UInt32, bitCount: Int) -> Double {
        let value = Double(code)
        return code >> UInt32(bitCount - 1) == 0 ? value : value - powerOfTwo(bitCount)
    }

    /// The values of elements `range` of `values`, a multiple of 8 as its lower bound, at most as many
    /// as a block holds.
    func load(_ range: Range<Int>, of values: AlignedBytes, into block: inout ValueBlock) {
        block.removeAll()
        switch form {
        case .bytes(let byteCount, let decode):
            let bytes = values.copy(
                of: range.lowerBound * byteCount..<range.upperBound * byteCount)
            for index in 0..<range.count {
                var word: UInt64 = 0
                for place in (0..<byteCount).reversed() {
                    word = word << 8 | UInt64(bytes[index * byteCount + place])
                }
                block.append(decode(word))
            }
        case .table(let bitCount, let table):
            let start = range.lowerBound * bitCount / 8
            let end = start + (range.count * bitCount + 7) / 8
            let bytes = values.copy(of: start..<end)
            let mask = table.count - 1
            for index in 0..<range.count {
                let bit = index * bitCount
                var word = Int(bytes[bit / 8])
                if bit % 8 + bitCount > 8 { word |= Int(bytes[bit / 8 + 1]) << 8 }
                block.append(table[word >> (bit % 8) & mask])
            }
        }
    }
}

/// A floating-point format of at most 16 bits.
struct MiniFloat {
    var exponentBits: Int
    var mantissaBits: Int
    var bias: Int
    var special: Special

    /// Which codes are no finite numbers.
    enum Special {
        /// As IEEE 754 has it: the largest exponent is infinity or NaN.
        case ieee
        /// Only the code of all ones is NaN.
        case allOnes
        /// Only the code of -0 is NaN.
        case negativeZero
        case none
    }

    static let f16 = MiniFloat(exponentBits: 5, mantissaBits: 10, bias: 15, special: .ieee)
    static let f8e4m3fn = MiniFloat(
        exponentBits: 4, mantissaBits: 3, bias: 7, special: .allOnes)
    static let f8e4m3fnuz = MiniFloat(
        exponentBits: 4, mantissaBits: 3, bias: 8, special: .negativeZero)
    static let f8e5m2 = MiniFloat(exponentBits: 5, mantissaBits: 2, bias: 15, special: .ieee)
    static let f8e5m2fnuz = MiniFloat(
        exponentBits: 5, mantissaBits: 2, bias: 16, special: .negativeZero)
    static let f6e2m3 = MiniFloat(exponentBits: 2, mantissaBits: 3, bias: 1, special: .none)
    static let f6e3m2 = MiniFloat(exponentBits: 3, mantissaBits: 2, bias: 3, special: .none)
    static let f4e2m1 = MiniFloat(exponentBits: 2, mantissaBits: 1, bias: 1, special: .none)

    /// The number that `code` stands for.
    func value(of code: UInt32) -> Double {
        let mantissa = Int(code) & (1 << mantissaBits - 1)
        let exponent = Int(code) >> mantissaBits & (1 << exponentBits - 1)
        let isNegative = Int(code) >> (mantissaBits + exponentBits) & 1 == 1
        switch special {
        case .ieee where exponent == 1 << exponentBits - 1:
            return mantissa == 0 ? (isNegative ? -.infinity : .infinity) : .nan
        case .allOnes where exponent == 1 << exponentBits - 1 && mantissa == 1 << mantissaBits - 1:
            return .nan
        case .negativeZero where isNegative && exponent == 0 && mantissa == 0:
            return .nan
        default: break
        }
        let implicit = exponent == 0 ? 0 : 1 << mantissaBits
        let magnitude =
            Double(mantissa + implicit) * powerOfTwo(max(exponent, 1) - bias - mantissaBits)
        return isNegative ? -magnitude : magnitude
    }
}

extension ValueStatistics {
    /// The statistics of the elements of `tensor`, taken in one pass; of 64-bit integers as the
    /// nearest float64.
    ///
    /// - Returns: nil for dtypes whose elements are not real numbers.
    public init?(_ tensor: TensorData) {
        guard var collector = ElementCollector(tensor.info.dtype) else { return nil }
        collector.add(tensor.bytes, count: tensor.info.shape.elementCount)
        self = collector.accumulator.statistics
    }
}

/// Gathers statistics of elements of one dtype, which come in pieces.
struct ElementCollector {
    private(set) var accumulator = StatisticsAccumulator()
    private let dtype: DType
    private let decoder: ElementDecoder
    private var block = ValueBlock()

    /// - Returns: nil for dtypes whose elements are not real numbers.
    init?(_ dtype: DType) {
        guard let decoder = ElementDecoder(dtype) else { return nil }
        self.dtype = dtype
        self.decoder = decoder
    }

    /// Adds the first `count` elements of `values`.
    mutating func add(_ values: AlignedBytes, count: Int) {
        if dtype == .f32 { return accumulator.add(values.floats.extracting(first: count)) }
        for start in stride(from: 0, to: count, by: ValueBlock.capacity) {
            decoder.load(
                start..<min(start + ValueBlock.capacity, count), of: values, into: &block)
            accumulator.add(block)
        }
    }

    /// Adds `count` times the element that has the bytes of `unit`.
    mutating func add(repeating unit: [UInt8], count: Int) {
        decoder.load(0..<1, of: AlignedBytes(copying: unit.rawSpan), into: &block)
        accumulator.add(repeating: block[0], count: count)
    }
}
