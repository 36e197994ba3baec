import LTFNCheckpoint

extension DType {
    /// The byte that stands for the dtype in a file.
    var code: UInt8 {
        switch self {
        case .bool: 1
        case .i2: 2
        case .i4: 3
        case .i8: 4
        case .i16: 5
        case .i32: 6
        case .i64: 7
        case .u2: 8
        case .u4: 9
        case .u8: 10
        case .u16: 11
        case .u32: 12
        case .u64: 13
        case .f16: 14
        case .bf16: 15
        case .f32: 16
        case .f64: 17
        case .c64: 18
        case .c128: 19
        case .f8e4m3fn: 20
        case .f8e4m3fnuz: 21
        case .f8e5m2: 22
        case .f8e5m2fnuz: 23
        case .f8e8m0: 24
        case .f6e2m3: 25
        case .f6e3m2: 26
        case .f4e2m1: 27
        case .bits8: 28
        case .bits16: 29
        case .bits32: 30
        case .bits64: 31
        case .bits128: 32
        }
    }

    /// - Returns: nil for a code that has no dtype.
    init?(code: UInt8) {
        guard let dtype = Self.byCode[code] else { return nil }
        self = dtype
    }

    private static let byCode: [UInt8: DType] = Dictionary(
        uniqueKeysWithValues: DType.allCases.map { ($0.code, $0) })

    /// The bytes that a constant chunk repeats.
    var unitByteCount: Int {
        switch bitCount {
        case 6: 3
        case ..<8: 1
        default: bitCount / 8
        }
    }
}
