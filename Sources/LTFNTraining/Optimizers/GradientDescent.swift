/// Stochastic gradient descent: θ ← θ − η·g (Robbins and Monro 1951).
///
/// The trainer does these steps in the kernels, fused with the backward pass; the bits are the
/// same.
public struct GradientDescent: Optimizer {
    public let name = "sgd"
    public let slotNames: [String] = []
    public let constants: [OptimizerConstant] = []

    public init() {}

    public func update(
        _ values: inout MutableSpan<Float>, gradient: Span<Float>, slots: inout [[Float]],
        step: Int, rate: Float
    ) {
        for index in gradient.indices { values[index] -= rate * gradient[index] }
    }
}
