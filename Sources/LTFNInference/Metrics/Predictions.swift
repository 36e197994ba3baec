/// The class with the largest logit, the first of equals; NaN is never the largest.
///
/// - Returns: nil when there is no logit that is a number.
public func predictedClass(of logits: Span<Float>) -> Int? {
    var best: Int?
    for index in logits.indices where !logits[index].isNaN {
        guard let current = best else {
            best = index
            continue
        }
        if logits[index] > logits[current] { best = index }
    }
    return best
}

/// What a classifier said, gathered batch by batch.
public struct PredictionTally: Hashable, Sendable {
    public let classCount: Int
    /// The predicted class of every example; nil where the logits are not numbers.
    public private(set) var predictions: [Int?] = []
    /// How many examples were taken for each class.
    public private(set) var countOfClass: [Int]

    public init(classCount: Int) {
        self.classCount = classCount
        countOfClass = [Int](repeating: 0, count: classCount)
    }

    /// Adds a batch.
    ///
    /// - Parameter logits: `[N, classCount] float32`
    public mutating func add(logits: Span<Float>) {
        guard classCount > 0 else { return }
        for start in stride(from: 0, through: logits.count - classCount, by: classCount) {
            let best = predictedClass(of: logits.extracting(start..<start + classCount))
            predictions.append(best)
            if let best { countOfClass[best] += 1 }
        }
    }

    /// How many examples have logits that are not numbers.
    public var undecidedCount: Int { predictions.count - countOfClass.reduce(0, +) }
}
