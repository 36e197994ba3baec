import LTFNCheckpoint
import LTFNInference

/// What a network's layers make of some images: the values before each ReLU, the logits, and what
/// is predicted from them.
public struct ActivationReport: Hashable, Sendable {
    public var imageCount: Int
    /// Convolutions and dense layers, in order; the last one gives the logits.
    public var layers: [LayerActivations]
    public var predictions: PredictionTally
    public var softmax: SoftmaxSummary
    /// Where the true classes are known.
    public var metrics: ClassificationMetrics?
    /// Whether the values are still the initial ones.
    public var trace = TrainingTrace.changed

    /// The largest |x| of all layers: where their common axis ends.
    public var largestMagnitude: Double {
        layers.reduce(0) { max($0, $1.statistics.largestMagnitude) }
    }
}

/// The outputs of one layer, before any ReLU that follows.
public struct LayerActivations: Hashable, Sendable {
    public var name: String
    /// Channels of a convolution, outputs of a dense layer.
    public var unitCount: Int
    public var statistics: ValueStatistics
    /// How many values are above zero: those that a ReLU lets through.
    public var positiveCount: Int
    /// For a layer with a ReLU after it: how many units never are above zero, for no image and at
    /// no place. They say nothing, and their weights get no gradient.
    public var deadUnitCount: Int?
    /// How many units have the weights of an earlier one, where that can be told.
    public var duplicateCount: Int?

    /// The part of the values that is above zero; nil without values.
    public var positiveFraction: Double? {
        statistics.count == 0 ? nil : Double(positiveCount) / Double(statistics.count)
    }
}

/// Gathers the outputs of one layer, block by block.
struct LayerCollector: Sendable {
    let layer: Layer
    let unitCount: Int
    let feedsReLU: Bool
    let duplicateCount: Int?
    private var accumulator = StatisticsAccumulator()
    /// For each unit how many of its values are above zero.
    private var positiveCounts: [Int]

    init(_ layer: Layer, unitCount: Int, feedsReLU: Bool, duplicateCount: Int?) {
        self.layer = layer
        self.duplicateCount = duplicateCount
        self.unitCount = max(unitCount, 1)
        self.feedsReLU = feedsReLU
        positiveCounts = [Int](repeating: 0, count: self.unitCount)
    }

    /// - Parameter values: `[…, unitCount] float32`
    mutating func add(_ values: Span<Float>) {
        accumulator.add(values)
        for start in stride(from: 0, to: values.count, by: unitCount) {
            let row = values.extracting(start..<min(start + unitCount, values.count))
            // Without a branch: half of the values are above zero, and none knows which.
            for unit in row.indices { positiveCounts[unit] &+= row[unit] > 0 ? 1 : 0 }
        }
    }

    /// Adds what `other` gathered, of later images.
    mutating func merge(_ other: LayerCollector) {
        accumulator.merge(other.accumulator)
        for unit in positiveCounts.indices { positiveCounts[unit] += other.positiveCounts[unit] }
    }

    var activations: LayerActivations {
        LayerActivations(
            name: layer.name, unitCount: unitCount, statistics: accumulator.statistics,
            positiveCount: positiveCounts.reduce(0, +),
            deadUnitCount: feedsReLU ? positiveCounts.count { $0 == 0 } : nil,
            duplicateCount: duplicateCount)
    }
}
