import LTFNBytes
import LTFNKernels

/// Numbers as people read them in a table.
enum FigureText {
    /// `digits` digits that count, the exponent apart for the very large and the very small:
    /// `0.4711`, `-1.081`, `1.23e-07`; `0` for zero.
    static func significant(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        if value == 0 { return "0" }
        let (mantissa, exponent) = rounded(abs(value), digits: digits)
        let sign = value < 0 ? "-" : ""
        if (-4..<max(digits, 6)).contains(exponent) {
            return sign + plain(mantissa, exponent: exponent)
        }
        var text = mantissa.prefix(1) + "." + mantissa.dropFirst()
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        let places = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
        return sign + text + "e" + (exponent < 0 ? "-" : "+") + places
    }

    /// `none` where there is no number.
    static func optional(_ value: Double?, digits: Int = 3) -> String {
        value.map { significant($0, digits: digits) } ?? "none"
    }

    /// The digits of a positive number and its decimal exponent: 0.0471 is 471 and -2.
    private static func rounded(_ value: Double, digits: Int) -> (String, Int) {
        // From the shortest text that reads back as the number, so that 0.5 digits are exact.
        let (all, exponent) = shortest(value)
        guard all.count > digits else {
            return (String(decoding: all, as: UTF8.self) + zeros(digits - all.count), exponent)
        }
        var kept = Array(all.prefix(digits))
        guard all[digits] >= UInt8(ascii: "5") else {
            return (String(decoding: kept, as: UTF8.self), exponent)
        }
        for index in kept.indices.reversed() {
            if kept[index] < UInt8(ascii: "9") {
                kept[index] += 1
                return (String(decoding: kept, as: UTF8.self), exponent)
            }
            kept[index] = UInt8(ascii: "0")
        }
        return ("1" + zeros(digits - 1), exponent + 1)
    }

    /// All digits of the shortest text for a positive number, and its decimal exponent.
    private static func shortest(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        let parts = "\(value)".split(separator: "e")
        let number = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let whole = Array(number[0].utf8)
        let fraction = number.count > 1 ? Array(number[1].utf8) : []
        var exponent = whole.count - 1
        if parts.count > 1, let more = Int(parts[1]) { exponent += more }
        var digits = whole + fraction
        let leading = digits.prefix { $0 == UInt8(ascii: "0") }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        return (digits, exponent)
    }

    private static func plain(_ digits: String, exponent: Int) -> String {
        if exponent < 0 { return "0." + zeros(-exponent - 1) + digits }
        let whole = exponent + 1
        guard digits.count > whole else { return digits + zeros(whole - digits.count) }
        return digits.prefix(whole) + "." + digits.dropFirst(whole)
    }

    private static func zeros(_ count: Int) -> String {
        String(repeating: "0", count: max(count, 0))
    }

    /// `70.5 %`
    static func percent(_ fraction: Double) -> String {
        guard fraction.isFinite else { return "?" }
        return NumberText.fixed(fraction * 100, 1) + " %"
    }

    /// A cost as it is compared with others: four decimals, or six digits where it is large.
    static func cost(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : "infinite" }
        return value < 1000
            ? NumberText.fixed(value, 4)
            : Int(exactly: value.rounded()).map { NumberText.grouped($0) } ?? significant(value)
    }

    /// How many times something is another: `0.00667`, `16.1`, `667,000`.
    static func times(_ value: Double) -> String {
        let text = significant(value)
        return Int(text).map { NumberText.grouped($0) } ?? text
    }

    /// `0.01`, `1`, `1000`, `1e6`
    static func powerOfTen(_ power: Int) -> String {
        guard -3...3 ~= power else { return "1e\(power)" }
        return ["0.001", "0.01", "0.1", "1", "10", "100", "1000"][power + 3]
    }

    /// log₁₀ of a positive number.
    static func logarithm10(_ value: Double) -> Double {
        Double.naturalLogarithm(value) / Double.naturalLogarithm(10)
    }

    /// 10 to the power of `exponent`.
    static func raised10(_ exponent: Double) -> Double {
        Double.exponential(exponent * Double.naturalLogarithm(10))
    }

    /// `576 B`, `2.30 kB`, `1.29 MB`: a kilobyte is 1,000 bytes.
    static func bytes(_ count: UInt64) -> String {
        NumberText.byteCount(count, unit: .decimal)
    }
}
