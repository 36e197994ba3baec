import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNKernels
import LTFNTraining

let batchSize = 100

/// The tutorial's network with its default initial values.
func tutorialVariables(seed: UInt64 = 1) throws -> [InitialVariable] {
    let model = ModelCatalogue.tutorialConvnet
    return try model.initialVariables(recipes: model.recipes(under: []), seed: seed)
}

/// The tutorial's network, its shapes known.
func tutorialGeometry() throws -> NetworkGeometry {
    let model = ModelCatalogue.tutorialConvnet
    let shapes = Dictionary(uniqueKeysWithValues: model.variables.map { ($0.name, $0.shape) })
    return try BoundNetwork(graph: model.graph) { shapes[$0] }.geometry
}

private func tutorialParameters() throws -> (NetworkGeometry, [LayerParameters]) {
    let graph = ModelCatalogue.tutorialConvnet.graph
    let values = Dictionary(
        uniqueKeysWithValues: try tutorialVariables().map { ($0.name, $0.tensor) })
    let network = try BoundNetwork(graph: graph) { values[$0]?.info.shape }
    return (network.geometry, try network.layerParameters(values))
}

/// A batch that costs what every batch costs: the kernels' time does not depend on the values.
func someImages(_ map: FeatureMap, classes: Int) -> (pixels: ImageBatch, labels: [UInt8]) {
    let pixels = (0..<batchSize * map.elementCount).map { Float($0 * 7919 % 256 + 1) / 256 }
    return (.floats(pixels), (0..<batchSize).map { UInt8($0 % min(classes, 10)) })
}

extension Benchmark {
    static func trainStep(_ settings: BenchmarkSettings) -> Benchmark {
        training(
            "train/step", .selected(settings), peers: ["train/tensorflow", "train/torch"])
    }

    static func inferenceBatch(_ settings: BenchmarkSettings) -> Benchmark {
        inference(
            "infer/batch", .selected(settings),
            peers: ["infer/ncnn", "infer/onnxruntime", "infer/tensorflow", "infer/torch"])
    }

    /// The whole step and the whole batch in one place.
    static func network(_ place: ComputingPlace) -> [Benchmark] {
        [
            training("train/step/\(place)", place, peers: []),
            inference("infer/batch/\(place)", place, peers: []),
        ]
    }

    static func peak(_ place: ComputingPlace) -> [Benchmark] {
        [
            Benchmark(name: "peak/\(place)", unit: .operations) { _ in
                Work { Peaks.sample(place) }
            }
        ]
    }

    private static func training(
        _ name: String, _ place: ComputingPlace, peers: [String]
    ) -> Benchmark {
        Benchmark(
            name: name, unit: .images, peers: peers,
            arithmetic: Arithmetic(of: LayerCase.tutorial, .training, place)
        ) { _ in
            let (geometry, parameters) = try tutorialParameters()
            let engine = try GradientEngine(
                geometry, parameters: parameters, maximumBatch: batchSize,
                parallelism: place.parallelism,
                instructionSet: place.instructionSet)
            let (pixels, labels) = someImages(geometry.input, classes: geometry.classCount)
            return Work {
                let seconds = try measure {
                    _ = try engine.step(pixels, labels: labels, learningRate: 0.001)
                }
                return Sample(seconds: seconds, work: Double(batchSize))
            }
        }
    }

    private static func inference(
        _ name: String, _ place: ComputingPlace, peers: [String]
    ) -> Benchmark {
        Benchmark(
            name: name, unit: .images, peers: peers,
            arithmetic: Arithmetic(of: LayerCase.tutorial, .forward, place)
        ) { _ in
            let (geometry, parameters) = try tutorialParameters()
            let engine = try ForwardEngine(
                geometry, parameters: parameters, maximumBatch: batchSize,
                parallelism: place.parallelism,
                instructionSet: place.instructionSet)
            let (pixels, _) = someImages(geometry.input, classes: geometry.classCount)
            // Ten batches: a sample of a peer takes about as long.
            let count = peers.isEmpty ? 1 : 10
            return Work {
                let seconds = try measure {
                    for _ in 0..<count { _ = try engine.logits(pixels) }
                }
                return Sample(seconds: seconds, work: Double(count * batchSize))
            }
        }
    }
}
