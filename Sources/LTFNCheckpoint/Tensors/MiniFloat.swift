/// A floating-point format of at most 16 bits.
package struct MiniFloat {
    var exponentBits: Int
    var mantissaBits: Int
    var bias: Int
    var special: Special

    /// Which codes are no finite numbers.
    enum Special {
        /// As IEEE 754 has it: the largest exponent is infinity or NaN.
        case ieee
        /// Only the code of all ones is NaN.
        case allOnes
        /// Only the code of -0 is NaN.
        case negativeZero
        case none
    }

    static let f16 = MiniFloat(exponentBits: 5, mantissaBits: 10, bias: 15, special: .ieee)
    static let f8e4m3fn = MiniFloat(
        exponentBits: 4, mantissaBits: 3, bias: 7, special: .allOnes)
    static let f8e4m3fnuz = MiniFloat(
        exponentBits: 4, mantissaBits: 3, bias: 8, special: .negativeZero)
    static let f8e5m2 = MiniFloat(exponentBits: 5, mantissaBits: 2, bias: 15, special: .ieee)
    static let f8e5m2fnuz = MiniFloat(
        exponentBits: 5, mantissaBits: 2, bias: 16, special: .negativeZero)
    static let f6e2m3 = MiniFloat(exponentBits: 2, mantissaBits: 3, bias: 1, special: .none)
    static let f6e3m2 = MiniFloat(exponentBits: 3, mantissaBits: 2, bias: 3, special: .none)
    static let f4e2m1 = MiniFloat(exponentBits: 2, mantissaBits: 1, bias: 1, special: .none)

    /// The number that `code` stands for.
    package func value(of code: UInt32) -> Double {
        let mantissa = Int(code) & (1 << mantissaBits - 1)
        let exponent = Int(code) >> mantissaBits & (1 << exponentBits - 1)
        let isNegative = Int(code) >> (mantissaBits + exponentBits) & 1 == 1
        switch special {
        case .ieee where exponent == 1 << exponentBits - 1:
            return mantissa == 0 ? (isNegative ? -.infinity : .infinity) : .nan
        case .allOnes where exponent == 1 << exponentBits - 1 && mantissa == 1 << mantissaBits - 1:
            return .nan
        case .negativeZero where isNegative && exponent == 0 && mantissa == 0:
            return .nan
        default: break
        }
        let implicit = exponent == 0 ? 0 : 1 << mantissaBits
        let magnitude =
            Double(mantissa + implicit) * powerOfTwo(max(exponent, 1) - bias - mantissaBits)
        return isNegative ? -magnitude : magnitude
    }

    /// The float16 nearest to `value`, of two as near the even one; a NaN stays one.
    @inline(__always)
    package static func halfCode(_ value: Float) -> UInt16 {
        let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
        let magnitude = value.bitPattern & 0x7FFF_FFFF
        let code: UInt32
        if magnitude >= 0x4780_0000 {
            // From 65,536 on: infinite, or a NaN with the upper payload, which is quiet.
            let payload = magnitude >> 13 & 0x3FF | 0x200
            code = magnitude > 0x7F80_0000 ? 0x7C00 | payload : 0x7C00
        } else if magnitude < 0x3880_0000 {
            // Subnormal: the last bit of 0.5 counts as much as that of the result.
            code = (Float(bitPattern: magnitude) + 0.5).bitPattern - Float(0.5).bitPattern
        } else {
            // The exponent of a float16 is that of a float32 less 112.
            code = (magnitude + 0xFFF + (magnitude >> 13 & 1) - (112 << 23)) >> 13
        }
        return sign | UInt16(truncatingIfNeeded: code)
    }

    /// The number that a float16 stands for: fast, and the same as `f16.value(of:)`.
    @inline(__always)
    package static func half(_ code: UInt16) -> Double {
        let isSpecial = code & 0x7C00 == 0x7C00
        // The exponent of a float16 is that of a float32 less 112; so subnormal numbers, too, are
        // right.
        let magnitude = Float(bitPattern: UInt32(code & 0x7FFF) << 13) * 0x1p112
        let bits = isSpecial ? magnitude.bitPattern | 0x7F80_0000 : magnitude.bitPattern
        return Double(Float(bitPattern: bits | UInt32(code & 0x8000) << 16))
    }
}

/// 2^`exponent`, also where it is subnormal; 0 or infinite beyond.
package func powerOfTwo(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
}
