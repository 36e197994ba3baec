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
    private(set) var tally: PredictionTally
    /// nil without labels.
    private(set) var metrics: ClassificationMetrics?
    /// The class of each image and its probability, where predictions are kept; nil where a logit is not
    /// finite.
    private(set) var predictions: [Prediction?] = []
    private(set) var times: Stopwatch

    /// What was said of an image.
    struct Prediction {
        var label: Int
        var probability: Double
    }

    /// Images that go through the network in one call, fewer when each has very many logits.
    private static let batchCount = 200
    private static let logitCount = 1 << 22

    init(
        _ inputs: Inputs, pool: ThreadPool, stopwatch: inout Stopwatch, keepsPredictions: Bool,
        progress: ProgressReporter, announce: (_ operationCount: Double) -> Void
    ) throws {
        self.inputs = inputs
        threadCount = pool.threadCount
        let session = try Self.session(inputs, pool)
        classCount = session.classCount
        announce(session.network.operationCount * Double(inputs.count))
        if let labels = inputs.labels {
            let path = inputs.labelFile?.path ?? inputs.modelPath
            try FormatError.about(path) { [classCount] () throws(FormatError) in
                try labels.check(classCount: classCount)
            }
            metrics = ClassificationMetrics(classCount: classCount)
        }
        // Each of them, and its line of text.
        if keepsPredictions { try MemoryRoom.expect(128 * inputs.count) }
        tally = PredictionTally(classCount: classCount)
        times = stopwatch

        let batchCount = min(Self.batchCount, max(1, Self.logitCount / max(classCount, 1)))
        for start in stride(from: 0, to: inputs.count, by: batchCount) {
            let range = start..<min(start + batchCount, inputs.count)
            let pixels = Array(inputs.images.pixels(of: range))
            times.finish(.preprocess)
            let logits = try session.logits(pixels: pixels)
            add(logits, range, keepsPredictions: keepsPredictions)
            times.finish(.compute)
            progress.update(range.upperBound)
        }
        progress.clear()
        stopwatch = times
    }

    private static func session(
        _ inputs: Inputs, _ pool: ThreadPool
    ) throws(FormatError) -> InferenceSession {
        try FormatError.about(inputs.modelPath) { () throws(FormatError) in
            try InferenceSession(
                graph: inputs.graph, parameters: inputs.parameters,
                maximumBatch: min(batchCount, inputs.count), pool: pool,
                limits: inputs.runningLimits)
        }
    }

    private mutating func add(_ logits: [Float], _ range: Range<Int>, keepsPredictions: Bool) {
        tally.add(logits: logits.span)
        if let labels = inputs.labels {
            metrics?.add(logits: logits.span, labels: Array(labels[range]).span)
        }
        guard keepsPredictions else { return }
        for index in 0..<range.count {
            let row = logits.span.extracting(index * classCount..<(index + 1) * classCount)
            predictions.append(
                predictedClass(of: row).map {
                    Prediction(label: $0, probability: probability(ofClass: $0, logits: row))
                })
        }
    }
}
