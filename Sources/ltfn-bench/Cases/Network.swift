import LTFNCheckpoint
import LTFNInference
import LTFNKernels
import LTFNParallel
import LTFNTraining

private let batchSize = 100

/// The tutorial's network with its default initial values.
func tutorialVariables(seed: UInt64 = 1) throws -> [InitialVariable] {
    let model = ModelCatalogue.tutorialConvnet
    return try model.initialVariables(recipes: model.recipes(under: []), seed: seed)
}

private func tutorialParameters() throws -> [VariableName: TensorData] {
    Dictionary(uniqueKeysWithValues: try tutorialVariables().map { ($0.name, $0.tensor) })
}

/// A batch that costs what every batch costs: the kernels' time does not depend on the values.
private func someImages() -> (pixels: [Float], labels: [UInt8]) {
    let pixels = (0..<batchSize * 784).map { Float($0 * 7919 % 256) / 255 }
    return (pixels, (0..<batchSize).map { UInt8($0 % 10) })
}

extension Benchmark {
    static let trainStep = Benchmark(
        name: "train/step", unit: .images, peers: ["train/tensorflow", "train/torch"]
    ) { settings in
        let step = try TrainingStep(
            graph: ModelCatalogue.tutorialConvnet.graph, parameters: tutorialParameters(),
            batchSize: batchSize, pool: ThreadPool(threadCount: settings.threadCount))
        let (pixels, labels) = someImages()
        return {
            let seconds = try measure {
                _ = try step.run(images: .floats(pixels), labels: labels, learningRate: 0.001)
            }
            return Sample(seconds: seconds, work: Double(batchSize))
        }
    }

    static let inferenceBatch = Benchmark(
        name: "infer/batch", unit: .images,
        peers: ["infer/ncnn", "infer/onnxruntime", "infer/tensorflow", "infer/torch"]
    ) { settings in
        let session = try InferenceSession(
            graph: ModelCatalogue.tutorialConvnet.graph, parameters: tutorialParameters(),
            maximumBatch: batchSize, pool: ThreadPool(threadCount: settings.threadCount))
        let (pixels, _) = someImages()
        // Ten batches: a sample of theirs takes about as long.
        let count = 10
        return {
            let seconds = try measure {
                for _ in 0..<count { _ = try session.logits(images: pixels) }
            }
            return Sample(seconds: seconds, work: Double(count * batchSize))
        }
    }
}
