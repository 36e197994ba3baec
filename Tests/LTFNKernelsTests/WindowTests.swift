import LTFNBytes
import LTFNKernels
import Testing

@Suite("Windows and geometry")
struct WindowTests {
    @Test(
        "SAME and VALID are TensorFlow's arithmetic",
        arguments: [
            // input, extent, stride, padding, output, before, after
            (28, 3, 1, Padding.same, 28, 1, 1),
            (28, 2, 2, Padding.same, 14, 0, 0),
            (7, 2, 2, Padding.same, 4, 0, 1),
            (5, 4, 1, Padding.same, 5, 1, 2),
            (13, 6, 5, Padding.same, 3, 1, 2),
            (13, 6, 5, Padding.valid, 2, 0, 0),
            (28, 3, 1, Padding.valid, 26, 0, 0),
            (7, 2, 2, Padding.valid, 3, 0, 0),
            (2, 7, 1, Padding.same, 2, 3, 3),
            (9, 1, 4, Padding.same, 3, 0, 0),
        ])
    func arithmetic(
        input: Int, extent: Int, stride: Int, padding: Padding, output: Int, before: Int, after: Int
    ) throws {
        let window = try Window(input: input, extent: extent, stride: stride, padding: padding)
        #expect(window.output == output)
        #expect(window.before == before)
        #expect(window.after == after)
    }

    @Test("Impossible shapes are errors, not traps")
    func impossible() {
        func code(_ body: () throws -> Void) -> FormatError.Code? {
            do {
                try body()
                return nil
            } catch { return (error as? FormatError)?.code }
        }
        #expect(
            code { _ = try Window(input: 2, extent: 3, stride: 1, padding: .valid) } == .corrupt)
        #expect(code { _ = try Window(input: 2, extent: 1, stride: 0, padding: .same) } == .corrupt)
        #expect(
            code { _ = try Window(input: 2, extent: .max, stride: 1, padding: .same) } == .corrupt)
        #expect(code { _ = try FeatureMap(height: 0, width: 1, channels: 1) } == .corrupt)
        #expect(
            code { _ = try FeatureMap(height: .max, width: 2, channels: 1) } == .limitExceeded)
        #expect(
            code {
                let input = try FeatureMap(height: 3, width: 3, channels: 1 << 20)
                _ = try ConvolutionGeometry(
                    input: input, kernelHeight: 3, kernelWidth: 3, outputChannels: 1 << 20,
                    padding: .same)
            } == .limitExceeded)
        #expect(
            code {
                let input = try FeatureMap(height: 2, width: 2, channels: 2)
                _ = try NetworkGeometry(input: input, layers: [.dense(inputs: 7, outputs: 3)])
            } == .corrupt)
    }
}
