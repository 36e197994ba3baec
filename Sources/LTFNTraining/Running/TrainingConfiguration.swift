import LTFNCheckpoint

/// How a network is trained: softmax cross-entropy, step by step down its gradient.
///
/// The defaults are the tutorial's.
public struct TrainingConfiguration: Sendable {
    public var model: ModelDescription
    public var initialization: [InitializationRule]
    /// The key of all randomness: the same seed gives the same network, bit for bit.
    public var seed: UInt64
    /// 0: the network stays untrained.
    public var stepCount: Int
    /// Images a step.
    public var batchSize: Int
    public var learningRate: Double
    public var optimizer: any Optimizer
    /// What `learningRate` is multiplied with.
    public var schedule: LearningRateSchedule
    /// Every epoch in an order of its own, drawn from `seed`; otherwise in file order.
    public var isShuffled: Bool

    public static let defaultSeed: UInt64 = 1
    public static let defaultStepCount = 5_000
    public static let defaultBatchSize = 100
    public static let defaultLearningRate = 0.001

    public init(
        model: ModelDescription = ModelCatalogue.tutorialConvnet,
        initialization: [InitializationRule] = [], seed: UInt64 = defaultSeed,
        stepCount: Int = defaultStepCount, batchSize: Int = defaultBatchSize,
        learningRate: Double = defaultLearningRate,
        optimizer: any Optimizer = GradientDescent(),
        schedule: LearningRateSchedule = LearningRateSchedule(), isShuffled: Bool = false
    ) {
        self.model = model
        self.initialization = initialization
        self.seed = seed
        self.stepCount = stepCount
        self.batchSize = batchSize
        self.learningRate = learningRate
        self.optimizer = optimizer
        self.schedule = schedule
        self.isShuffled = isShuffled
    }

    /// Makes sure that the configuration can be carried out, whatever the data.
    ///
    /// - Throws: for numbers that mean nothing and rules that are about no variable.
    public func check() throws(ConfigurationError) {
        guard (0...Self.maximumStepCount).contains(stepCount) else {
            throw ConfigurationError(
                "The number of steps is \(stepCount); expected 0 to \(Self.maximumStepCount).")
        }
        guard (1...Self.maximumBatchSize).contains(batchSize) else {
            throw ConfigurationError(
                "The batch size is \(batchSize); expected 1 to \(Self.maximumBatchSize).")
        }
        // The step is computed in float32, where smaller rates are 0 and larger ones infinite.
        guard Float(learningRate) > 0, Float(learningRate).isFinite else {
            throw ConfigurationError(
                "The learning rate is \(learningRate); expected a positive float32 number.")
        }
        try schedule.check()
        _ = try model.recipes(under: initialization)
        try checkSlots()
    }

    /// A variable and what the optimizer remembers of another may not share a name.
    private func checkSlots() throws(ConfigurationError) {
        let names = Set(model.variables.map(\.name.string))
        for name in names {
            for slot in optimizer.slotNames where names.contains("\(name)/\(slot)") {
                throw ConfigurationError(
                    "The variable \(name)/\(slot) of \(model.name) has the name under which "
                        + "\(optimizer.name) keeps its \(slot) of \(name); expected another name.")
            }
        }
    }

    /// The learning rate of a step, in the float32 that the step is computed in.
    func rate(step: Int) -> Float { Float(learningRate * schedule.factor(step: step)) }

    static let maximumBatchSize = 65_536
    /// Steps times images of a batch stay far below 2^63.
    static let maximumStepCount = 1 << 40
}
