import LTFNBytes
import LTFNCheckpoint

/// What came out of a training run.
public struct TrainingResult: Sendable {
    public let ending: TrainingEnding
    /// How many steps the weights of `checkpoint` have behind them.
    public let stepCount: Int
    /// The last step that was done; nil when there was none.
    public let lastStep: StepReport?
    /// nil when the run did not finish, or the network is untrained.
    public let evaluation: Evaluation?
    /// The weights, how each was first filled, the network, the recipe of the training, and what is
    /// needed to go on.
    public let checkpoint: Checkpoint

    init(
        _ trainer: Trainer, _ state: TrainingState, lastStep: StepReport?,
        ending: TrainingEnding, evaluation: Evaluation?
    ) throws(FormatError) {
        self.ending = ending
        self.stepCount = state.stepCount
        self.lastStep = lastStep
        self.evaluation = evaluation
        checkpoint = try trainer.checkpoint(of: state, evaluation: evaluation)
    }
}
