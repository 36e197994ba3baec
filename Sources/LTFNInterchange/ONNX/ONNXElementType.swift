import LTFNCheckpoint

/// The numbers that ONNX has for dtypes, and how each is stored outside of `raw_data`.
struct ONNXElementType {
    var dtype: DType
    var code: Int
    /// The field of a `TensorProto` that holds such elements one by one.
    var field: Int
    /// The first version of the format that has it, of those that are written.
    var irVersion: Int

    private init(
        _ dtype: DType, _ code: Int, _ field: Int, ir irVersion: Int = ONNXWriter.irVersion
    ) {
        self.dtype = dtype
        self.code = code
        self.field = field
        self.irVersion = irVersion
    }

    static let stringCode = 8

    private static let table: [ONNXElementType] = {
        typealias Tensor = ONNXField.Tensor
        return [
            ONNXElementType(.f32, 1, Tensor.floatData),
            ONNXElementType(.u8, 2, Tensor.int32Data),
            ONNXElementType(.i8, 3, Tensor.int32Data),
            ONNXElementType(.u16, 4, Tensor.int32Data),
            ONNXElementType(.i16, 5, Tensor.int32Data),
            ONNXElementType(.i32, 6, Tensor.int32Data),
            ONNXElementType(.i64, 7, Tensor.int64Data),
            ONNXElementType(.bool, 9, Tensor.int32Data),
            ONNXElementType(.f16, 10, Tensor.int32Data),
            ONNXElementType(.f64, 11, Tensor.doubleData),
            ONNXElementType(.u32, 12, Tensor.uint64Data),
            ONNXElementType(.u64, 13, Tensor.uint64Data),
            ONNXElementType(.c64, 14, Tensor.floatData),
            ONNXElementType(.c128, 15, Tensor.doubleData),
            ONNXElementType(.bf16, 16, Tensor.int32Data),
            ONNXElementType(.f8e4m3fn, 17, Tensor.int32Data, ir: 9),
            ONNXElementType(.f8e4m3fnuz, 18, Tensor.int32Data, ir: 9),
            ONNXElementType(.f8e5m2, 19, Tensor.int32Data, ir: 9),
            ONNXElementType(.f8e5m2fnuz, 20, Tensor.int32Data, ir: 9),
            ONNXElementType(.u4, 21, Tensor.int32Data, ir: 10),
            ONNXElementType(.i4, 22, Tensor.int32Data, ir: 10),
            ONNXElementType(.f4e2m1, 23, Tensor.int32Data, ir: 11),
            ONNXElementType(.f8e8m0, 24, Tensor.int32Data, ir: 12),
            ONNXElementType(.u2, 25, Tensor.int32Data, ir: 13),
            ONNXElementType(.i2, 26, Tensor.int32Data, ir: 13),
            ONNXElementType(.f6e2m3, 27, Tensor.int32Data, ir: 14),
            ONNXElementType(.f6e3m2, 28, Tensor.int32Data, ir: 14),
        ]
    }()

    static let dtypes = Set(table.map(\.dtype))

    private static let byCode = Dictionary(uniqueKeysWithValues: table.map { ($0.code, $0) })
    private static let byDType = Dictionary(uniqueKeysWithValues: table.map { ($0.dtype, $0) })

    /// nil when there is no such type, or one that checkpoints do not hold.
    init?(code: Int) {
        guard let known = Self.byCode[code] else { return nil }
        self = known
    }

    /// nil when ONNX has no such type.
    init?(_ dtype: DType) {
        guard let known = Self.byDType[dtype] else { return nil }
        self = known
    }
}

extension ONNXElementType {
    /// How many numbers of `field` hold `elementCount` elements: a complex number takes two, and of
    /// elements of two and four bits as many share one as fill a byte.
    func numberCount(elementCount: Int) -> Int? {
        switch dtype {
        case .c64, .c128:
            let (count, overflow) = elementCount.multipliedReportingOverflow(by: 2)
            return overflow ? nil : count
        case .i4, .u4, .f4e2m1, .i2, .u2: return dtype.byteCount(elementCount: elementCount)
        default: return elementCount
        }
    }

    /// How many low bits of each number of `field` count.
    var bitsPerNumber: Int {
        switch dtype {
        case .i4, .u4, .f4e2m1, .i2, .u2: 8
        case .c64: 32
        case .c128: 64
        default: dtype.bitCount
        }
    }
}
