import LTFNBytes
import LTFNCheckpoint

/// A recipe with its fans worked in: the distribution of one element, in real numbers.
enum ElementDistribution: Hashable, Sendable {
    case constant(Double)
    case uniform(low: Double, high: Double)
    case normal(mean: Double, standardDeviation: Double)
    /// Cut at two `standardDeviation`s, which is that of the normal before the cut.
    case truncatedNormal(mean: Double, standardDeviation: Double)
    case scaledNormal(factor: Double)

    /// - Throws: `notRepresentable` for a recipe that is only described, for a parameter that is
    ///   not finite or a deviation below zero, and for fans that are missing or zero.
    init(_ recipe: InitializerRecipe, fans: Fans?) throws(FormatError) {
        switch recipe {
        case .zeros: self = .constant(0)
        case .ones: self = .constant(1)
        case .constant(let value): self = .constant(value)
        case .uniform(let low, let high):
            self = .uniform(low: low, high: high)
        case .normal(let mean, let deviation):
            self = .normal(mean: mean, standardDeviation: deviation)
        case .truncatedNormal(let mean, let deviation):
            self = .truncatedNormal(mean: mean, standardDeviation: deviation)
        case .scaledNormal(let factor): self = .scaledNormal(factor: factor)
        case .described(let name, _):
            throw FormatError(
                .notRepresentable, rule: "LTFN-I4",
                "The initializer \"\(name)\" is only described: it cannot be replayed.")
        default:
            let scaling = try VarianceScaling(recipe)
            self = scaling.distribution(fan: try scaling.fan(of: fans, for: recipe))
        }
        try checkParameters(of: recipe)
    }

    private func checkParameters(of recipe: InitializerRecipe) throws(FormatError) {
        let isValid =
            switch self {
            case .constant: true
            case .uniform(let low, let high):
                low < high && (high - low).isFinite
            case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
                mean.isFinite && deviation.isFinite && deviation >= 0
            case .scaledNormal(let factor): factor.isFinite
            }
        guard isValid else {
            throw FormatError(
                .notRepresentable, rule: "LTFN-I5",
                "The initializer \(recipe.name) has a parameter that cannot be sampled: \(self).")
        }
    }
}

/// The recipes whose spread comes from the fans, in one form.
private struct VarianceScaling {
    let scale: Double
    let mode: InitializerRecipe.FanMode
    let shape: InitializerRecipe.Distribution
    /// Glorot's recipes divide by the sum of the fans, not by their average.
    var dividesBySum = false

    init(_ recipe: InitializerRecipe) throws(FormatError) {
        switch recipe {
        case .varianceScaling(let scale, let mode, let shape):
            (self.scale, self.mode, self.shape) = (scale, mode, shape)
        case .glorotUniform:
            (scale, mode, shape, dividesBySum) = (2, .fanAverage, .uniform, true)
        case .glorotNormal:
            (scale, mode, shape, dividesBySum) = (
                2, .fanAverage, .correctedTruncatedNormal, true
            )
        case .heUniform: (scale, mode, shape) = (2, .fanIn, .uniform)
        case .heNormal: (scale, mode, shape) = (2, .fanIn, .correctedTruncatedNormal)
        case .lecunUniform: (scale, mode, shape) = (1, .fanIn, .uniform)
        case .lecunNormal: (scale, mode, shape) = (1, .fanIn, .correctedTruncatedNormal)
        default:
            throw FormatError(
                .notRepresentable, rule: "LTFN-I4", "\(recipe.name) is not scaled by fans.")
        }
    }

    /// The number that divides the variance, greater than zero.
    func fan(of fans: Fans?, for recipe: InitializerRecipe) throws(FormatError) -> Double {
        guard let fans else {
            throw FormatError(
                .notRepresentable, rule: "LTFN-I32",
                "The initializer \(recipe.name) is scaled by fans, but none are recorded.")
        }
        let fanIn = Double(fans.fanIn)
        let fanOut = Double(fans.fanOut)
        let fan =
            switch mode {
            case .fanIn: fanIn
            case .fanOut: fanOut
            case .fanAverage: dividesBySum ? fanIn + fanOut : (fanIn + fanOut) / 2
            }
        guard fan > 0 else {
            throw FormatError(
                .notRepresentable, rule: "LTFN-I32",
                "The initializer \(recipe.name) is scaled by a fan, which is 0 here.")
        }
        return fan
    }

    func distribution(fan: Double) -> ElementDistribution {
        let deviation = (scale / fan).squareRoot()
        switch shape {
        case .uniform:
            let limit = (3 * scale / fan).squareRoot()
            return .uniform(low: -limit, high: limit)
        case .untruncatedNormal:
            return .normal(mean: 0, standardDeviation: deviation)
        case .uncorrectedTruncatedNormal:
            return .truncatedNormal(mean: 0, standardDeviation: deviation)
        case .correctedTruncatedNormal:
            let left = Double(bitPattern: QuantileTables.truncatedStandardDeviation)
            return .truncatedNormal(mean: 0, standardDeviation: deviation / left)
        }
    }
}
