import LTFNBytes
import LTFNCheckpoint

/// Turns the elements of a dtype into numbers.
struct ElementDecoder {
    private let dtype: DType
    /// The numbers of all codes of at most 8 bits.
    private let table: [Double]

    /// - Returns: nil for dtypes whose elements are not real numbers.
    init?(_ dtype: DType) {
        switch dtype {
        case .c64, .c128, .bits8, .bits16, .bits32, .bits64, .bits128: return nil
        default: break
        }
        self.dtype = dtype
        table =
            Self.number(dtype).map { number in
                (0..<UInt32(1) << UInt32(dtype.bitCount)).map(number)
            } ?? []
    }

    /// What a code of at most 8 bits stands for.
    private static func number(_ dtype: DType) -> ((UInt32) -> Double)? {
        switch dtype {
        case .bool: { $0 == 0 ? 0 : 1 }
        case .i2, .i4, .i8: { signed($0, bitCount: dtype.bitCount) }
        case .u2, .u4, .u8: { Double($0) }
        case .f8e4m3fn: MiniFloat.f8e4m3fn.value
        case .f8e4m3fnuz: MiniFloat.f8e4m3fnuz.value
        case .f8e5m2: MiniFloat.f8e5m2.value
        case .f8e5m2fnuz: MiniFloat.f8e5m2fnuz.value
        case .f8e8m0: { $0 == 0xFF ? .nan : powerOfTwo(Int($0) - 127) }
        case .f6e2m3: MiniFloat.f6e2m3.value
        case .f6e3m2: MiniFloat.f6e3m2.value
        case .f4e2m1: MiniFloat.f4e2m1.value
        default: nil
        }
    }

    private static func signed(_ code: UInt32, bitCount: Int) -> Double {
        let value = Double(code)
        return code >> UInt32(bitCount - 1) == 0 ? value : value - powerOfTwo(bitCount)
    }

    /// Adds elements `range` of `values` to `block`, as many as there is room for.
    func load(_ range: Range<Int>, of values: AlignedBytes, into block: inout ValueBlock) {
        let (first, count) = (range.lowerBound, range.count)
        switch dtype {
        case .f32: block.append(values.floats.extracting(range))
        case .f64:
            let words = values.words(as: UInt64.self)
            block.append(count) { Double(bitPattern: words[first + $0]) }
        case .bf16:
            let words = values.words(as: UInt16.self)
            block.append(count) { Double(Float(bitPattern: UInt32(words[first + $0]) << 16)) }
        case .f16:
            let words = values.words(as: UInt16.self)
            block.append(count) { MiniFloat.half(words[first + $0]) }
        case .i16:
            let words = values.words(as: Int16.self)
            block.append(count) { Double(words[first + $0]) }
        case .u16:
            let words = values.words(as: UInt16.self)
            block.append(count) { Double(words[first + $0]) }
        case .i32:
            let words = values.words(as: Int32.self)
            block.append(count) { Double(words[first + $0]) }
        case .u32:
            let words = values.words(as: UInt32.self)
            block.append(count) { Double(words[first + $0]) }
        case .i64:
            let words = values.words(as: Int64.self)
            block.append(count) { Double(words[first + $0]) }
        case .u64:
            let words = values.words(as: UInt64.self)
            block.append(count) { Double(words[first + $0]) }
        default: loadCodes(range, of: values, into: &block)
        }
    }

    /// Elements of at most 8 bits, packed from the low bits on.
    private func loadCodes(
        _ range: Range<Int>, of values: AlignedBytes, into block: inout ValueBlock
    ) {
        let bytes = values.words(as: UInt8.self)
        let (first, bitCount, mask) = (range.lowerBound, dtype.bitCount, table.count - 1)
        let table = table
        guard bitCount < 8 else {
            return block.append(range.count) { table[Int(bytes[first + $0])] }
        }
        block.append(range.count) { index in
            let bit = (first + index) * bitCount
            var word = Int(bytes[bit / 8])
            if bit % 8 + bitCount > 8 { word |= Int(bytes[bit / 8 + 1]) << 8 }
            return table[word >> (bit % 8) & mask]
        }
    }
}
