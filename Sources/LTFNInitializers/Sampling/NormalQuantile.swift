/// The inverse of the normal distribution function, from + − × ÷ √ alone.
///
/// The relative error is below 3.5e-16. Every operation is rounded on its own, so that the result
/// is the same on every machine.
package enum NormalQuantile {
    /// The z with P(Z < z) = 1/2 + `distance`.
    ///
    /// - Parameter distance: between -1/2 and 1/2, and so far from 0 and from both ends that
    ///   1/2 - |distance| lies in [2^-54, 1/2); every word gives such a distance.
    package static func quantile(distance: Double) -> Double {
        let p = 0.5 - distance.magnitude
        if p < 0x1p-9 {
            return distance < 0 ? -tail(p) : tail(p)
        }
        return distance * ratio(p)
    }

    /// z / `distance`, for p = 1/2 - |distance| of [2^-9, 1/2].
    private static func ratio(_ p: Double) -> Double {
        // Segments are halves of octaves: the exponent of p and the first bit of its mantissa.
        let segment = Int(p.bitPattern >> 51) - 0x7EC
        let x = Double(bitPattern: (p.bitPattern << 1) & mantissaMask | oneBits) - 1.5
        return polynomial(QuantileTables.central[segment * 15..<segment * 15 + 15], x)
    }

    /// The z > 0 with P(Z > z) = p, for p of [2^-54, 2^-9).
    private static func tail(_ p: Double) -> Double {
        let exponent = Double(1023 - Int(p.bitPattern >> 52))
        let t = Double(bitPattern: p.bitPattern & mantissaMask | oneBits)
        let s = (t - 1.40625) / (t + 1.40625)
        let logarithm = s * polynomial(QuantileTables.logarithm[...], s * s)
        let offset = Double(bitPattern: QuantileTables.logarithmOffset)
        let l = (exponent + offset) - logarithm
        let root = l.squareRoot()
        return l < 22
            ? polynomial(QuantileTables.tailNear[...], root - 3.84375)
            : polynomial(QuantileTables.tailFar[...], root - 6.015625)
    }

    private static let mantissaMask: UInt64 = 0x000F_FFFF_FFFF_FFFF
    private static let oneBits: UInt64 = 0x3FF0_0000_0000_0000

    /// Horner's scheme over bit patterns, the constant first.
    private static func polynomial(_ coefficients: ArraySlice<UInt64>, _ x: Double) -> Double {
        var sum = 0.0
        for (step, bits) in coefficients.reversed().enumerated() {
            let coefficient = Double(bitPattern: bits)
            sum = step == 0 ? coefficient : sum * x + coefficient
        }
        return sum
    }
}
