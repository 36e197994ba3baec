import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
import LTFNInference
import LTFNParallel

/// What a run found out.
struct Evaluation {
    let inputs: Inputs
    let threadCount: Int
    let classCount: Int
    private let score: ClassificationScore
    var tally: PredictionTally { score.predictions }
    /// nil without labels.
    var metrics: ClassificationMetrics? { score.metrics }
    /// The class of each image and its probability, where predictions are kept; nil where a logit
    /// is not finite.
    let predictions: [Prediction?]
    let times: Stopwatch

    /// What was said of an image.
    struct Prediction {
        var label: Int
        var probability: Double
    }

    /// Images that go through the network in one call, fewer when each has very many logits.
    private static let batchCount = 200
    private static let logitCount = 1 << 22

    init(
        _ inputs: Inputs, parallelism: Parallelism, stopwatch: inout Stopwatch,
        keepsPredictions: Bool,
        progress: ProgressReporter, announce: (_ operationCount: Double) -> Void
    ) throws {
        self.inputs = inputs
        threadCount = parallelism.threadCount
        let session = try Self.session(inputs, parallelism)
        classCount = session.classCount
        announce(session.network.operationCount * Double(inputs.count))
        if let labels = inputs.labels {
            let path = inputs.labelFile?.path ?? inputs.modelPath
            try FormatError.about(path) { [classCount] () throws(FormatError) in
                try labels.check(classCount: classCount)
            }
        }
        // Each of them, and its line of text.
        if keepsPredictions { try AvailableMemory.expect(128 * inputs.count) }
        var predictions: [Prediction?] = []
        var times = stopwatch
        let labels = inputs.labels.map { labels in { Array(labels[$0]) } }
        let batchSize = min(Self.batchCount, max(1, Self.logitCount / max(classCount, 1)))
        let score = try session.score(
            0..<inputs.count, batchSize: batchSize,
            pixels: { range in
                let pixels = Array(inputs.images.pixels(of: range))
                times.finish(.preprocess)
                return pixels
            }, labels: labels,
            onBatch: { range, logits in
                if keepsPredictions {
                    predictions += Self.predictions(logits, classCount: session.classCount)
                }
                times.finish(.compute)
                progress.update(range.upperBound)
                return true
            })
        progress.clear()
        self.score = score ?? ClassificationScore(classCount: classCount, isLabelled: false)
        self.predictions = predictions
        self.times = times
        stopwatch = times
    }

    private static func session(
        _ inputs: Inputs, _ parallelism: Parallelism
    ) throws(FormatError) -> InferenceSession {
        try FormatError.about(inputs.modelPath) { () throws(FormatError) in
            try InferenceSession(
                graph: inputs.graph, parameters: inputs.parameters,
                maximumBatch: min(batchCount, inputs.count), parallelism: parallelism,
                limits: inputs.runningLimits)
        }
    }

    private static func predictions(_ logits: [Float], classCount: Int) -> [Prediction?] {
        stride(from: 0, to: logits.count, by: classCount).map { start in
            let row = logits.span.extracting(start..<start + classCount)
            return predictedClass(of: row).map {
                Prediction(label: $0, probability: probability(ofClass: $0, logits: row))
            }
        }
    }
}
