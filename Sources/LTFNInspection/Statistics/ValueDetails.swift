/// What is to be said about many numbers beyond their `ValueStatistics`: of the finite ones.
public struct ValueDetails: Hashable, Sendable {
    /// Where the first of the least values stands, in row-major order; nil without finite values,
    /// as all that is nil here.
    public var minimumPosition: Int?
    /// Where the first of the largest values stands.
    public var maximumPosition: Int?
    /// √Σ x²
    public var l2Norm: Double?
    /// Σ |x| / n
    public var meanMagnitude: Double?
    /// m₃ / m₂^(3/2), where mᵢ is the mean of (x - mean)ⁱ; nil where all values are the same.
    public var skewness: Double?
    /// m₄ / m₂² - 3; nil where all values are the same.
    public var excessKurtosis: Double?
    /// How many values are nearer to zero than the least normal number of their dtype, and not
    /// zero.
    public var subnormalCount = 0
    /// The values below which a share of all lies, in the order of `Self.shares`; empty without
    /// finite values.
    public var quantiles: [Double] = []

    public init() {}

    /// The shares of `quantiles`.
    public static let shares = [0.001, 0.01, 0.05, 0.5, 0.95, 0.99, 0.999]

    /// The middle one.
    public var median: Double? { quantiles.count == Self.shares.count ? quantiles[3] : nil }
}
