import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNInference

/// The weights on their way, and a way back to the last ones whose cost was finite.
///
/// Every tenth step the weights are copied. Steps are deterministic, so the weights of any step
/// since a copy can be made again, and nothing is copied in between.
struct TrainingLoop {
    private let trainer: Trainer
    let network: TrainingStep
    /// How many steps have been done.
    private(set) var completed = 0
    /// The last copy, and the one before: what spoils the weights may be the step before a copy.
    private var copies: [Copy]
    private var first: StepReport?
    private var last: StepReport?
    private var peak: StepReport?
    /// The last step before the cost grew past any measure.
    private var lastBeforeExplosion: StepReport?
    private(set) var explodedAt: Int?
    /// The cost of the last step.
    var lastCost: Double { last?.cost ?? .nan }

    private struct Copy {
        /// How many steps had been done.
        let step: Int
        let parameters: [VariableName: TensorData]
    }

    private static let copyInterval = 10
    /// A cost this many times the first one (and 1) has exploded: the updates that made it are so
    /// large that nothing is left of the weights in float32's 24 bits.
    private static let explosion = 1e9
    /// How many steps an exploded cost may take to become not finite, or to collapse.
    private static let patience = 100

    init(_ trainer: Trainer) throws(FormatError) {
        self.trainer = trainer
        let parameters = Dictionary(
            uniqueKeysWithValues: trainer.initial.map { ($0.name, $0.tensor) })
        network = try TrainingStep(
            graph: trainer.configuration.model.graph, parameters: parameters,
            batchSize: trainer.configuration.batchSize, pool: trainer.pool)
        copies = [Copy(step: 0, parameters: parameters)]
    }

    /// Does the next step.
    ///
    /// - Returns: what it showed, and what is wrong with it: then the run is over.
    mutating func next() throws(FormatError) -> (report: StepReport, loss: Divergence.Kind?) {
        if completed % Self.copyInterval == 0, completed > 0, explodedAt == nil {
            let parameters = try network.parameters()
            copies = copies.suffix(1) + [Copy(step: completed, parameters: parameters)]
        }
        let report = try run(completed)
        guard report.cost.isFinite else { return (report, .notFinite) }
        let hasExploded = report.cost > Self.explosion * max(1, first?.cost ?? report.cost)
        if hasExploded, explodedAt == nil {
            explodedAt = completed
            lastBeforeExplosion = last
        }
        if let explodedAt {
            if !hasExploded { return (report, .collapsed) }
            if completed - explodedAt >= Self.patience { return (report, .exploded) }
        }
        completed += 1
        first = first ?? report
        last = report
        if report.cost > peak?.cost ?? 0 { peak = report }
        return (report, nil)
    }

    private func run(_ number: Int) throws(FormatError) -> StepReport {
        let batch = trainer.schedule.batch(step: number)
        let images = trainer.dataset.training.images.pixels(of: batch)
        let outcome = try network.run(
            images: trainer.configuration.model.graph.batch(of: Array(images)),
            labels: Array(trainer.dataset.training.labels[batch]),
            learningRate: Float(trainer.configuration.learningRate))
        return StepReport(
            step: number, cost: outcome.loss, correct: outcome.correct, count: batch.count)
    }

    /// The result of a run that came apart after `completed` steps.
    func divergedResult(
        _ kind: Divergence.Kind, cost: Double
    ) throws(FormatError) -> TrainingResult {
        let kept = kind == .notFinite ? last : lastBeforeExplosion
        let divergence = Divergence(
            kind: kind, step: completed, cost: cost, first: first, peak: peak, last: kept)
        let steps = kept?.step ?? 0
        guard let copy = copies.last(where: { $0.step <= steps }) else {
            preconditionFailure("the copies reach back further than one step")
        }
        try network.setParameters(copy.parameters)
        for number in copy.step..<steps { _ = try run(number) }
        return try TrainingResult(
            trainer, parameters: network.parameters(), stepCount: steps, lastStep: kept,
            ending: .diverged(divergence), evaluation: nil)
    }

    func result(
        _ parameters: [VariableName: TensorData], _ ending: TrainingEnding,
        _ evaluation: Evaluation?
    ) throws(FormatError) -> TrainingResult {
        try TrainingResult(
            trainer, parameters: parameters, stepCount: completed, lastStep: last, ending: ending,
            evaluation: evaluation)
    }
}
