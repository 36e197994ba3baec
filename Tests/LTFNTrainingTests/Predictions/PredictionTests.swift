import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNFiles
import LTFNFormat
import LTFNInference
import LTFNKernels
import LTFNParallel
import Synchronization
import TestSupport
import Testing

/// What the kept model says of MNIST's test images, fast and by the reference in double precision.
///
/// LTFN_PREDICTION_COUNT sets how many of the 10,000 images are taken, evenly spread; the reference
/// needs a twentieth of a second for each, so the tests take few. tools/check-predictions takes
/// all.
@Suite("Predictions on MNIST")
struct PredictionTests {
    private static let dataFolder = ProcessInfo.processInfo.environment["LTFN_DATA_DIR"]

    private static var imageCount: Int {
        let text = ProcessInfo.processInfo.environment["LTFN_PREDICTION_COUNT"]
        return text.flatMap(Int.init) ?? 100
    }

    private static func model() throws -> Checkpoint {
        let path = Repository.path("Fixtures/models/tutorial.ltfn")
        return try Checkpoint(
            reading: NativeFormat().open(FileSource(path: path), limits: .standard))
    }

    @Test(
        "every instruction set predicts what the reference predicts, but for exact ties",
        .enabled(if: dataFolder != nil, "LTFN_DATA_DIR is not set"))
    func agreement() throws {
        let checkpoint = try Self.model()
        let graph = try #require(checkpoint.manifest.graph)
        let network = try BoundNetwork(graph: graph) { checkpoint[$0]?.info.shape }
        var values: [VariableName: TensorData] = [:]
        for name in graph.variableNames { values[name] = checkpoint[name] }
        let parameters = try network.layerParameters(values)

        let images = try Dataset(directory: #require(Self.dataFolder)).test.images
        let count = min(Self.imageCount, images.count)
        let chosen = (0..<count).map { $0 * images.count / count }
        let pixels = chosen.flatMap { Array(images.pixels(of: $0)) }
        let parallelism = Parallelism()
        let expected = Self.reference(network, parameters, pixels, count: count, parallelism)

        let classes = network.geometry.classCount
        for set in InstructionSet.supported {
            let engine = try ForwardEngine(
                network.geometry, parameters: parameters, maximumBatch: 100,
                parallelism: parallelism,
                instructionSet: set)
            let found = try engine.logits(graph.batch(of: pixels))
            var worst = 0.0
            for image in 0..<count {
                let range = (image * classes)..<((image + 1) * classes)
                let exact = Array(expected[range])
                let mine = found[range].map(Double.init)
                let largest = exact.max() ?? 0
                let leaders = exact.indices.filter { exact[$0] == largest }
                let guess = mine.firstIndex(of: mine.max() ?? 0)
                #expect(
                    guess.map { leaders.contains($0) } == true, "image \(chosen[image]), \(set)")
                worst = max(worst, zip(mine, exact).map { abs($0 - $1) }.max() ?? .infinity)
            }
            // The error of tiles of 7 in a few layers, times logits of some ten.
            print("\(set.rawValue): \(count) images, logits differ by at most \(worst)")
            #expect(worst < 1e-3)
        }
    }

    /// The logits of all images, block by block on all threads.
    private static func reference(
        _ network: BoundNetwork, _ parameters: [LayerParameters], _ pixels: [UInt8], count: Int,
        _ parallelism: Parallelism
    ) -> [Double] {
        let (geometry, scale) = (network.geometry, Double(Float(network.graph.input.scale)))
        let kernels = parameters.map { $0.kernel.map(Double.init) }
        let biases = parameters.map { $0.bias.map(Double.init) }
        let size = geometry.input.elementCount
        let results = Mutex([[Double]](repeating: [], count: count))
        let done = Atomic(0)
        parallelism.forEach(count) { image in
            var x = pixels[(image * size)..<((image + 1) * size)].map { Double($0) * scale }
            for (index, layer) in geometry.layers.enumerated() {
                let (kernel, bias) = (kernels[index], biases[index])
                switch layer {
                case .convolution(let geometry):
                    x = Reference.convolution(x, images: 1, kernel: kernel, bias: bias, geometry)
                case .maxPool(let geometry):
                    x = Reference.maxPool(x, images: 1, geometry)
                case .relu: x = Reference.relu(x)
                case .dense: x = Reference.dense(x, images: 1, kernel: kernel, bias: bias)
                }
            }
            let logits = x
            results.withLock { $0[image] = logits }
            let number = done.add(1, ordering: .relaxed).newValue
            if number.isMultiple(of: 500) {
                FileHandle.standardError.write(Data("    \(number) of \(count) images\n".utf8))
            }
        }
        return results.withLock { $0.flatMap { $0 } }
    }
}
