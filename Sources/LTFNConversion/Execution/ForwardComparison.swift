import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNParallel

/// Two checkpoints of one network, run on the same images: how far their layers part.
public struct ForwardComparison: Hashable, Sendable {
    /// What one layer makes of the images on both sides.
    public struct LayerDifference: Hashable, Sendable {
        public let name: String
        /// The largest distance of two values, by the largest value of the first side.
        public let relative: Double
    }

    public let imageCount: Int
    /// In the order of the layers; what each makes before any ReLU.
    public let layers: [LayerDifference]
    /// Of how many images both sides predict the same class.
    public let samePredictionCount: Int

    /// What float32 may differ by when sums are taken in another order.
    public static let tolerance = 1e-5

    /// The first layer that parts.
    public var firstParting: LayerDifference? {
        // A NaN parts, too.
        layers.first { !($0.relative <= Self.tolerance) }
    }

    private static let imageCount = 16

    /// Runs both on images of random bytes, always the same.
    ///
    /// - Throws: `unsupportedFeature` when one has no graph, or another network than the other; as
    ///   `InferenceSession`, and what the readers throw.
    init(
        _ first: any CheckpointReader, _ second: any CheckpointReader, _ limits: RunningLimits,
        _ budget: ExpansionBudget
    ) throws(FormatError) {
        let sessions = (
            try Self.session(first, limits, budget), try Self.session(second, limits, budget)
        )
        let (count, overflow) = sessions.0.network.graph.input.shape.elementCount
            .multipliedReportingOverflow(by: Self.imageCount)
        guard !overflow, sessions.0.network.geometry == sessions.1.network.geometry else {
            throw FormatError(
                .unsupportedFeature, "The two networks are not the same, and cannot be compared.")
        }
        try AvailableMemory.expect(count)
        let pixels = Self.noise(count)
        let outputs = (
            try Self.outputs(sessions.0, pixels), try Self.outputs(sessions.1, pixels)
        )
        layers = zip(outputs.0, outputs.1).map { before, after in
            LayerDifference(
                name: before.name, relative: Self.distance(before.values, after.values))
        }
        let classes = (
            Self.predictions(outputs.0.last?.values ?? [], sessions.0.classCount),
            Self.predictions(outputs.1.last?.values ?? [], sessions.1.classCount)
        )
        imageCount = Self.imageCount
        samePredictionCount = zip(classes.0, classes.1).count { $0 == $1 }
    }

    private static func session(
        _ reader: any CheckpointReader, _ limits: RunningLimits, _ budget: ExpansionBudget
    ) throws(FormatError) -> InferenceSession {
        guard let graph = reader.manifest.graph else {
            throw FormatError(
                .unsupportedFeature,
                "There is no graph in it, so it cannot be run on sample images.")
        }
        return try InferenceSession(
            graph: graph, parameters: graph.parameters(in: reader, budget: budget),
            maximumBatch: imageCount, parallelism: Parallelism(), limits: limits)
    }

    private static func outputs(
        _ session: InferenceSession, _ pixels: [UInt8]
    ) throws(FormatError) -> [(name: String, values: [Float])] {
        var outputs: [(name: String, values: [Float])] = []
        var places: [ByteString: Int] = [:]
        try session.observe(pixels: pixels) { layer, values in
            if let place = places[ByteString(layer.name)] {
                outputs[place].values += values
            } else {
                places[ByteString(layer.name)] = outputs.count
                outputs.append((layer.name, values))
            }
        }
        return outputs
    }

    private static func distance(_ before: [Float], _ after: [Float]) -> Double {
        guard before.count == after.count else { return .infinity }
        var (scale, distance) = (0.0, 0.0)
        for (one, other) in zip(before, after) where one.bitPattern != other.bitPattern {
            let difference = abs(Double(one) - Double(other))
            // Not a number on one side alone.
            if difference.isNaN { return .infinity }
            distance = max(distance, difference)
        }
        if distance == 0 { return 0 }
        for value in before { scale = max(scale, abs(Double(value))) }
        return scale == 0 ? .infinity : distance / scale
    }

    private static func predictions(_ logits: [Float], _ classCount: Int) -> [Int] {
        stride(from: 0, to: logits.count, by: max(1, classCount)).map { start in
            let row = logits[start..<min(logits.count, start + classCount)]
            return row.indices.max { row[$0] < row[$1] } ?? start
        }.enumerated().map { $0.element - $0.offset * classCount }
    }

    /// Bytes that look like chance (splitmix64).
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 0
        return (0..<count).map { _ in
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return UInt8(truncatingIfNeeded: word >> 56)
        }
    }
}
