import LTFNBytes
import LTFNCheckpoint

extension TensorData {
    /// Whether the bytes of both are the same.
    func hasSameBytes(as other: TensorData) -> Bool {
        guard bytes.byteCount == other.bytes.byteCount else { return false }
        let (words, otherWords) = (
            bytes.elements(as: UInt64.self), other.bytes.elements(as: UInt64.self)
        )
        for index in words.indices where words[index] != otherWords[index] { return false }
        let (rest, otherRest) = (
            bytes.elements(as: UInt8.self), other.bytes.elements(as: UInt8.self)
        )
        return (8 * words.count..<rest.count).allSatisfy { rest[$0] == otherRest[$0] }
    }

    /// For each element whether it has the same bits as that of `other`, which has the same dtype.
    func sameBits(as other: TensorData) -> [Bool] {
        let count = min(info.shape.elementCount, other.info.shape.elementCount)
        let (mine, theirs) = (bytes.elements(as: UInt8.self), other.bytes.elements(as: UInt8.self))
        let bits = info.dtype.bitCount
        guard bits % 8 == 0 else {
            // Elements that share bytes.
            return (0..<count).map { element in
                (element * bits..<(element + 1) * bits).allSatisfy {
                    (mine[$0 / 8] ^ theirs[$0 / 8]) >> ($0 % 8) & 1 == 0
                }
            }
        }
        let width = bits / 8
        return (0..<count).map { element in
            (element * width..<(element + 1) * width).allSatisfy { mine[$0] == theirs[$0] }
        }
    }

    /// For each element how many numbers of the dtype it is away from that of `other`; nil: the
    /// dtype has no such order, or is one of two. Of a NaN it says nothing.
    func steps(from other: TensorData) -> [UInt64]? {
        guard info.dtype == other.info.dtype, let mine = orderedBits, let theirs = other.orderedBits
        else { return nil }
        // 64 bits hold the distance of any two integers of 64 bits.
        return zip(mine, theirs).map { UInt64(bitPattern: max($0, $1) &- min($0, $1)) }
    }

    /// Integers in the order of the numbers, neighbours for neighbours; both zeros are 0.
    private var orderedBits: [Int64]? {
        switch info.dtype {
        case .f64: ordered(UInt64.self)
        case .f32: ordered(UInt32.self)
        case .f16, .bf16: ordered(UInt16.self)
        case .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz: ordered(UInt8.self)
        case .i64: integers(flip: 0)
        case .u64: integers(flip: 1 << 63)
        default: nil
        }
    }

    private func ordered<Word: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ type: Word.Type
    ) -> [Int64] {
        let words = bytes.elements(as: type)
        let sign = Word(1) << (Word.bitWidth - 1)
        return words.indices.map { index in
            let magnitude = Int64(truncatingIfNeeded: words[index] & ~sign)
            return words[index] & sign == 0 ? magnitude : -magnitude
        }
    }

    private func integers(flip: UInt64) -> [Int64] {
        let words = bytes.elements(as: UInt64.self)
        return words.indices.map { Int64(bitPattern: words[$0] ^ flip) }
    }
}

extension DType {
    /// Whether a float64 does not hold all numbers of the dtype.
    var isWideInteger: Bool { self == .i64 || self == .u64 }
}
