/// The type of one tensor element.
///
/// The raw value is the name used in reports and in JSON.
public enum DType: String, Hashable, Sendable, CaseIterable {
    case bool
    case i2, i4, i8, i16, i32, i64
    case u2, u4, u8, u16, u32, u64
    case f16, bf16, f32, f64
    /// Complex numbers, the real part first: `c64` is two f32, `c128` two f64.
    case c64, c128
    /// The 8-bit floats of the OCP and of ONNX.
    case f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz, f8e8m0
    /// The 6- and 4-bit floats of the OCP microscaling formats.
    case f6e2m3, f6e3m2, f4e2m1
    /// Opaque bits of a type that has no name here.
    case bits8, bits16, bits32, bits64, bits128

    /// The bits of one element. Elements of less than 8 bits are packed, the first in the low bits.
    public var bitCount: Int {
        switch self {
        case .i2, .u2: 2
        case .i4, .u4, .f4e2m1: 4
        case .f6e2m3, .f6e3m2: 6
        case .bool, .i8, .u8, .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .f8e8m0, .bits8: 8
        case .i16, .u16, .f16, .bf16, .bits16: 16
        case .i32, .u32, .f32, .bits32: 32
        case .i64, .u64, .f64, .c64, .bits64: 64
        case .c128, .bits128: 128
        }
    }

    /// The bytes of `elementCount` packed elements, or nil when that number has no Int.
    public func byteCount(elementCount: Int) -> Int? {
        guard elementCount >= 0 else { return nil }
        // Eight elements at a time: a count of bits past Int.max can still be a count of bytes.
        let (whole, rest) = elementCount.quotientAndRemainder(dividingBy: 8)
        let (most, first) = whole.multipliedReportingOverflow(by: bitCount)
        let (bytes, second) = most.addingReportingOverflow((rest * bitCount + 7) / 8)
        return first || second ? nil : bytes
    }

    /// Whether the elements are real floating-point numbers.
    public var isFloatingPoint: Bool {
        switch self {
        case .f16, .bf16, .f32, .f64, .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .f8e8m0,
            .f6e2m3, .f6e3m2, .f4e2m1:
            true
        default: false
        }
    }
}
