/// Nesterov's accelerated gradient (Nesterov 1983, in the form of Sutskever et al. 2013):
/// v ← μ·v + g; θ ← θ − η·(g + μ·v).
///
/// As PyTorch's `SGD(nesterov=True)` and TensorFlow's `MomentumOptimizer(use_nesterov=True)`. Keras's
/// `SGD` has the rate inside of v, which differs as soon as the rate changes.
public struct Nesterov: Optimizer {
    /// μ
    public let momentum: Double
    public let name = "nesterov"
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
            values[index] -= rate * (gradient[index] + momentum * velocity)
        }
    }
}
