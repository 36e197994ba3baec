import LTFNBytes
import LTFNCheckpoint

/// The bytes that a constant takes in a dtype.
enum ConstantPattern {
    /// The bytes of one element, or one zero byte for any number of zeros.
    ///
    /// - Throws: `notRepresentable` when the dtype does not hold `value`.
    static func bytes(of value: Double, dtype: DType) throws(FormatError) -> [UInt8] {
        if let element = ElementType(dtype) {
            return littleEndian(element.bits(element.rounded(value)), element.byteCount)
        }
        let isPositiveZero = value == 0 && value.sign == .plus
        // All bits zero is the number zero in every dtype but the one of pure exponents.
        if isPositiveZero, dtype != .f8e8m0 { return [0] }
        let pattern: [UInt8]? =
            switch dtype {
            case .bool: value == 1 ? [1] : nil
            case .i8: integer(Int8(exactly: value))
            case .i16: integer(Int16(exactly: value))
            case .i32: integer(Int32(exactly: value))
            case .i64: integer(Int64(exactly: value))
            case .u8: integer(UInt8(exactly: value))
            case .u16: integer(UInt16(exactly: value))
            case .u32: integer(UInt32(exactly: value))
            case .u64: integer(UInt64(exactly: value))
            case .c64: complex(value, .f32)
            case .c128: complex(value, .f64)
            default: nil
            }
        guard let pattern else {
            throw FormatError(
                .notRepresentable, rule: "LTFN-I8",
                "The constant \(value) has no place in a variable of dtype \(dtype.rawValue).")
        }
        return pattern
    }

    private static func integer<Value: FixedWidthInteger>(_ value: Value?) -> [UInt8]? {
        guard let value else { return nil }
        return littleEndian(UInt64(truncatingIfNeeded: value), Value.bitWidth / 8)
    }

    /// The real part, then an imaginary part of zero.
    private static func complex(_ value: Double, _ element: ElementType) -> [UInt8] {
        let real = littleEndian(element.bits(element.rounded(value)), element.byteCount)
        return real + [UInt8](repeating: 0, count: element.byteCount)
    }

    private static func littleEndian(_ pattern: UInt64, _ byteCount: Int) -> [UInt8] {
        (0..<byteCount).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) }
    }
}
