/// Numbers as text, as C's `printf` writes them: correctly rounded, ties to even.
public enum NumberText {
    /// `value` with `decimals` digits after the point: C's `%.*f`.
    public static func fixed(_ value: Double, _ decimals: Int) -> String {
        if let text = special(value) { return text }
        let decimals = max(decimals, 0)
        var decimal = ExactDecimal(value)
        // Rounding 0.07 to one place rounds to zero digits: the exponent grows if it rounds up.
        let kept = decimal.exponent + decimals
        decimal.round(toDigits: kept)
        var text = value.sign == .minus ? "-" : ""
        let whole = decimal.digits.prefix(max(decimal.exponent, 0))
        text += whole.isEmpty ? "0" : string(whole)
        text += zeros(decimal.exponent - whole.count, unless: whole.isEmpty)
        if decimals == 0 { return text }
        let leading = min(max(-decimal.exponent, 0), decimals)
        let fraction =
            decimal.digits.isEmpty ? [] : decimal.digits.dropFirst(whole.count)
        text += "." + zeros(leading) + string(fraction.prefix(decimals - leading))
        return text + zeros(decimals - leading - fraction.count)
    }

    /// `value` with one digit before the point, `decimals` after it, and an exponent: C's `%.*e`.
    public static func scientific(_ value: Double, _ decimals: Int) -> String {
        if let text = special(value) { return text }
        let decimals = max(decimals, 0)
        var decimal = ExactDecimal(value)
        decimal.round(toDigits: decimals + 1)
        let digits = decimal.digits.isEmpty ? [0] : decimal.digits
        var text = (value.sign == .minus ? "-" : "") + string(digits.prefix(1))
        if decimals > 0 {
            text += "." + string(digits.dropFirst()) + zeros(decimals + 1 - digits.count)
        }
        return text + exponent(decimal.digits.isEmpty ? 0 : decimal.exponent - 1)
    }

    /// `value` with at most `digits` significant digits, without trailing zeros, with an exponent
    /// when it is very small or large: C's `%.*g`.
    public static func significant(_ value: Double, _ digits: Int) -> String {
        if let text = special(value) { return text }
        let count = max(digits, 1)
        var decimal = ExactDecimal(value)
        decimal.round(toDigits: count)
        let power = decimal.digits.isEmpty ? 0 : decimal.exponent - 1
        if power < -4 || power >= count {
            let text = scientific(value, count - 1)
            let mantissa = text.prefix { $0 != "e" }
            return trimmed(String(mantissa)) + text.dropFirst(mantissa.count)
        }
        return trimmed(fixed(value, count - 1 - power))
    }

    /// `value` with exactly `digits` significant digits, zeros at the end too, and with an exponent
    /// only below 0.0001 and from a million on: `0.4700`, `-1.081`, `12300`, `1.23e-07`; `0`.
    package static func figures(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite else { return special(value) ?? "" }
        if value == 0 { return "0" }
        let count = max(digits, 1)
        var decimal = ExactDecimal(value)
        decimal.round(toDigits: count)
        guard (-3...max(count, 6)).contains(decimal.exponent) else {
            return significant(value, count)
        }
        let all = string(decimal.digits) + zeros(count - decimal.digits.count)
        let sign = value < 0 ? "-" : ""
        let whole = decimal.exponent
        if whole <= 0 { return sign + "0." + zeros(-whole) + all }
        if all.utf8.count <= whole { return sign + all + zeros(whole - all.utf8.count) }
        return sign + all.prefix(whole) + "." + all.dropFirst(whole)
    }

    /// `96.97 %`; `?` for what is no number.
    package static func percent(_ fraction: Double, _ decimals: Int) -> String {
        fraction.isFinite ? fixed(fraction * 100, decimals) + " %" : "?"
    }

    /// `1234567` as `1,234,567`.
    public static func grouped(_ number: some BinaryInteger) -> String {
        let digits = String(number.magnitude)
        var text = number < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
            text.append(digit)
        }
        return text
    }

    /// `1 value`, `2,000 values`
    public static func counted(_ count: some BinaryInteger, _ noun: String) -> String {
        grouped(count) + " " + noun + (count == 1 ? "" : "s")
    }

    /// The factor between units of memory.
    public enum ByteUnit: Sendable {
        /// KiB, MiB, …: powers of 1024.
        case binary
        /// kB, MB, …: powers of 1000.
        case decimal
    }

    /// A number of bytes with three significant digits: `517 B`, `1.23 MiB`, `12.3 GB`.
    public static func byteCount(_ count: UInt64, unit: ByteUnit = .binary) -> String {
        if count < 1000 { return "\(count) B" }
        let factor: Double = unit == .binary ? 1024 : 1000
        let suffix = unit == .binary ? "iB" : "B"
        var value = Double(count)
        var name = ""
        for prefix in [unit == .binary ? "K" : "k", "M", "G", "T", "P", "E"] {
            value /= factor
            name = prefix + suffix
            if value < 999.5 { break }
        }
        let decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return fixed(value, decimals) + " " + name
    }
}

extension NumberText {
    private static func special(_ value: Double) -> String? {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        return nil
    }

    private static func string(_ digits: some Sequence<UInt8>) -> String {
        String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    }

    private static func zeros(_ count: Int, unless excluded: Bool = false) -> String {
        excluded ? "" : String(repeating: "0", count: max(count, 0))
    }

    /// At least two digits, always with a sign.
    private static func exponent(_ power: Int) -> String {
        let digits = String(power.magnitude)
        return "e" + (power < 0 ? "-" : "+") + zeros(2 - digits.count) + digits
    }

    /// Without the zeros at the end of the fraction.
    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
