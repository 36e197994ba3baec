/// How often each class was taken for each other.
public struct ConfusionMatrix: Hashable, Sendable {
    public let classCount: Int
    /// `[classCount, classCount]`, row-major: the row is the true class, the column the predicted one.
    public private(set) var counts: [Int]

    /// - Parameter classCount: 0 or more, and small enough for a square.
    public init(classCount: Int) {
        self.classCount = classCount
        counts = [Int](repeating: 0, count: classCount * classCount)
    }

    /// Both classes are in `0..<classCount`.
    public subscript(truth truth: Int, predicted predicted: Int) -> Int {
        counts[truth * classCount + predicted]
    }

    /// Counts one example. Both classes are in `0..<classCount`.
    public mutating func add(truth: Int, predicted: Int) {
        counts[truth * classCount + predicted] += 1
    }

    /// How many examples were counted.
    public var total: Int { counts.reduce(0, +) }

    /// How many of them were right.
    public var correct: Int {
        (0..<classCount).reduce(0) { $0 + self[truth: $1, predicted: $1] }
    }

    /// How many examples are of the class.
    public func count(ofTruth truth: Int) -> Int {
        (0..<classCount).reduce(0) { $0 + self[truth: truth, predicted: $1] }
    }

    /// How many examples were taken for the class.
    public func count(ofPredicted predicted: Int) -> Int {
        (0..<classCount).reduce(0) { $0 + self[truth: $1, predicted: predicted] }
    }

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
    public func commonestMistakes(limit: Int) -> [(truth: Int, predicted: Int, count: Int)] {
        var mistakes: [(truth: Int, predicted: Int, count: Int)] = []
        for truth in 0..<classCount {
            for predicted in 0..<classCount where predicted != truth {
                let count = self[truth: truth, predicted: predicted]
                if count > 0 { mistakes.append((truth, predicted, count)) }
            }
        }
        // Equal counts in the order of the classes.
        mistakes.sort { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
        return Array(mistakes.prefix(limit))
    }
}
