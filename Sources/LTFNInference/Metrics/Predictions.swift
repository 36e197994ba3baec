/// The class with the largest logit, the first of equals.
///
/// - Returns: nil without logits, and when one of them is NaN or infinite: what the others say is
///   then of no meaning.
public func predictedClass(of logits: Span<Float>) -> Int? {
    var best: Int?
    for index in logits.indices {
        guard logits[index].isFinite else { return nil }
        if best.map({ logits[index] > logits[$0] }) ?? true { best = index }
    }
    return best
}

/// What a classifier said, counted batch by batch. Takes no memory for each example.
public struct PredictionTally: Hashable, Sendable {
    public let classCount: Int
    /// All examples, those without a prediction among them.
    public private(set) var count = 0
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
            count += 1
            if let best = predictedClass(of: logits.extracting(start..<start + classCount)) {
                countOfClass[best] += 1
            }
        }
    }

    /// How many examples have logits that are not finite.
    public var nonFiniteCount: Int { count - countOfClass.reduce(0, +) }
}
