import LTFNCheckpoint

/// What the elements of a tensor are, by the numbers that TensorFlow gives to dtypes.
enum TensorFlowElementType {
    /// As they are read.
    case values(DType)
    case text
    /// Objects of a running program.
    case object
    /// A name that TensorFlow has for a dtype that cannot be read.
    case unreadable(String)

    init(number: UInt64) {
        if let dtype = Self.numbers.first(where: { $0.value == number })?.key {
            self = .values(dtype)
        } else if number == 7 {
            self = .text
        } else if number == 20 || number == 21 {
            self = .object
        } else if let name = Self.otherNames[number] {
            self = .unreadable(name)
        } else {
            self = .unreadable("number \(number), which TensorFlow has no name for")
        }
    }

    static func number(of dtype: DType) -> UInt64? { numbers[dtype] }

    static let dtypes = Set(numbers.keys)
    static let textNumber: UInt64 = 7

    private static let numbers: [DType: UInt64] = [
        .f32: 1, .f64: 2, .i32: 3, .u8: 4, .i16: 5, .i8: 6, .c64: 8, .i64: 9, .bool: 10, .bf16: 14,
        .u16: 17, .c128: 18, .f16: 19, .u32: 22, .u64: 23, .f8e5m2: 24, .f8e4m3fn: 25,
        .f8e4m3fnuz: 26, .f8e5m2fnuz: 28,
    ]

    private static let otherNames: [UInt64: String] = [
        11: "qint8", 12: "quint8", 13: "qint32", 15: "qint16", 16: "quint16",
        27: "float8_e4m3b11fnuz", 29: "int4", 30: "uint4", 31: "int2", 32: "uint2",
        33: "float4_e2m1fn",
    ]
}

extension DType {
    /// How many bytes are reversed together in a file of the other byte order.
    var swapByteCount: Int {
        switch self {
        case .c64: 4
        case .c128: 8
        default: bitCount / 8
        }
    }
}
