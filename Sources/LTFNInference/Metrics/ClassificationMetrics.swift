import LTFNKernels

/// How well a classifier does on examples whose class is known, gathered batch by batch.
public struct ClassificationMetrics: Hashable, Sendable {
    public private(set) var confusion: ConfusionMatrix
    /// All examples, those without a prediction among them.
    public private(set) var count = 0
    /// How many examples have logits that are not finite; they count as wrong.
    public private(set) var nonFiniteCount = 0
    private var totalCost = 0.0

    public init(classCount: Int) {
        confusion = ConfusionMatrix(classCount: classCount)
    }

    /// Adds a batch.
    ///
    /// - Parameters:
    ///   - logits: `[N, classCount] float32`
    ///   - labels: `[N]`, each in `0..<classCount`; others are passed over.
    public mutating func add(logits: Span<Float>, labels: Span<UInt8>) {
        let classCount = confusion.classCount
        guard classCount > 0 else { return }
        for index in 0..<min(labels.count, logits.count / classCount) {
            let label = Int(labels[index])
            guard label < classCount else { continue }
            let row = logits.extracting(index * classCount..<(index + 1) * classCount)
            count += 1
            totalCost += crossEntropy(logits: row, label: label)
            if let predicted = predictedClass(of: row) {
                confusion.add(truth: label, predicted: predicted)
            } else {
                nonFiniteCount += 1
            }
        }
    }

    /// How many examples were right.
    public var correct: Int { confusion.correct }

    /// `correct` / `count`; nil without examples.
    public var accuracy: Double? { count == 0 ? nil : Double(correct) / Double(count) }

    /// Where the true accuracy lies, with a confidence of 95 %.
    public var interval: WilsonInterval? { WilsonInterval(successes: correct, of: count) }

    /// The mean softmax cross-entropy, in nats; nil without examples.
    public var cost: Double? { count == 0 ? nil : totalCost / Double(count) }
}

/// -log softmax(`logits`)[`label`], in nats, in double precision; NaN when a logit is.
///
/// - Parameters:
///   - logits: `[classes] float32`
///   - label: in `0..<classes`
public func crossEntropy(logits: Span<Float>, label: Int) -> Double {
    var largest = -Double.infinity
    for index in logits.indices { largest = max(largest, Double(logits[index])) }
    var sum = 0.0
    for index in logits.indices { sum += .exponential(Double(logits[index]) - largest) }
    return .naturalLogarithm(sum) - (Double(logits[label]) - largest)
}

/// softmax(`logits`)[`label`], in double precision.
///
/// - Parameters:
///   - logits: `[classes] float32`
///   - label: in `0..<classes`
public func probability(ofClass label: Int, logits: Span<Float>) -> Double {
    .exponential(-crossEntropy(logits: logits, label: label))
}
