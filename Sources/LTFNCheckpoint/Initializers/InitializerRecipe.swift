/// A kind of initializer with its parameters.
///
/// A truncated normal is cut at two standard deviations of the normal before the cut; of
/// `truncatedNormal` that is the standard deviation named. `glorotNormal`, `heNormal` and
/// `lecunNormal` are what Keras calls so: widened before the cut, so that the standard deviation
/// named is the one that is left. PyTorch's namesakes are not cut: `xavierNormal` and
/// `kaimingNormal`.
public enum InitializerRecipe: Hashable, Sendable {
    case zeros
    case ones
    case constant(Double)
    /// Uniform in [`low`, `high`).
    case uniform(low: Double, high: Double)
    case normal(mean: Double, standardDeviation: Double)
    case truncatedNormal(mean: Double, standardDeviation: Double)
    /// A standard normal times `factor`.
    case scaledNormal(factor: Double)
    /// Variance `scale` / fan.
    case varianceScaling(scale: Double, fan: FanMode, distribution: Distribution)
    /// Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010, eq. 16); also called Xavier.
    case glorotUniform
    /// Truncated normal, σ = √(2 / (fan in + fan out)) after the cut.
    case glorotNormal
    /// Uniform in ±√(6 / fan in) (He et al. 2015, eq. 10).
    case heUniform
    /// Truncated normal, σ = √(2 / fan in) after the cut.
    case heNormal
    /// Uniform in ±√(3 / fan in) (LeCun et al. 1998, §4.6).
    case lecunUniform
    /// Truncated normal, σ = √(1 / fan in) after the cut.
    case lecunNormal
    /// A recipe that is only described: `orthogonal`, or what another framework says.
    case described(name: String, parameters: Metadata)

    /// Which fan divides the variance.
    public enum FanMode: String, Hashable, Sendable, CaseIterable {
        case fanIn = "fan_in"
        case fanOut = "fan_out"
        /// (fan in + fan out) / 2
        case fanAverage = "fan_avg"
    }

    /// The distribution of variance scaling.
    public enum Distribution: String, Hashable, Sendable, CaseIterable {
        /// σ² = scale / fan, not truncated.
        case untruncatedNormal = "untruncated_normal"
        /// σ² = scale / fan before the cut, as in TensorFlow 1: the variance left is smaller.
        case uncorrectedTruncatedNormal = "uncorrected_truncated_normal"
        /// σ² is widened so that the variance after the cut is scale / fan: what Keras calls
        /// `truncated_normal`.
        case correctedTruncatedNormal = "corrected_truncated_normal"
        /// Uniform in ±√(3 · scale / fan).
        case uniform
    }

    /// The name used in reports and on the command line.
    public var name: String {
        switch self {
        case .zeros: "zeros"
        case .ones: "ones"
        case .constant: "constant"
        case .uniform: "uniform"
        case .normal: "normal"
        case .truncatedNormal: "truncated_normal"
        case .scaledNormal: "scaled_normal"
        case .varianceScaling: "variance_scaling"
        case .glorotUniform: "glorot_uniform"
        case .glorotNormal: "glorot_normal"
        case .heUniform: "he_uniform"
        case .heNormal: "he_normal"
        case .lecunUniform: "lecun_uniform"
        case .lecunNormal: "lecun_normal"
        case .described(let name, _): name
        }
    }
}
