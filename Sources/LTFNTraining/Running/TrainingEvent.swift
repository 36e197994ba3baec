/// What happens while a network is trained, as it happens.
public enum TrainingEvent: Hashable, Sendable {
    case step(StepReport)
    /// How well the network does, after so many steps, on the training images that are set aside.
    case validated(stepCount: Int, Evaluation)
    /// Testing has come this far.
    case evaluating(completed: Int, total: Int)
}

/// What one step showed, with the weights as they were before it.
public struct StepReport: Hashable, Sendable {
    /// The first step is 0.
    public let step: Int
    /// The mean cross-entropy over the batch, in nats.
    public let cost: Double
    /// How many images of the batch were recognized.
    public let correct: Int
    /// How many images the batch has.
    public let count: Int

    public init(step: Int, cost: Double, correct: Int, count: Int) {
        self.step = step
        self.cost = cost
        self.correct = correct
        self.count = count
    }

    /// `correct` / `count`
    public var accuracy: Double { Double(correct) / Double(count) }
}

/// How well a network does on images it was not trained on.
public struct Evaluation: Hashable, Sendable {
    /// The mean cross-entropy, in nats.
    public let cost: Double
    public let correct: Int
    public let count: Int

    public init(cost: Double, correct: Int, count: Int) {
        self.cost = cost
        self.correct = correct
        self.count = count
    }

    /// `correct` / `count`
    public var accuracy: Double { Double(correct) / Double(count) }
}

/// How a training run ended.
public enum TrainingEnding: Hashable, Sendable {
    /// All steps are done.
    case finished
    /// It was asked to stop after `TrainingResult.stepCount` steps.
    case stopped
    /// The cost shows that the weights are of no use any more.
    case diverged(Divergence)
}

/// A training run that has come apart.
public struct Divergence: Hashable, Sendable {
    /// What the cost did.
    public enum Kind: Hashable, Sendable {
        /// It is infinite or not a number.
        case notFinite
        /// It grew past any measure and then fell: ReLUs with weights that large give nothing but
        /// zeros, and nothing is learned any more.
        case collapsed
        /// It grew past any measure and stays there.
        case exploded
    }

    public let kind: Kind
    /// The number of weight updates after which the cost was this; 0: the initial weights.
    public let step: Int
    public let cost: Double
    /// The first step; nil when its cost was not finite.
    public let first: StepReport?
    /// The step with the largest finite cost.
    public let peak: StepReport?
    /// The step whose weights are kept: the last one with a finite cost, and when the cost exploded
    /// and stayed finite, the last one before it did. nil: the initial weights are kept.
    public let last: StepReport?
}
