import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNKernels

extension ActivationReport {
    /// Runs `pixels` through the network and looks at every layer.
    ///
    /// - Parameters:
    ///   - pixels: `[N, H, W, C] uint8`
    ///   - labels: `[N]`, the true classes where they are known, each of them one of the network's.
    ///   - weights: those that the layers run with: units that have the same are counted.
    ///   - progress: called with the number of images that are done.
    /// - Throws: what the session throws.
    public init(
        running session: InferenceSession, on pixels: [UInt8], labels: [UInt8]? = nil,
        weights: [VariableName: TensorData] = [:],
        progress: (Int) -> Void = { _ in }
    ) throws(FormatError) {
        let empty = session.network.graph.collectors(session.network, weights)
        var layers = empty
        var score = ClassificationScore(
            classCount: session.classCount, isLabelled: labels != nil)
        var softmax = SoftmaxSummary(classCount: session.classCount)
        try session.observe(
            pixels: pixels, limit: BlockActivations.limit(layerCount: empty.count),
            make: { BlockActivations(layers: empty) }, look: { $0.add($2, of: $1) },
            body: { block in
                for index in layers.indices { layers[index].merge(block.layers[index]) }
                let done = score.count
                let known = labels?.dropFirst(done).prefix(block.logits.count / session.classCount)
                score.add(logits: block.logits.span, labels: Array(known ?? []))
                softmax.add(logits: block.logits.span)
                progress(score.count)
            })
        self.init(
            imageCount: score.count, layers: layers.map(\.activations),
            predictions: score.predictions, softmax: softmax, metrics: score.metrics)
    }
}

/// What the layers make of one block of images.
private struct BlockActivations: Sendable {
    private(set) var layers: [LayerCollector]
    /// What the last layer makes of them.
    private(set) var logits: [Float] = []

    /// About what a layer takes: its histogram, twice.
    private static let layerByteCount = 64 << 10

    /// How many blocks there may be at the same time, so that deep networks take no more memory
    /// than others.
    static func limit(layerCount: Int) -> Int {
        max(1, (64 << 20) / (max(layerCount, 1) * layerByteCount))
    }

    init(layers: [LayerCollector]) {
        self.layers = layers
    }

    /// Adds values of `layer`, when it is one that is looked at.
    mutating func add(_ values: Span<Float>, of layer: Layer) {
        guard let index = layers.firstIndex(where: { $0.layer == layer }) else { return }
        layers[index].add(values)
        if index == layers.count - 1 { logits = values.indices.map { values[$0] } }
    }
}

extension ModelGraph {
    /// A collector for every convolution and dense layer.
    fileprivate func collectors(
        _ network: BoundNetwork, _ weights: [VariableName: TensorData]
    ) -> [LayerCollector] {
        var collectors: [LayerCollector] = []
        for (place, index) in network.graphLayers.enumerated() {
            let layer = layers[index]
            let kernel: VariableName
            switch layer.operation {
            case .convolution2D(let convolution): kernel = convolution.weights
            case .dense(let name, _): kernel = name
            case .relu, .maxPool2D, .flatten: continue
            }
            let isFollowed = index + 1 < layers.count && layers[index + 1].operation == .relu
            collectors.append(
                LayerCollector(
                    layer, unitCount: network.geometry.layers[place].biasCount,
                    feedsReLU: isFollowed,
                    duplicateCount: weights[kernel].flatMap(WeightSymmetry.duplicateCount)))
        }
        return collectors
    }
}
