import LTFNKernels
import LTFNParallel
import Testing

/// Convolutions that are cut into Winograd's tiles, against the error that their matrices let
/// expect, for every image by itself.
@Suite("Tiled convolutions within the expected error")
struct TileAccuracyTests {
    /// The tiles that inference and training may cut: training avoids those above 4.
    static let inferenceTiles = [2, 4, 6, 7]
    static let trainingTiles = [2, 4]

    struct Shape: Sendable, CustomStringConvertible {
        var height, width, inputs, outputs: Int
        var padding: Padding = .same

        var description: String { "\(height)×\(width)×\(inputs)→\(outputs) \(padding)" }

        func geometry() throws -> ConvolutionGeometry {
            try ConvolutionGeometry(
                input: FeatureMap(height: height, width: width, channels: inputs), kernelHeight: 3,
                kernelWidth: 3, outputChannels: outputs, padding: padding)
        }
    }

    static let shapes: [Shape] = [
        .init(height: 1, width: 1, inputs: 16, outputs: 16),
        .init(height: 2, width: 3, inputs: 32, outputs: 16),
        .init(height: 4, width: 4, inputs: 16, outputs: 48),
        .init(height: 5, width: 13, inputs: 48, outputs: 16),
        .init(height: 6, width: 6, inputs: 16, outputs: 32),
        .init(height: 7, width: 7, inputs: 32, outputs: 32, padding: .valid),
        .init(height: 9, width: 8, inputs: 16, outputs: 48, padding: .valid),
        .init(height: 14, width: 14, inputs: 32, outputs: 16),
        .init(height: 28, width: 28, inputs: 16, outputs: 16),
        .init(height: 3, width: 31, inputs: 16, outputs: 16),
    ]

    @Test("Forward", arguments: shapes)
    func forward(shape: Shape) throws {
        let geometry = try shape.geometry()
        let expected = Rounding.forward(.convolution(geometry), tiles: Self.inferenceTiles)
        for images in shape.height < 14 ? [1, 3, 10] : [3] {
            var numbers = Numbers(UInt64(images))
            let x = numbers.values(images * geometry.input.elementCount)
            let w = numbers.values(geometry.kernelCount)
            let b = numbers.values(shape.outputs)
            let exact = Reference.convolution(x, images: images, kernel: w, bias: b, geometry)
            for set in InstructionSet.supported {
                let engine = try ForwardEngine(
                    NetworkGeometry(input: geometry.input, layers: [.convolution(geometry)]),
                    parameters: [LayerParameters(kernel: floats(w), bias: floats(b))],
                    maximumBatch: images, parallelism: Parallelism(threadCount: 2),
                    instructionSet: set)
                let found = doubles(try engine.logits(.floats(floats(x))))
                // Images share tiles: none may spoil another.
                let count = geometry.output.elementCount
                for image in 0..<images {
                    let range = (image * count)..<((image + 1) * count)
                    #expect(
                        distance(Array(found[range]), Array(exact[range]))
                            < Rounding.allowance * expected, "\(set)")
                }
            }
        }
    }

    @Test(
        "Images of very different size do not spoil one another",
        arguments: InstructionSet.supported)
    func scales(set: InstructionSet) throws {
        let geometry = try Shape(height: 7, width: 9, inputs: 16, outputs: 16).geometry()
        let expected = Rounding.forward(.convolution(geometry), tiles: Self.inferenceTiles)
        var numbers = Numbers(77)
        let w = numbers.values(geometry.kernelCount)
        let bias = [Double](repeating: 0, count: 16)
        let x = (0..<10).flatMap {
            numbers.values(geometry.input.elementCount, scale: $0 % 2 == 0 ? 1 : 0x1p-30)
        }
        let engine = try ForwardEngine(
            NetworkGeometry(input: geometry.input, layers: [.convolution(geometry)]),
            parameters: [LayerParameters(kernel: floats(w), bias: floats(bias))],
            maximumBatch: 10, parallelism: Parallelism(threadCount: 1), instructionSet: set)
        let found = doubles(try engine.logits(.floats(floats(x))))
        let exact = Reference.convolution(x, images: 10, kernel: w, bias: bias, geometry)
        let count = geometry.output.elementCount
        for image in stride(from: 0, to: 10, by: 2) {
            let range = (image * count)..<((image + 1) * count)
            #expect(
                distance(Array(found[range]), Array(exact[range])) < Rounding.allowance * expected)
        }
    }
}
