import LTFNBytes
import LTFNCheckpoint

/// A dtype that is sampled: a binary floating-point type of IEEE 754's shape.
package enum ElementType: Hashable, Sendable, CaseIterable {
    case f16, bf16, f32, f64

    /// - Returns: nil for a dtype that is not sampled.
    package init?(_ dtype: DType) {
        switch dtype {
        case .f16: self = .f16
        case .bf16: self = .bf16
        case .f32: self = .f32
        case .f64: self = .f64
        default: return nil
        }
    }

    package var byteCount: Int {
        switch self {
        case .f16, .bf16: 2
        case .f32: 4
        case .f64: 8
        }
    }

    /// The bits of the mantissa that are stored.
    private var mantissaBits: Int {
        switch self {
        case .f16: 10
        case .bf16: 7
        case .f32: 23
        case .f64: 52
        }
    }

    private var greatestExponent: Int {
        switch self {
        case .f16: 15
        case .bf16, .f32: 127
        case .f64: 1023
        }
    }

    /// The nearest value of this type, ties to even; infinity beyond the largest.
    package func rounded(_ value: Double) -> Double {
        guard value.isFinite, value != 0, self != .f64 else { return value }
        // The numbers around `value` are multiples of the quantum, a power of two: both steps
        // but the rounding are exact.
        let exponent = max(Int(value.exponent), 1 - greatestExponent)
        let quantum = Double(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
        let result = (value / quantum).rounded(.toNearestOrEven) * quantum
        let limit = Double(sign: .plus, exponent: greatestExponent + 1, significand: 1)
        return result.magnitude < limit
            ? result : Double(signOf: value, magnitudeOf: .infinity)
    }

    /// The bit pattern of a value of this type; a NaN becomes the positive quiet NaN.
    package func bits(_ value: Double) -> UInt64 {
        if self == .f64 { return value.isNaN ? 0x7FF8 << 48 : value.bitPattern }
        let sign: UInt64 = value.sign == .minus ? 1 << (byteCount * 8 - 1) : 0
        let exponentMask = UInt64(2 * greatestExponent + 1) << mantissaBits
        if value.isNaN { return exponentMask | 1 << (mantissaBits - 1) }
        if value.isInfinite { return sign | exponentMask }
        let least = 1 - greatestExponent
        let isNormal = value != 0 && Int(value.exponent) >= least
        let exponent = isNormal ? Int(value.exponent) : least
        let quantum = Double(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
        let significand = UInt64(value.magnitude / quantum)
        // The leading bit of a normal number is not stored: it raises the biased exponent by one.
        return sign | (UInt64(exponent - least) << mantissaBits) + significand
    }

    /// The greatest value of this type below `value`, which is of this type and finite.
    package func nextDown(_ value: Double) -> Double {
        if self == .f64 { return value.nextDown }
        if value == 0 {
            return -Double(
                sign: .plus, exponent: 1 - greatestExponent - mantissaBits, significand: 1)
        }
        let exponent = max(Int(value.exponent), 1 - greatestExponent)
        let quantum = Double(sign: .plus, exponent: exponent - mantissaBits, significand: 1)
        // Below a power of two the numbers lie twice as dense.
        let half = value - quantum / 2
        return rounded(half) == half ? half : value - quantum
    }

    /// Appends a value of this type, little-endian.
    package func append(_ value: Double, to bytes: inout [UInt8]) {
        let pattern = bits(value)
        for index in 0..<byteCount {
            bytes.append(UInt8(truncatingIfNeeded: pattern >> (8 * index)))
        }
    }
}
