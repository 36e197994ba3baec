import LTFNBytes

/// What a network says of images, counted batch by batch, and compared with their classes where
/// these are known.
public struct ClassificationScore: Hashable, Sendable {
    /// What the images were taken for.
    public private(set) var predictions: PredictionTally
    /// nil without labels.
    public private(set) var metrics: ClassificationMetrics?

    /// - Parameter isLabelled: whether the classes of the images are known.
    public init(classCount: Int, isLabelled: Bool) {
        predictions = PredictionTally(classCount: classCount)
        metrics = isLabelled ? ClassificationMetrics(classCount: classCount) : nil
    }

    /// How many images there were.
    public var count: Int { predictions.count }

    /// Adds a batch.
    ///
    /// - Parameters:
    ///   - logits: `[N, classes] float32`
    ///   - labels: `[N]`, the classes; without effect when they are not known.
    public mutating func add(logits: Span<Float>, labels: [UInt8]) {
        predictions.add(logits: logits)
        metrics?.add(logits: logits, labels: labels.span)
    }
}

extension InferenceSession {
    /// Runs images batch by batch, and counts what the network says of them.
    ///
    /// - Parameters:
    ///   - range: the numbers of the images.
    ///   - batchSize: how many are run in one call.
    ///   - pixels: the images of a part of the range, `[N, H, W, C] uint8`.
    ///   - labels: their classes, `[N]`; nil: they are not known.
    ///   - onBatch: called with what has been run and its logits, `[N, classes] float32`; whether
    ///     to go on.
    /// - Returns: nil when `onBatch` wanted to stop before the end.
    /// - Throws: as `logits(pixels:)`.
    public func score(
        _ range: Range<Int>, batchSize: Int, pixels: (Range<Int>) -> [UInt8],
        labels: ((Range<Int>) -> [UInt8])?,
        onBatch: (_ range: Range<Int>, _ logits: [Float]) -> Bool = { _, _ in true }
    ) throws(FormatError) -> ClassificationScore? {
        var score = ClassificationScore(classCount: classCount, isLabelled: labels != nil)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: max(1, batchSize)) {
            let part = start..<min(start + max(1, batchSize), range.upperBound)
            let logits = try logits(pixels: pixels(part))
            score.add(logits: logits.span, labels: labels?(part) ?? [])
            if !onBatch(part, logits), part.upperBound < range.upperBound { return nil }
        }
        return score
    }
}
