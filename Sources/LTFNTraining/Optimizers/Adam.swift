/// Adam (Kingma and Ba 2015, Algorithm 1): m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²;
/// θ ← θ − η·m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), t counting from 1.
public struct Adam: Optimizer {
    /// β₁
    public let beta1: Double
    /// β₂
    public let beta2: Double
    /// ε
    public let epsilon: Double
    public let name = "adam"
    public let slotNames = ["adam_m", "adam_v"]

    public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    public var constants: [OptimizerConstant] {
        [
            OptimizerConstant("beta1", beta1), OptimizerConstant("beta2", beta2),
            OptimizerConstant("epsilon", epsilon),
        ]
    }

    public func update(
        _ values: inout MutableSpan<Float>, gradient: Span<Float>, slots: inout [[Float]],
        step: Int, rate: Float
    ) {
        let direction = AdamDirection(self, step: step)
        for index in gradient.indices {
            values[index] -= rate * direction.next(gradient[index], &slots, index)
        }
    }
}

/// m̂ / (√v̂ + ε), which Adam and AdamW share.
struct AdamDirection {
    private let beta1: Float
    private let beta2: Float
    private let epsilon: Float
    /// 1 − β, rounded once: float32's 1 − 0.999 is wrong in the fifth digit.
    private let rest1: Float
    private let rest2: Float
    /// 1 − βᵗ
    private let correction1: Float
    private let correction2: Float

    init(_ constants: Adam, step: Int) {
        beta1 = Float(constants.beta1)
        beta2 = Float(constants.beta2)
        epsilon = Float(constants.epsilon)
        rest1 = Float(1 - constants.beta1)
        rest2 = Float(1 - constants.beta2)
        correction1 = Float(1 - power(constants.beta1, step + 1))
        correction2 = Float(1 - power(constants.beta2, step + 1))
    }

    /// Takes a gradient into the slots m and v.
    func next(_ gradient: Float, _ slots: inout [[Float]], _ index: Int) -> Float {
        let first = beta1 * slots[0][index] + rest1 * gradient
        let second = beta2 * slots[1][index] + rest2 * (gradient * gradient)
        slots[0][index] = first
        slots[1][index] = second
        return (first / correction1) / ((second / correction2).squareRoot() + epsilon)
    }
}
