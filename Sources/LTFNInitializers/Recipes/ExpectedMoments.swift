import LTFNCheckpoint

/// What the elements of a freshly initialized variable are like, in real numbers: before a dtype
/// rounds them.
public struct ExpectedMoments: Hashable, Sendable {
    public let mean: Double
    public let standardDeviation: Double
    /// No element is less; minus infinity where the distribution has no bound.
    public let minimum: Double
    /// No element is greater; infinity where the distribution has no bound.
    public let maximum: Double

    /// - Returns: nil for a recipe that is only described, or that cannot be sampled.
    public init?(recipe: InitializerRecipe, fans: Fans?) {
        guard let distribution = try? ElementDistribution(recipe, fans: fans) else { return nil }
        switch distribution {
        case .constant(let value):
            self.init(value, 0, value, value)
        case .uniform(let low, let high):
            self.init(low / 2 + high / 2, (high - low) / 12.0.squareRoot(), low, high)
        case .normal(let mean, let deviation):
            self.init(mean, deviation, -.infinity, .infinity)
        case .scaledNormal(let factor):
            self.init(0, factor.magnitude, -.infinity, .infinity)
        case .truncatedNormal(let mean, let deviation):
            let left = Double(bitPattern: QuantileTables.truncatedStandardDeviation)
            self.init(mean, deviation * left, mean - 2 * deviation, mean + 2 * deviation)
        }
    }

    /// Those of the recipe of `spec`, whether it can be replayed or not.
    public init?(_ spec: InitializerSpec) {
        self.init(recipe: spec.recipe, fans: spec.fans)
    }

    private init(_ mean: Double, _ deviation: Double, _ minimum: Double, _ maximum: Double) {
        self.mean = mean
        standardDeviation = deviation
        self.minimum = minimum
        self.maximum = maximum
    }
}
