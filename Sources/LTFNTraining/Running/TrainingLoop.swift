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
    private(set) var completed: Int
    private var slots: [VariableName: [[Float]]]
    private var order: BatchOrder
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
        /// The last of these.
        let last: StepReport?
        let parameters: [VariableName: TensorData]
        let slots: [VariableName: [[Float]]]
    }

    private static let copyInterval = 10
    /// A cost this many times the first one (and 1) has exploded: the updates that made it are so
    /// large that nothing is left of the weights in float32's 24 bits.
    private static let explosion = 1e9
    /// How many steps an exploded cost may take to become not finite, or to collapse.
    private static let patience = 100

    init(_ trainer: Trainer) throws(FormatError) {
        self.trainer = trainer
        let state = trainer.start
        network = try TrainingStep(
            graph: trainer.configuration.model.graph, parameters: state.parameters,
            batchSize: trainer.configuration.batchSize, parallelism: trainer.parallelism)
        completed = state.stepCount
        slots = state.slots
        order = trainer.order
        (first, last, peak) = (state.first, state.last, state.peak)
        copies = [
            Copy(step: completed, last: last, parameters: state.parameters, slots: slots)
        ]
    }

    /// Where the run stands.
    func state() throws(FormatError) -> TrainingState {
        var state = TrainingState(
            stepCount: completed, parameters: try network.parameters(), slots: slots)
        (state.first, state.last, state.peak) = (first, last, peak)
        return state
    }

    /// Does the next step.
    ///
    /// - Returns: what it showed, and what is wrong with it: then the run is over.
    mutating func next() throws(FormatError) -> (report: StepReport, loss: Divergence.Kind?) {
        if completed % Self.copyInterval == 0, completed > 0, explodedAt == nil {
            let parameters = try network.parameters()
            copies =
                copies.suffix(1)
                + [Copy(step: completed, last: last, parameters: parameters, slots: slots)]
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

    private mutating func run(_ number: Int) throws(FormatError) -> StepReport {
        let configuration = trainer.configuration
        let batch = trainer.dataset.training.batch(order.images(step: number))
        let images = configuration.model.graph.batch(of: batch.pixels)
        let rate = configuration.rate(step: number)
        let outcome: TrainingStep.Outcome
        if configuration.optimizer is GradientDescent {
            outcome = try network.run(images: images, labels: batch.labels, learningRate: rate)
        } else {
            outcome = try network.computeGradients(images: images, labels: batch.labels)
            update(number, rate)
        }
        return StepReport(
            step: number, cost: outcome.loss, correct: outcome.correct,
            count: batch.labels.count)
    }

    private mutating func update(_ number: Int, _ rate: Float) {
        var slots: [VariableName: [[Float]]] = [:]
        swap(&slots, &self.slots)
        let optimizer = trainer.configuration.optimizer
        network.update { variable, values, gradient in
            optimizer.update(
                &values, gradient: gradient, slots: &slots[variable, default: []], step: number,
                rate: rate)
        }
        swap(&slots, &self.slots)
    }

    /// The result of a run that came apart after `completed` steps.
    ///
    /// When it was resumed after the last good step, the weights kept are those it was resumed
    /// with.
    ///
    /// - Parameter shouldStop: asked before every step that is done again; the weights kept are
    ///   then those reached.
    mutating func divergedResult(
        _ kind: Divergence.Kind, cost: Double, shouldStop: () -> Bool
    ) throws(FormatError) -> TrainingResult {
        let kept = kind == .notFinite ? last : lastBeforeExplosion
        let divergence = Divergence(
            kind: kind, step: completed, cost: cost, first: first, peak: peak, last: kept)
        let copy = copies.last { $0.step <= kept?.step ?? 0 } ?? copies[0]
        let steps = max(copy.step, kept?.step ?? 0)
        try network.setParameters(copy.parameters)
        slots = copy.slots
        completed = copy.step
        var reached = copy.last
        while completed < steps, !shouldStop() {
            reached = try run(completed)
            completed += 1
        }
        if completed == steps { reached = kept }
        var state = try state()
        state.last = reached
        // Weights that no step has been reported with are those of a run that has not begun.
        if reached == nil { state.first = nil }
        if reached == nil || peak?.step ?? 0 > completed { state.peak = reached }
        return try TrainingResult(
            trainer, state, lastStep: reached, ending: .diverged(divergence), evaluation: nil)
    }

    func result(
        _ ending: TrainingEnding, _ evaluation: Evaluation?
    ) throws(FormatError) -> TrainingResult {
        try TrainingResult(
            trainer, state(), lastStep: last, ending: ending, evaluation: evaluation)
    }
}
