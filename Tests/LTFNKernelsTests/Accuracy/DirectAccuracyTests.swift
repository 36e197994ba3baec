import LTFNKernels
import LTFNParallel
import Testing

/// Kernels that add products as they stand, within the bound for sums in any order, element by
/// element: |found − exact| ≤ γ · (Σ |x|·|w| + |b|).
@Suite("Direct kernels within Higham's bound")
struct DirectAccuracyTests {
    struct Shape: Sendable, CustomStringConvertible {
        var height, width, inputs, outputs: Int
        var kernel: (Int, Int)
        var stride: (Int, Int)
        var padding: Padding = .same

        var description: String {
            "\(height)×\(width)×\(inputs)→\(outputs) "
                + "\(kernel.0)×\(kernel.1)/\(stride.0),\(stride.1) \(padding)"
        }

        func geometry() throws -> ConvolutionGeometry {
            try ConvolutionGeometry(
                input: FeatureMap(height: height, width: width, channels: inputs),
                kernelHeight: kernel.0, kernelWidth: kernel.1, outputChannels: outputs,
                strideHeight: stride.0, strideWidth: stride.1, padding: padding)
        }
    }

    static let shapes: [Shape] = [
        .init(height: 1, width: 1, inputs: 1, outputs: 1, kernel: (1, 1), stride: (1, 1)),
        .init(height: 1, width: 9, inputs: 3, outputs: 2, kernel: (1, 4), stride: (1, 1)),
        .init(height: 7, width: 5, inputs: 1, outputs: 64, kernel: (3, 3), stride: (1, 1)),
        .init(height: 9, width: 11, inputs: 17, outputs: 33, kernel: (3, 3), stride: (1, 1)),
        .init(height: 8, width: 6, inputs: 16, outputs: 35, kernel: (3, 3), stride: (2, 1)),
        .init(
            height: 13, width: 7, inputs: 5, outputs: 16, kernel: (5, 3), stride: (3, 2),
            padding: .valid),
        .init(height: 6, width: 15, inputs: 16, outputs: 16, kernel: (3, 3), stride: (2, 2)),
        .init(
            height: 5, width: 5, inputs: 31, outputs: 1, kernel: (2, 5), stride: (1, 1),
            padding: .valid),
        .init(height: 3, width: 2, inputs: 2, outputs: 49, kernel: (7, 7), stride: (2, 3)),
    ]

    @Test("Convolution", arguments: shapes, InstructionSet.supported)
    func convolution(shape: Shape, set: InstructionSet) throws {
        let geometry = try shape.geometry()
        for images in [1, 2, 11] {
            var numbers = Numbers(UInt64(images))
            let x = numbers.values(images * geometry.input.elementCount)
            let w = numbers.values(geometry.kernelCount)
            let b = numbers.values(shape.outputs)
            let found = try logits([.convolution(geometry)], geometry.input, x, w, b, set)
            func run(_ x: [Double], _ w: [Double], _ b: [Double]) -> [Double] {
                Reference.convolution(x, images: images, kernel: w, bias: b, geometry)
            }
            expectWithin(
                found, run(x, w, b), run(x.map(abs), w.map(abs), b.map(abs)),
                roundings: geometry.patchCount + 1)
        }
    }

    @Test(
        "Dense",
        arguments: [(1, 1), (7, 3), (33, 35), (129, 10), (300, 17), (64, 64)],
        InstructionSet.supported)
    func dense(counts: (Int, Int), set: InstructionSet) throws {
        let (inputs, outputs) = counts
        for images in [1, 5, 23] {
            var numbers = Numbers(UInt64(inputs))
            let x = numbers.values(images * inputs)
            let w = numbers.values(inputs * outputs)
            let b = numbers.values(outputs)
            let map = try FeatureMap(height: 1, width: 1, channels: inputs)
            let found = try logits([.dense(inputs: inputs, outputs: outputs)], map, x, w, b, set)
            func run(_ x: [Double], _ w: [Double], _ b: [Double]) -> [Double] {
                Reference.dense(x, images: images, kernel: w, bias: b)
            }
            expectWithin(
                found, run(x, w, b), run(x.map(abs), w.map(abs), b.map(abs)),
                roundings: inputs + 1)
        }
    }

    @Test("ReLU and max-pooling round nothing", arguments: InstructionSet.supported)
    func exact(set: InstructionSet) throws {
        for (height, width, channels, window, stride, padding) in [
            (7, 5, 3, 2, 2, Padding.same), (8, 6, 17, 2, 2, .valid), (9, 11, 16, 3, 2, .same),
            (5, 7, 33, 3, 1, .valid), (4, 4, 1, 1, 3, .valid), (6, 5, 32, 2, 1, .same),
        ] {
            let map = try FeatureMap(height: height, width: width, channels: channels)
            let pooling = try PoolingGeometry(
                input: map, windowHeight: window, windowWidth: window, strideHeight: stride,
                strideWidth: stride, padding: padding)
            var numbers = Numbers(UInt64(height))
            let x = numbers.values(3 * map.elementCount)
            let layers: [LayerGeometry] = [.relu, .maxPool(pooling)]
            let found = try logits(layers, map, x, [], [], set)
            let expected = Reference.maxPool(Reference.relu(x), images: 3, pooling)
            #expect(doubles(found) == expected)
        }
    }

    /// Runs the images through layers of which the first may have parameters.
    private func logits(
        _ layers: [LayerGeometry], _ map: FeatureMap, _ x: [Double], _ w: [Double], _ b: [Double],
        _ set: InstructionSet
    ) throws -> [Float] {
        var parameters = [LayerParameters](repeating: LayerParameters(), count: layers.count)
        parameters[0] = LayerParameters(kernel: floats(w), bias: floats(b))
        let engine = try ForwardEngine(
            NetworkGeometry(input: map, layers: layers), parameters: parameters, maximumBatch: 16,
            parallelism: Parallelism(threadCount: 2), instructionSet: set)
        return try engine.logits(.floats(floats(x)))
    }

    private func expectWithin(
        _ found: [Float], _ exact: [Double], _ magnitudes: [Double], roundings: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == exact.count, sourceLocation: sourceLocation)
        let worst = zip(zip(found, exact), magnitudes).map { values, magnitude in
            abs(Double(values.0) - values.1) / max(magnitude, .leastNormalMagnitude)
        }.max()
        #expect(
            worst ?? 0 <= Rounding.gamma(roundings), "\(roundings) roundings",
            sourceLocation: sourceLocation)
    }
}
