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
    ///   - progress: called with the number of images that are done.
    /// - Throws: what the session throws.
    public init(
        running session: InferenceSession, on pixels: [UInt8], labels: [UInt8]? = nil,
        progress: (Int) -> Void = { _ in }
    ) throws(FormatError) {
        let graph = session.network.graph
        var collectors = graph.collectors(session.network)
        var tally = PredictionTally(classCount: session.classCount)
        var metrics = labels.map { _ in ClassificationMetrics(classCount: session.classCount) }
        let last = collectors.indices.last
        try session.observe(pixels: pixels) { layer, values in
            guard let index = collectors.firstIndex(where: { $0.layer == layer }) else { return }
            collectors[index].add(values)
            guard index == last else { return }
            let done = tally.count
            tally.add(logits: values.span)
            if let labels {
                let end = min(tally.count, labels.count)
                metrics?.add(logits: values.span, labels: Array(labels[done..<end]).span)
            }
            progress(tally.count)
        }
        self.init(
            imageCount: tally.count, layers: collectors.map(\.activations),
            predictions: tally, metrics: metrics)
    }
}

extension ModelGraph {
    /// A collector for every convolution and dense layer.
    fileprivate func collectors(_ network: BoundNetwork) -> [LayerCollector] {
        var collectors: [LayerCollector] = []
        for (place, index) in network.graphLayers.enumerated() {
            let layer = layers[index]
            switch layer.operation {
            case .convolution2D, .dense: break
            case .relu, .maxPool2D, .flatten: continue
            }
            let isFollowed = index + 1 < layers.count && layers[index + 1].operation == .relu
            collectors.append(
                LayerCollector(
                    layer, unitCount: network.geometry.layers[place].biasCount,
                    feedsReLU: isFollowed))
        }
        return collectors
    }
}
