import LTFNBytes
import LTFNCheckpoint

/// Turns the elements of a dtype into numbers.
struct ElementDecoder {
    private let dtype: DType
    /// The numbers of all codes of at most 8 bits.
    private let table: [Double]

    /// - Returns: nil for dtypes whose elements are not real numbers.
    init?(_ dtype: DType) {
        guard dtype.isReal else { return nil }
        self.dtype = dtype
        table = dtype.codeValues ?? []
    }

    /// Adds elements `range` of `values` to `block`, as many as there is room for.
    func load(_ range: Range<Int>, of values: AlignedBytes, into block: inout ValueBlock) {
        let (first, count) = (range.lowerBound, range.count)
        switch dtype {
        case .f32: block.append(values.floats.extracting(range))
        case .f64:
            let words = values.elements(as: UInt64.self)
            block.append(count) { Double(bitPattern: words[first + $0]) }
        case .bf16:
            let words = values.elements(as: UInt16.self)
            block.append(count) { Double(Float(bitPattern: UInt32(words[first + $0]) << 16)) }
        case .f16:
            let words = values.elements(as: UInt16.self)
            block.append(count) { MiniFloat.half(words[first + $0]) }
        case .i16:
            let words = values.elements(as: Int16.self)
            block.append(count) { Double(words[first + $0]) }
        case .u16:
            let words = values.elements(as: UInt16.self)
            block.append(count) { Double(words[first + $0]) }
        case .i32:
            let words = values.elements(as: Int32.self)
            block.append(count) { Double(words[first + $0]) }
        case .u32:
            let words = values.elements(as: UInt32.self)
            block.append(count) { Double(words[first + $0]) }
        case .i64:
            let words = values.elements(as: Int64.self)
            block.append(count) { Double(words[first + $0]) }
        case .u64:
            let words = values.elements(as: UInt64.self)
            block.append(count) { Double(words[first + $0]) }
        default: loadCodes(range, of: values, into: &block)
        }
    }

    /// Elements of at most 8 bits, packed from the low bits on.
    private func loadCodes(
        _ range: Range<Int>, of values: AlignedBytes, into block: inout ValueBlock
    ) {
        let bytes = values.elements(as: UInt8.self)
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
