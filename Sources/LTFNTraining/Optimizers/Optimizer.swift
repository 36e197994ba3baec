/// How a gradient becomes a step.
///
/// Computed in float32, number by number, so the same on every machine and for every number of
/// threads. In the formulas θ is a value, g its gradient and η the step's learning rate.
public protocol Optimizer: Sendable {
    /// The name on the command line and in files: `adam`.
    var name: String { get }
    /// What is remembered of each variable from step to step: as many numbers as the variable has,
    /// zeros at first.
    var slotNames: [String] { get }
    /// The constants of the method, in the order of the command line.
    var constants: [OptimizerConstant] { get }

    /// Does one step with one variable.
    ///
    /// - Parameters:
    ///   - slots: one for each of `slotNames`, as long as `values`.
    ///   - step: how many steps were done before.
    ///   - rate: η.
    func update(
        _ values: inout MutableSpan<Float>, gradient: Span<Float>, slots: inout [[Float]],
        step: Int, rate: Float)
}

/// A number that an optimizer is set up with.
public struct OptimizerConstant: Hashable, Sendable {
    /// `beta1`
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

extension Optimizer {
    /// As the command line takes it: `adam:0.9,0.999,1e-08`.
    public var text: String {
        constants.isEmpty
            ? name : name + ":" + constants.map { "\($0.value)" }.joined(separator: ",")
    }

    /// Whether the two do the same, bit for bit.
    func isSame(as other: any Optimizer) -> Bool {
        name == other.name && constants == other.constants
    }
}

/// `base` to the power of `exponent`, by repeated squaring: the same bits on every machine.
func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
        if rest & 1 == 1 { result *= square }
        square *= square
        rest >>= 1
    }
    return result
}
