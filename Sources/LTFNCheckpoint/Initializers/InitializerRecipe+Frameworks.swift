/// Recipes that another framework has a name for, and that are told by their parameters here.
extension InitializerRecipe {
    /// PyTorch's `kaiming_normal_`: σ = √(2 / fan in), not cut.
    public static let kaimingNormal = varianceScaling(
        scale: 2, fan: .fanIn, distribution: .untruncatedNormal)

    /// PyTorch's `xavier_normal_`: σ = √(2 / (fan in + fan out)), not cut.
    public static let xavierNormal = varianceScaling(
        scale: 1, fan: .fanAverage, distribution: .untruncatedNormal)

    /// TensorFlow 1's `tf.contrib.layers.variance_scaling_initializer`: a normal cut at two
    /// standard deviations, σ = √(1.3 · `factor` / fan) before the cut. The 1.3 makes up for most
    /// of it.
    public static func tensorFlow1VarianceScaling(
        factor: Double = 2, fan: FanMode = .fanIn
    ) -> InitializerRecipe {
        .varianceScaling(
            scale: 1.3 * factor, fan: fan, distribution: .uncorrectedTruncatedNormal)
    }
}
