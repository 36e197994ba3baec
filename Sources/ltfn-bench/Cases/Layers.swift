import LTFNBytes
import LTFNKernels

/// Each layer of the tutorial's network by itself.
///
/// A layer stands in a frame, so that its input comes out of the caches as in the network and its
/// output need not be copied: before it a 1×1 convolution of one channel with a ReLU, after it a
/// pooling that takes one pixel. The frame alone is measured too, and its time taken off.
extension Benchmark {
    static func layers(_ place: ComputingPlace) -> [Benchmark] {
        LayerCase.tutorial.flatMap { layer in
            LayerCase.Pass.allCases.map { pass in
                Benchmark(
                    name: "layer/\(layer.name)/\(pass.rawValue)/\(place)", unit: .images,
                    arithmetic: Arithmetic(of: [layer], pass, place)
                ) { _ in
                    let frame = layer.needsInputGradient ? try layer.frame() : nil
                    return try Work(
                        repeating: Double(batchSize),
                        frame: frame.map { try runner($0, pass, place) },
                        runner(layer.framed(), pass, place))
                }
            }
        }
    }

    /// Runs a batch through a network.
    private static func runner(
        _ network: NetworkGeometry, _ pass: LayerCase.Pass, _ place: ComputingPlace
    ) throws -> () throws -> Void {
        let parameters = network.layers.map { layer in
            LayerParameters(
                kernel: (0..<layer.kernelCount).map { Float($0 % 17 + 1) / 512 },
                bias: [Float](repeating: 0.01, count: layer.biasCount))
        }
        let (pixels, labels) = someImages(network.input, classes: network.classCount)
        switch pass {
        case .forward:
            let engine = try ForwardEngine(
                network, parameters: parameters, maximumBatch: batchSize,
                parallelism: place.parallelism,
                instructionSet: place.instructionSet)
            return { _ = try engine.logits(pixels) }
        case .training:
            let engine = try GradientEngine(
                network, parameters: parameters, maximumBatch: batchSize,
                parallelism: place.parallelism,
                instructionSet: place.instructionSet)
            return { _ = try engine.computeGradients(pixels, labels: labels) }
        }
    }
}

extension LayerCase {
    /// The layer between what makes its input and what takes its output.
    fileprivate func framed() throws -> NetworkGeometry {
        guard needsInputGradient else {
            return try NetworkGeometry(input: input, layers: layers + onePixel(of: output))
        }
        let (source, feeder) = try feeder()
        return try NetworkGeometry(input: source, layers: feeder + layers + onePixel(of: output))
    }

    /// The same without the layer.
    fileprivate func frame() throws -> NetworkGeometry {
        let (source, feeder) = try feeder()
        return try NetworkGeometry(input: source, layers: feeder + onePixel(of: input))
    }

    /// What the last convolution or pooling makes; nil after a dense layer.
    private var output: FeatureMap? {
        var map: FeatureMap? = input
        for layer in layers {
            switch layer {
            case .convolution(let geometry): map = geometry.output
            case .maxPool(let geometry): map = geometry.output
            case .dense: map = nil
            case .relu: break
            }
        }
        return map
    }

    private func feeder() throws -> (FeatureMap, [LayerGeometry]) {
        let source = try FeatureMap(height: input.height, width: input.width, channels: 1)
        let convolution = try ConvolutionGeometry(
            input: source, kernelHeight: 1, kernelWidth: 1, outputChannels: input.channels,
            padding: .same)
        return (source, [.convolution(convolution), .relu])
    }

    private func onePixel(of map: FeatureMap?) throws -> [LayerGeometry] {
        guard let map else { return [] }
        return [
            .maxPool(
                try PoolingGeometry(
                    input: map, windowHeight: 1, windowWidth: 1, strideHeight: map.height,
                    strideWidth: map.width, padding: .valid))
        ]
    }
}
