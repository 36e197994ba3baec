/// How often each class was taken for each other.
///
/// Only what was counted takes memory, however many classes there are.
public struct ConfusionMatrix: Hashable, Sendable {
    public let classCount: Int
    private var counts: [Pair: Int] = [:]
    private var countOfTruth: [Int: Int] = [:]
    private var countOfPredicted: [Int: Int] = [:]
    /// How many of the examples were right.
    public private(set) var correct = 0

    private struct Pair: Hashable {
        var truth: Int
        var predicted: Int
    }

    /// An entry that is not 0.
    public typealias Entry = (truth: Int, predicted: Int, count: Int)

    /// - Parameter classCount: 0 or more.
    public init(classCount: Int) {
        self.classCount = classCount
    }

    public subscript(truth truth: Int, predicted predicted: Int) -> Int {
        counts[Pair(truth: truth, predicted: predicted)] ?? 0
    }

    /// Counts one example. Both classes are in `0..<classCount`.
    public mutating func add(truth: Int, predicted: Int) {
        counts[Pair(truth: truth, predicted: predicted), default: 0] += 1
        countOfTruth[truth, default: 0] += 1
        countOfPredicted[predicted, default: 0] += 1
        if truth == predicted { correct += 1 }
    }

    /// What was counted, in the order of the classes: the true one first, then the predicted one.
    public var entries: [Entry] {
        counts.map { (truth: $0.key.truth, predicted: $0.key.predicted, count: $0.value) }
            .sorted { ($0.truth, $0.predicted) < ($1.truth, $1.predicted) }
    }

    /// How many examples were counted.
    public var total: Int { countOfTruth.values.reduce(0, +) }

    /// The largest count; 0 without examples.
    public var largestCount: Int { counts.values.max() ?? 0 }

    /// How many examples are of the class.
    public func count(ofTruth truth: Int) -> Int { countOfTruth[truth] ?? 0 }

    /// How many examples were taken for the class.
    public func count(ofPredicted predicted: Int) -> Int { countOfPredicted[predicted] ?? 0 }

    /// The part of the class's examples that was recognized; nil without examples.
    public func recall(_ truth: Int) -> Double? {
        let count = count(ofTruth: truth)
        return count == 0 ? nil : Double(self[truth: truth, predicted: truth]) / Double(count)
    }

    /// The part of what was taken for the class that is of it; nil when nothing was.
    public func precision(_ predicted: Int) -> Double? {
        let count = count(ofPredicted: predicted)
        return count == 0
            ? nil : Double(self[truth: predicted, predicted: predicted]) / Double(count)
    }

    /// The mistakes made most often, at most `limit` kinds of them.
    public func commonestMistakes(limit: Int) -> [Entry] {
        // Equal counts in the order of the classes.
        let mistakes = entries.filter { $0.truth != $0.predicted }
            .sorted { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
        return Array(mistakes.prefix(limit))
    }
}
