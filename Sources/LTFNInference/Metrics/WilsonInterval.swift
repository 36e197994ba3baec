/// Between which bounds a probability lies that was estimated from a count (Wilson 1927).
public struct WilsonInterval: Hashable, Sendable {
    public let low: Double
    public let high: Double

    /// The 97.5 % point of the standard normal distribution.
    public static let z95 = 1.959963984540054

    /// - Parameters:
    ///   - successes: 0 to `count`.
    ///   - z: the quantile of the standard normal that belongs to the confidence; the default is
    ///     for 95 %.
    /// - Returns: nil without trials.
    public init?(successes: Int, of count: Int, z: Double = z95) {
        guard count > 0, (0...count).contains(successes) else { return nil }
        let n = Double(count)
        let p = Double(successes) / n
        let center = p + z * z / (2 * n)
        let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
        let whole = 1 + z * z / n
        low = successes == 0 ? 0 : max(0, (center - spread) / whole)
        high = successes == count ? 1 : min(1, (center + spread) / whole)
    }
}
