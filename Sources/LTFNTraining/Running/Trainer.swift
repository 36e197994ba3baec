import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNInference
import LTFNParallel

/// Trains a network on a data set.
///
/// The same configuration and the same data give the same bits, for every number of threads.
public struct Trainer: Sendable {
    public let configuration: TrainingConfiguration
    public let dataset: Dataset
    let parallelism: Parallelism
    let order: BatchOrder
    let initial: [InitialVariable]
    /// Where the run begins.
    let start: TrainingState

    /// How many steps had been done before.
    public var firstStep: Int { start.stepCount }

    /// The bytes of all values that a file of the run holds, uncompressed.
    public var valueByteCount: Int {
        initial.reduce(0) { $0 + $1.tensor.info.byteCount }
            * (1 + configuration.optimizer.slotNames.count)
    }

    /// Fills the variables and makes sure that the data fit the network.
    ///
    /// - Parameter saved: the run that goes on; `configuration` is then the one that
    ///   `RecipeRequest.configuration(resuming:)` gives.
    /// - Throws: `ConfigurationError` for a configuration that means nothing, and for data that are
    ///   not those of the run that goes on; `FormatError` for data that do not fit: `corrupt`,
    ///   `limitExceeded`, and `corrupt` when `saved` contradicts itself.
    public init(
        configuration: TrainingConfiguration, dataset: Dataset,
        parallelism: Parallelism = Parallelism(),
        resuming saved: SavedTraining? = nil
    ) throws {
        try configuration.check()
        try Self.check(dataset, against: configuration.model)
        let count = dataset.training.count
        guard let schedule = BatchSchedule(imageCount: count, batchSize: configuration.batchSize)
        else {
            throw ConfigurationError(
                "The batch size is \(configuration.batchSize), but there are only \(count) "
                    + "training images, a twelfth of them set aside; choose a smaller batch.")
        }
        var resolved = configuration
        resolved.schedule = configuration.schedule.resolved(stepCount: configuration.stepCount)
        self.configuration = resolved
        self.dataset = dataset
        self.parallelism = parallelism
        order = BatchOrder(
            schedule, shuffleSeed: configuration.isShuffled ? configuration.seed : nil)
        let recipes = try configuration.model.recipes(under: configuration.initialization)
        initial = try configuration.model.initialVariables(
            recipes: recipes, seed: configuration.seed)
        try saved?.check(initial)
        try saved?.check(dataset, order)
        start =
            saved?.state ?? TrainingState(initial: initial, optimizer: configuration.optimizer)
    }

    /// What is done now and then during a run. None of it changes the training.
    public struct Pauses: Sendable {
        /// After every so many steps a checkpoint; nil: none.
        public var checkpointInterval: Int?
        /// After every so many steps a look at the images that are set aside; nil: none.
        public var validationInterval: Int?

        public init(checkpointInterval: Int? = nil, validationInterval: Int? = nil) {
            self.checkpointInterval = checkpointInterval
            self.validationInterval = validationInterval
        }
    }

    /// Trains, and tests at the end.
    ///
    /// - Parameters:
    ///   - shouldStop: asked before every step; once it says yes, no further step is begun.
    ///   - onCheckpoint: takes a checkpoint, from which the run can be resumed, after the number of
    ///     steps that is given; not called after the last step.
    ///   - onEvent: called on the calling thread.
    /// - Throws: `limitExceeded` when there is not enough memory for a batch; what `onCheckpoint`
    ///   throws.
    public func run(
        pauses: Pauses = Pauses(), shouldStop: () -> Bool = { false },
        onCheckpoint: (Checkpoint, Int) throws(FormatError) -> Void = { _, _ in },
        onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws(FormatError) -> TrainingResult {
        var loop = try TrainingLoop(self)
        while loop.completed < configuration.stepCount, !shouldStop() {
            let (report, loss) = try loop.next()
            if let loss {
                return try loop.divergedResult(
                    loss, cost: report.cost, shouldStop: shouldStop)
            }
            onEvent(.step(report))
            if loop.explodedAt == nil, loop.completed < configuration.stepCount {
                try pause(loop, pauses, shouldStop, onCheckpoint, onEvent)
            }
        }
        if loop.explodedAt != nil {
            return try loop.divergedResult(
                .exploded, cost: loop.lastCost, shouldStop: shouldStop)
        }
        if configuration.stepCount == 0 { return try loop.result(.finished, nil) }
        guard loop.completed == configuration.stepCount,
            let evaluation = try evaluate(
                loop.network.parameters(), dataset.test, 0..<dataset.test.count, shouldStop,
                onProgress: { onEvent(.evaluating(completed: $0, total: dataset.test.count)) })
        else { return try loop.result(.stopped, nil) }
        guard evaluation.cost.isFinite else {
            return try loop.divergedResult(
                .notFinite, cost: evaluation.cost, shouldStop: shouldStop)
        }
        return try loop.result(.finished, evaluation)
    }

    private func pause(
        _ loop: TrainingLoop, _ pauses: Pauses, _ shouldStop: () -> Bool,
        _ onCheckpoint: (Checkpoint, Int) throws(FormatError) -> Void,
        _ onEvent: (TrainingEvent) -> Void
    ) throws(FormatError) {
        if let interval = pauses.checkpointInterval, loop.completed % interval == 0 {
            let state = try loop.state()
            // Weights that are not finite have no cost; the next step will tell.
            if state.isFinite {
                try onCheckpoint(checkpoint(of: state, evaluation: nil), loop.completed)
            }
        }
        let heldOut = order.schedule.heldOut
        guard let interval = pauses.validationInterval, loop.completed % interval == 0,
            !heldOut.isEmpty
        else { return }
        let evaluation = try evaluate(
            loop.network.parameters(), dataset.training, heldOut, shouldStop,
            onProgress: { _ in })
        if let evaluation {
            onEvent(.validated(stepCount: loop.completed, evaluation))
        }
    }

    /// How well `parameters` do on some images; nil when asked to stop.
    private func evaluate(
        _ parameters: [VariableName: TensorData], _ set: LabelledImages, _ range: Range<Int>,
        _ shouldStop: () -> Bool, onProgress: (Int) -> Void
    ) throws(FormatError) -> Evaluation? {
        let batch = min(100, range.count)
        let session = try InferenceSession(
            graph: configuration.model.graph, parameters: parameters, maximumBatch: batch,
            parallelism: parallelism)
        if shouldStop() { return nil }
        let score = try session.score(
            range, batchSize: batch, pixels: { Array(set.images.pixels(of: $0)) },
            labels: { Array(set.labels[$0]) },
            onBatch: { part, _ in
                onProgress(part.upperBound - range.lowerBound)
                return !shouldStop()
            })
        return (score?.metrics).map {
            Evaluation(cost: $0.cost ?? .nan, correct: $0.correct, count: $0.count)
        }
    }

    private static func check(
        _ dataset: Dataset, against model: ModelDescription
    ) throws(FormatError) {
        let images = dataset.training.images
        let found = [images.height, images.width, images.channels]
        guard model.graph.input.shape.dimensions == found else {
            throw FormatError(
                .corrupt, format: "idx", path: dataset.files[.trainingImages]?.path,
                "The images are \(images.height)×\(images.width)×\(images.channels); \(model.name) takes "
                    + "\(model.graph.input.shape).")
        }
        for (part, labels) in [
            (DatasetPart.trainingLabels, dataset.training.labels),
            (.testLabels, dataset.test.labels),
        ] {
            do throws(FormatError) {
                try labels.check(classCount: model.classCount)
            } catch {
                var named = error
                named.path = dataset.files[part]?.path
                throw named
            }
        }
    }
}
