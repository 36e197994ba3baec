/// Gradient descent with momentum (Polyak 1964): v ← μ·v + g; θ ← θ − η·v. Or Nesterov's
/// accelerated gradient (1983, in the form of Sutskever et al. 2013): v ← μ·v + g; θ ← θ − η·(g +
/// μ·v).
///
/// The rate stands outside of v, as in PyTorch's `SGD(momentum=μ, nesterov=…)` and TensorFlow's
/// `MomentumOptimizer`: a new rate counts for the whole of v at once. Keras's `SGD` has the rate
/// inside of v, which differs as soon as the rate changes.
public struct Momentum: Optimizer {
    /// μ
    public let momentum: Double
    /// Whether it is Nesterov's: the gradient counts as if v had moved on once more.
    public let looksAhead: Bool
    public let slotNames = ["momentum"]

    public init(momentum: Double = 0.9, looksAhead: Bool = false) {
        self.momentum = momentum
        self.looksAhead = looksAhead
    }

    public var name: String { looksAhead ? "nesterov" : "momentum" }

    public var constants: [OptimizerConstant] { [OptimizerConstant("momentum", momentum)] }

    public func update(
        _ values: inout MutableSpan<Float>, gradient: Span<Float>, slots: inout [[Float]],
        step: Int, rate: Float
    ) {
        let momentum = Float(momentum)
        for index in gradient.indices {
            let velocity = momentum * slots[0][index] + gradient[index]
            slots[0][index] = velocity
            let change = looksAhead ? gradient[index] + momentum * velocity : velocity
            values[index] -= rate * change
        }
    }
}
