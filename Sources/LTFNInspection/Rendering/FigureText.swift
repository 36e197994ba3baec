import LTFNBytes
import LTFNKernels

/// Numbers as people read them in a table.
enum FigureText {
    /// `digits` digits that count: `0.4711`, `-1.081`, `1.23e-07`; `0` for zero.
    static func significant(_ value: Double, digits: Int = 3) -> String {
        NumberText.figures(value, digits)
    }

    /// `none` where there is no number.
    static func optional(_ value: Double?, digits: Int = 3) -> String {
        value.map { significant($0, digits: digits) } ?? "none"
    }

    /// `70.5 %`
    static func percent(_ fraction: Double) -> String {
        NumberText.percent(fraction, 1)
    }

    /// A share that may be very small or more than the whole: `61.0 %`, `0.0412 %`, `138 %`.
    static func share(_ fraction: Double) -> String {
        fraction.isFinite ? significant(fraction * 100) + " %" : "?"
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
