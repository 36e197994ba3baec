/// The exact decimal digits of a finite double: 0.d₁d₂d₃… × 10^`exponent`.
struct ExactDecimal {
    /// Decimal digits without leading zeros: none for zero.
    private(set) var digits: [UInt8]
    private(set) var exponent: Int

    /// The magnitude of `value`, which must be finite.
    init(_ value: Double) {
        var mantissa = value.significandBitPattern
        var power = Int(value.exponentBitPattern) - 1075
        if value.exponentBitPattern == 0 {
            power = -1074
        } else {
            mantissa |= 1 << 52
        }
        if mantissa == 0 {
            digits = []
            exponent = 0
            return
        }
        let zeros = mantissa.trailingZeroBitCount
        var number = LargeNumber(mantissa >> UInt64(zeros))
        power += zeros
        // m · 2^-k = m · 5^k · 10^-k
        if power < 0 {
            number.multiply(by: 5, times: -power)
        } else {
            number.multiply(by: 2, times: power)
        }
        digits = number.decimalDigits
        exponent = digits.count + min(power, 0)
    }

    /// Keeps `count` digits (none when negative), rounded to the nearest, ties to the even digit.
    mutating func round(toDigits count: Int) {
        guard count < digits.count else { return }
        if count < 0 {
            digits = []
            return
        }
        let next = digits[count]
        let isTie = next == 5 && digits[(count + 1)...].allSatisfy { $0 == 0 }
        let isOdd = count > 0 && digits[count - 1] % 2 == 1
        let roundsUp = isTie ? isOdd : next >= 5
        digits.removeSubrange(count...)
        if roundsUp { increment() }
    }

    private mutating func increment() {
        for index in digits.indices.reversed() {
            if digits[index] < 9 {
                digits[index] += 1
                return
            }
            digits[index] = 0
        }
        // All nines have become zeros: one of them makes room.
        if !digits.isEmpty { digits.removeLast() }
        digits.insert(1, at: 0)
        exponent += 1
    }
}

/// A natural number of any length, in limbs of nine decimal digits, the lowest first.
private struct LargeNumber {
    private var limbs: [UInt64] = []
    private static let base: UInt64 = 1_000_000_000

    init(_ value: UInt64) {
        var rest = value
        while rest > 0 {
            limbs.append(rest % LargeNumber.base)
            rest /= LargeNumber.base
        }
    }

    mutating func multiply(by factor: UInt64, times count: Int) {
        // Twelve at a time: 5^12 is below the base.
        var left = count
        while left > 0 {
            let step = min(left, 12)
            multiply(by: (0..<step).reduce(1) { product, _ in product * factor })
            left -= step
        }
    }

    private mutating func multiply(by factor: UInt64) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            let product = limbs[index] * factor + carry
            limbs[index] = product % LargeNumber.base
            carry = product / LargeNumber.base
        }
        if carry > 0 { limbs.append(carry) }
    }

    var decimalDigits: [UInt8] {
        var digits: [UInt8] = []
        for limb in limbs {
            var rest = limb
            for _ in 0..<9 {
                digits.append(UInt8(rest % 10))
                rest /= 10
            }
        }
        while digits.last == 0 { digits.removeLast() }
        return digits.reversed()
    }
}
