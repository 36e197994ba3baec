import LTFNCheckpoint

/// A type of the elements of ML programs: as the program counts it, as the file of weights counts
/// it, and what it is here.
struct CoreMLElementType {
    /// In a program.
    let code: UInt64
    /// In a file of weights; nil: there are none there.
    let blobCode: UInt32?
    let bitCount: Int
    /// nil: its elements are opaque bytes.
    let dtype: DType?

    private init(_ code: UInt64, _ blobCode: UInt32?, _ dtype: DType?, bits: Int? = nil) {
        self.code = code
        self.blobCode = blobCode
        self.dtype = dtype
        bitCount = bits ?? dtype?.bitCount ?? 8
    }

    static let textCode: UInt64 = 2

    private static let table = [
        CoreMLElementType(1, nil, .bool), CoreMLElementType(10, 1, .f16),
        CoreMLElementType(11, 2, .f32), CoreMLElementType(12, nil, .f64),
        CoreMLElementType(13, 5, .bf16), CoreMLElementType(21, 4, .i8),
        CoreMLElementType(22, 6, .i16), CoreMLElementType(23, 14, .i32),
        CoreMLElementType(24, nil, .i64), CoreMLElementType(25, 8, .i4),
        CoreMLElementType(31, 3, .u8), CoreMLElementType(32, 7, .u16),
        CoreMLElementType(33, 15, .u32), CoreMLElementType(34, nil, .u64),
        CoreMLElementType(35, 11, .u4), CoreMLElementType(36, 10, .u2),
        CoreMLElementType(37, 9, nil, bits: 1), CoreMLElementType(38, 13, nil, bits: 6),
        CoreMLElementType(39, 12, nil, bits: 3), CoreMLElementType(40, 16, .f8e4m3fn),
        CoreMLElementType(41, 17, .f8e5m2),
    ]

    private static let byCode = Dictionary(uniqueKeysWithValues: table.map { ($0.code, $0) })

    /// nil when there is no such type, or one that checkpoints do not hold.
    init?(code: UInt64) {
        guard let known = Self.byCode[code] else { return nil }
        self = known
    }

    /// The field of a tensor's values in the program, unless they are bytes; nil: they always are.
    var field: Int? {
        typealias Field = CoreMLProgramField.Tensor
        return switch dtype {
        case .f32: Field.floats
        case .f64: Field.doubles
        case .bool: Field.bools
        case .i32, .i16, .u16, .i8, .u8, .u32: Field.ints
        case .i64, .u64: Field.longInts
        default: nil
        }
    }

    /// How many bytes `elementCount` packed elements take; nil when that number has no Int.
    func byteCount(elementCount: Int) -> Int? {
        if let dtype { return dtype.byteCount(elementCount: elementCount) }
        let (whole, rest) = elementCount.quotientAndRemainder(dividingBy: 8)
        let (bytes, overflow) = whole.multipliedReportingOverflow(by: bitCount)
        return overflow ? nil : bytes + (rest * bitCount + 7) / 8
    }
}
