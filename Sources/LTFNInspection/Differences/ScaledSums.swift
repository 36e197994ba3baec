import LTFNCheckpoint

/// Σ a², Σ b², Σ a·b and Σ (a - b)² of pairs of any magnitude, in blocks.
struct ScaledSums {
    private var first = SquaredSum()
    private var second = SquaredSum()
    private var distance = SquaredSum()
    /// Σ a·b in units of 2^`exponent`.
    private var product = 0.0
    private var exponent = -4000

    /// Adds pairs, all of them finite: as many in each block.
    mutating func add(_ a: ValueBlock, _ b: ValueBlock) {
        first.add(a)
        second.add(b)
        addProduct(a, b)
        var difference = a
        difference.subtract(b)
        distance.add(difference)
    }

    /// ‖a - b‖₂ / ‖b‖₂; nil: b is zero, or the quotient has no float64.
    var relativeL2: Double? {
        guard second.mantissa > 0 else { return nil }
        let quotient =
            distance.mantissa / second.mantissa * powerOfTwo(distance.exponent - second.exponent)
        return quotient.isFinite ? quotient : nil
    }

    /// a · b / (‖a‖₂ ‖b‖₂); nil: one of them is zero.
    var cosine: Double? {
        guard first.mantissa > 0, second.mantissa > 0 else { return nil }
        let scale = powerOfTwo(exponent - first.exponent - second.exponent)
        let cosine = product / first.mantissa / second.mantissa * scale
        // Rounding may lead beyond 1.
        return cosine.isFinite ? min(max(cosine, -1), 1) : nil
    }

    private mutating func addProduct(_ a: ValueBlock, _ b: ValueBlock) {
        let units = (unit(of: a), unit(of: b))
        var (a, b) = (a, b)
        if units.0 != 0 { a.multiply(by: powerOfTwo(-units.0)) }
        if units.1 != 0 { b.multiply(by: powerOfTwo(-units.1)) }
        let unit = units.0 + units.1
        if unit > exponent {
            product *= powerOfTwo(exponent - unit)
            exponent = unit
        }
        product += a.product(with: b) * powerOfTwo(unit - exponent)
    }

    private func unit(of block: ValueBlock) -> Int {
        let summary = block.summary()
        return Moments.unit(for: max(-summary.low, summary.high, 0))
    }
}
