import LTFNKernels
import Testing

/// Every gradient of the reference against central differences in double precision.
@Suite("Reference gradients")
struct ReferenceGradientTests {
    /// The gradient of `loss` at `point` by central differences.
    func differences(_ point: [Double], _ loss: ([Double]) -> Double) -> [Double] {
        let step = 1e-5
        return point.indices.map { index in
            var (up, down) = (point, point)
            up[index] += step
            down[index] -= step
            return (loss(up) - loss(down)) / (2 * step)
        }
    }

    func dot(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }

    @Test(
        "Convolution",
        arguments: [
            (5, 6, 2, 3, 3, 3, 1, 1, Padding.same), (7, 5, 1, 3, 2, 4, 2, 3, Padding.same),
            (7, 6, 3, 2, 3, 2, 2, 1, Padding.valid), (4, 4, 2, 2, 1, 1, 1, 1, Padding.valid),
        ])
    func convolution(
        height: Int, width: Int, channels: Int, outputs: Int, kernelHeight: Int, kernelWidth: Int,
        strideHeight: Int, strideWidth: Int, padding: Padding
    ) throws {
        let geometry = try ConvolutionGeometry(
            input: FeatureMap(height: height, width: width, channels: channels),
            kernelHeight: kernelHeight, kernelWidth: kernelWidth, outputChannels: outputs,
            strideHeight: strideHeight, strideWidth: strideWidth, padding: padding)
        var numbers = Numbers(1)
        let images = 2
        let x = numbers.values(images * geometry.input.elementCount)
        let w = numbers.values(geometry.kernelCount)
        let b = numbers.values(outputs)
        let dy = numbers.values(images * geometry.output.elementCount)
        func loss(_ x: [Double], _ w: [Double], _ b: [Double]) -> Double {
            dot(Reference.convolution(x, images: images, kernel: w, bias: b, geometry), dy)
        }
        #expect(
            distance(
                Reference.convolutionInputGradient(
                    outputGradient: dy, images: images, kernel: w, geometry),
                differences(x) { loss($0, w, b) }) < 1e-9)
        #expect(
            distance(
                Reference.convolutionKernelGradient(
                    input: x, outputGradient: dy, images: images, geometry),
                differences(w) { loss(x, $0, b) }) < 1e-9)
        #expect(
            distance(
                Reference.biasGradient(outputGradient: dy, channels: outputs),
                differences(b) { loss(x, w, $0) }) < 1e-9)
    }

    @Test(
        "Max-pooling",
        arguments: [
            (6, 6, 2, 2, Padding.valid), (7, 5, 3, 2, Padding.same), (5, 7, 2, 3, Padding.same),
        ])
    func pooling(height: Int, width: Int, window: Int, stride: Int, padding: Padding) throws {
        let geometry = try PoolingGeometry(
            input: FeatureMap(height: height, width: width, channels: 3), windowHeight: window,
            windowWidth: window, strideHeight: stride, strideWidth: stride, padding: padding)
        var numbers = Numbers(2)
        let x = numbers.values(2 * geometry.input.elementCount)
        let dy = numbers.values(2 * geometry.output.elementCount)
        #expect(
            distance(
                Reference.maxPoolGradient(input: x, outputGradient: dy, images: 2, geometry),
                differences(x) { dot(Reference.maxPool($0, images: 2, geometry), dy) }) < 1e-9)
    }

    @Test("The first of several largest values takes the gradient")
    func ties() throws {
        let geometry = try PoolingGeometry(
            input: FeatureMap(height: 2, width: 4, channels: 1), windowHeight: 2, windowWidth: 2,
            strideHeight: 2, strideWidth: 2, padding: .valid)
        let x: [Double] = [1, 3, 5, 5, 3, 3, 5, 5]
        let gradient = Reference.maxPoolGradient(
            input: x, outputGradient: [7, 9], images: 1, geometry)
        #expect(gradient == [0, 7, 9, 0, 0, 0, 0, 0])
    }

    @Test("Dense and ReLU")
    func dense() {
        var numbers = Numbers(3)
        let (images, inputs, outputs) = (3, 7, 4)
        let x = numbers.values(images * inputs)
        let w = numbers.values(inputs * outputs)
        let b = numbers.values(outputs)
        let dy = numbers.values(images * outputs)
        func loss(_ x: [Double], _ w: [Double]) -> Double {
            dot(Reference.relu(Reference.dense(x, images: images, kernel: w, bias: b)), dy)
        }
        let y = Reference.relu(Reference.dense(x, images: images, kernel: w, bias: b))
        let dz = Reference.reluGradient(output: y, outputGradient: dy)
        #expect(
            distance(
                Reference.denseInputGradient(outputGradient: dz, images: images, kernel: w),
                differences(x) { loss($0, w) }) < 1e-9)
        #expect(
            distance(
                Reference.denseKernelGradient(input: x, outputGradient: dz, images: images),
                differences(w) { loss(x, $0) }) < 1e-9)
    }

    @Test("Softmax cross-entropy")
    func crossEntropy() {
        var numbers = Numbers(4)
        let logits = numbers.values(4 * 5, scale: 3)
        let labels = [0, 4, 2, 2]
        #expect(
            distance(
                Reference.softmaxCrossEntropyGradient(logits: logits, labels: labels, classes: 5),
                differences(logits) {
                    Reference.softmaxCrossEntropy(logits: $0, labels: labels, classes: 5)
                }) < 1e-9)
    }

    @Test("Softmax cross-entropy stays finite for huge logits and honest for broken ones")
    func extremes() {
        func loss(_ logits: [Double], _ label: Int) -> Double {
            Reference.softmaxCrossEntropy(logits: logits, labels: [label], classes: logits.count)
        }
        #expect(loss([1e30, 0], 0) == 0)
        #expect(loss([1e30, 0], 1) == 1e30)
        #expect(loss([-1e30, -1e30], 1) == Double.logarithmOfTwo)
        #expect(loss([.nan, 0], 1).isNaN)
        #expect(loss([0, .nan], 0).isNaN)
        #expect(!loss([.infinity, 0], 1).isFinite)
        #expect(loss([0, -.infinity], 1) == .infinity)
    }
}

extension Double {
    fileprivate static let logarithmOfTwo = 0.693_147_180_559_945_3
}
