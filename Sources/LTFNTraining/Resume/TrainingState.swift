import LTFNBytes
public import LTFNCheckpoint

/// All that changes from step to step: a run that goes on from here takes the same steps, bit for
/// bit.
///
/// The images of a step and all random numbers depend on the seed and the step's number alone.
public struct TrainingState: Sendable {
    /// How many steps have been done.
    public var stepCount: Int
    public var parameters: [VariableName: TensorData]
    /// What the optimizer remembers of each variable, in the order of its `slotNames`.
    public var slots: [VariableName: [[Float]]]
    public var first: StepReport?
    public var last: StepReport?
    /// The step with the largest cost.
    public var peak: StepReport?

    /// - Parameter initial: the variables before the first step.
    init(initial: [InitialVariable], optimizer: any Optimizer) {
        stepCount = 0
        parameters = [:]
        slots = [:]
        for variable in initial {
            let zeros = [Float](repeating: 0, count: variable.tensor.info.shape.elementCount)
            parameters[variable.name] = variable.tensor
            slots[variable.name] = optimizer.slotNames.map { _ in zeros }
        }
    }

    /// Whether all parameters are numbers.
    var isFinite: Bool {
        parameters.values.allSatisfy { tensor in
            let values = tensor.bytes.floats
            return values.indices.allSatisfy { values[$0].isFinite }
        }
    }

    init(
        stepCount: Int, parameters: [VariableName: TensorData], slots: [VariableName: [[Float]]]
    ) {
        self.stepCount = stepCount
        self.parameters = parameters
        self.slots = slots
    }
}

extension VariableName {
    /// The name under which an optimizer's memory of this variable is stored:
    /// `layer1_weights/momentum`.
    ///
    /// - Throws: `notRepresentable` when it is too long.
    func slot(_ slot: String) throws(FormatError) -> VariableName {
        try VariableName(string + "/" + slot)
    }
}
