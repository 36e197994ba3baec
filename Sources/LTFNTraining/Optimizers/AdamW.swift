/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, Algorithm 2):
/// θ ← θ − η·(m̂ / (√v̂ + ε) + λ·θ), m̂ and v̂ as in Adam.
///
/// λ is counted as in PyTorch's `AdamW`, where the learning rate multiplies it; the paper's λ is
/// this one times the learning rate. Biases decay like weights.
public struct AdamW: Optimizer {
    /// λ
    public let weightDecay: Double
    /// β₁, β₂ and ε
    public let adam: Adam
    public let name = "adamw"
    public let slotNames = ["adam_m", "adam_v"]

    public init(weightDecay: Double = 0.01, adam: Adam = Adam()) {
        self.weightDecay = weightDecay
        self.adam = adam
    }

    public var constants: [OptimizerConstant] {
        [OptimizerConstant("weight_decay", weightDecay)] + adam.constants
    }

    public func update(
        _ values: inout MutableSpan<Float>, gradient: Span<Float>, slots: inout [[Float]],
        step: Int, rate: Float
    ) {
        let direction = AdamDirection(adam, step: step)
        let decay = Float(weightDecay)
        for index in gradient.indices {
            let next = direction.next(gradient[index], &slots, index)
            values[index] -= rate * (next + decay * values[index])
        }
    }
}
