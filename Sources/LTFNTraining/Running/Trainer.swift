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
    let pool: ThreadPool
    let schedule: BatchSchedule
    let initial: [InitialVariable]

    /// Fills the variables and makes sure that the data fit the network.
    ///
    /// - Throws: `ConfigurationError` for a configuration that means nothing; `FormatError` for
    ///   data that do not fit: `corrupt`, `limitExceeded`.
    public init(
        configuration: TrainingConfiguration, dataset: Dataset, pool: ThreadPool = ThreadPool()
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
        self.configuration = configuration
        self.dataset = dataset
        self.pool = pool
        self.schedule = schedule
        let recipes = try configuration.model.recipes(under: configuration.initialization)
        initial = try configuration.model.initialVariables(
            recipes: recipes, seed: configuration.seed)
    }

    /// Trains, and tests at the end.
    ///
    /// - Parameters:
    ///   - shouldStop: asked before every step; once it says yes, no further step is begun.
    ///   - onEvent: called on the calling thread.
    /// - Throws: `limitExceeded` when there is not enough memory for a batch.
    public func run(
        shouldStop: () -> Bool = { false }, onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws(FormatError) -> TrainingResult {
        var loop = try TrainingLoop(self)
        while loop.completed < configuration.stepCount, !shouldStop() {
            let (report, loss) = try loop.next()
            if let loss { return try loop.divergedResult(loss, cost: report.cost) }
            onEvent(.step(report))
        }
        if loop.explodedAt != nil {
            return try loop.divergedResult(.exploded, cost: loop.lastCost)
        }
        let parameters = try loop.network.parameters()
        if configuration.stepCount == 0 { return try loop.result(parameters, .finished, nil) }
        guard loop.completed == configuration.stepCount,
            let evaluation = try evaluate(parameters, shouldStop, onEvent)
        else { return try loop.result(parameters, .stopped, nil) }
        guard evaluation.cost.isFinite else {
            return try loop.divergedResult(.notFinite, cost: evaluation.cost)
        }
        return try loop.result(parameters, .finished, evaluation)
    }

    /// Tests on all test images; nil when asked to stop.
    private func evaluate(
        _ parameters: [VariableName: TensorData], _ shouldStop: () -> Bool,
        _ onEvent: (TrainingEvent) -> Void
    ) throws(FormatError) -> Evaluation? {
        let (images, labels) = (dataset.test.images, dataset.test.labels)
        let batch = min(100, images.count)
        let session = try InferenceSession(
            graph: configuration.model.graph, parameters: parameters, maximumBatch: batch,
            pool: pool)
        var metrics = ClassificationMetrics(classCount: session.classCount)
        for first in stride(from: 0, to: images.count, by: batch) {
            if shouldStop() { return nil }
            let range = first..<min(first + batch, images.count)
            let logits = try session.logits(pixels: Array(images.pixels(of: range)))
            metrics.add(logits: logits.span, labels: Array(labels[range]).span)
            onEvent(.evaluating(completed: range.upperBound, total: images.count))
        }
        return Evaluation(
            cost: metrics.cost ?? .nan, correct: metrics.correct, count: metrics.count)
    }

    private static func check(
        _ dataset: Dataset, against model: ModelDescription
    ) throws(FormatError) {
        let images = dataset.training.images
        let found = [images.height, images.width, 1]
        guard model.graph.input.shape.dimensions == found else {
            throw FormatError(
                .corrupt, format: "idx", path: dataset.files[.trainingImages]?.path,
                "The images are \(images.height)×\(images.width) in grey; \(model.name) takes "
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
