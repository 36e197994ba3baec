import LTFNKernels
import LTFNParallel
import Testing

/// The gradients of one convolution, between a 1×1 convolution, whose gradient shows the gradient
/// to the input, and a dense layer. Nothing is cut off or chosen, so every error is one of
/// rounding.
@Suite("Gradients within the expected error")
struct GradientAccuracyTests {
    // A number by itself may be small by accident; norms of many are not.
    @Test("Direct", arguments: DirectAccuracyTests.shapes.dropFirst())
    func direct(shape: DirectAccuracyTests.Shape) throws {
        try check(shape.geometry())
    }

    @Test("Tiled", arguments: TileAccuracyTests.shapes)
    func tiled(shape: TileAccuracyTests.Shape) throws {
        try check(shape.geometry())
    }

    private func check(_ geometry: ConvolutionGeometry) throws {
        let source = try FeatureMap(
            height: geometry.input.height, width: geometry.input.width, channels: 3)
        let feeder = try ConvolutionGeometry(
            input: source, kernelHeight: 1, kernelWidth: 1,
            outputChannels: geometry.input.channels, padding: .same)
        let network = try NetworkGeometry(
            input: source,
            layers: [
                .convolution(feeder), .convolution(geometry),
                .dense(inputs: geometry.output.elementCount, outputs: 5),
            ])
        // As many images as the reference takes in a moment.
        for images in geometry.output.height < 14 ? [1, 9] : [2] {
            let sample = Sample(network, images: images, seed: UInt64(images))
            let exact = sample.reference.gradients(sample.images, labels: sample.labels)
            let errors = sample.expectedErrors(tiles: TileAccuracyTests.trainingTiles)
            for set in InstructionSet.supported {
                let engine = try GradientEngine(
                    network, parameters: sample.parameters, maximumBatch: images,
                    parallelism: Parallelism(threadCount: 2), instructionSet: set)
                _ = try engine.computeGradients(sample.batch, labels: sample.bytes)
                for (index, layer) in engine.currentGradients().enumerated() {
                    let (kernel, bias) = exact.gradients[index]
                    let most = Rounding.allowance * errors.gradients[index]
                    let places: Comment = "\(set), layer \(index)"
                    #expect(distance(doubles(layer.kernel), kernel) < most, places)
                    #expect(distance(doubles(layer.bias), bias) < most, places)
                }
            }
        }
    }
}
