/// Gradient descent with momentum (Polyak 1964): v ← μ·v + g; θ ← θ − η·v.
///
/// The rate stands outside of v, as in PyTorch's `SGD(momentum=μ)` and TensorFlow's
/// `MomentumOptimizer`: a new rate counts for the whole of v at once.
public struct Momentum: Optimizer {
    /// μ
    public let momentum: Double
    public let name = "momentum"
    public let slotNames = ["momentum"]

    public init(momentum: Double = 0.9) {
        self.momentum = momentum
    }

    public var constants: [OptimizerConstant] { [OptimizerConstant("momentum", momentum)] }

    public func update(
        _ values: inout MutableSpan<Float>, gradient: Span<Float>, slots: inout [[Float]],
        step: Int, rate: Float
    ) {
        let momentum = Float(momentum)
        for index in gradient.indices {
            let velocity = momentum * slots[0][index] + gradient[index]
            slots[0][index] = velocity
            values[index] -= rate * velocity
        }
    }
}
