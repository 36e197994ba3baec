import LTFNKernels

/// A whole network in the reference implementation, double precision.
struct ReferenceNetwork {
    let geometry: NetworkGeometry
    var parameters: [LayerParameters]

    /// What goes into each layer, and at the end the logits.
    func forward(_ images: [Double], count: Int) -> [[Double]] {
        var values = [images]
        for (index, layer) in geometry.layers.enumerated() {
            let kernel = doubles(parameters[index].kernel)
            let bias = doubles(parameters[index].bias)
            let x = values[values.count - 1]
            switch layer {
            case .convolution(let geometry):
                values.append(
                    Reference.convolution(x, images: count, kernel: kernel, bias: bias, geometry))
            case .maxPool(let geometry):
                values.append(Reference.maxPool(x, images: count, geometry))
            case .relu:
                values.append(Reference.relu(x))
            case .dense:
                values.append(
                    Reference.dense(x, images: count, kernel: kernel, bias: bias))
            }
        }
        return values
    }

    /// The mean loss and each layer's gradients to kernel and bias.
    func gradients(
        _ images: [Double], labels: [Int]
    ) -> (loss: Double, gradients: [(kernel: [Double], bias: [Double])]) {
        let count = labels.count
        let values = forward(images, count: count)
        let logits = values[values.count - 1]
        let classes = geometry.classCount
        let loss = Reference.softmaxCrossEntropy(logits: logits, labels: labels, classes: classes)
        var dy = Reference.softmaxCrossEntropyGradient(
            logits: logits, labels: labels, classes: classes)
        var result: [(kernel: [Double], bias: [Double])] = []
        for (index, layer) in geometry.layers.enumerated().reversed() {
            let kernel = doubles(parameters[index].kernel)
            let x = values[index]
            switch layer {
            case .convolution(let geometry):
                result.append(
                    (
                        Reference.convolutionKernelGradient(
                            input: x, outputGradient: dy, images: count, geometry),
                        Reference.biasGradient(
                            outputGradient: dy, channels: geometry.output.channels)
                    ))
                dy = Reference.convolutionInputGradient(
                    outputGradient: dy, images: count, kernel: kernel, geometry)
            case .maxPool(let geometry):
                result.append(([], []))
                dy = Reference.maxPoolGradient(
                    input: x, outputGradient: dy, images: count, geometry)
            case .relu:
                result.append(([], []))
                dy = Reference.reluGradient(output: values[index + 1], outputGradient: dy)
            case .dense(_, let outputs):
                result.append(
                    (
                        Reference.denseKernelGradient(
                            input: x, outputGradient: dy, images: count),
                        Reference.biasGradient(outputGradient: dy, channels: outputs)
                    ))
                dy = Reference.denseInputGradient(
                    outputGradient: dy, images: count, kernel: kernel)
            }
        }
        return (loss, result.reversed())
    }
}

/// Networks of every kind of layer in awkward sizes.
enum SampleNetwork: String, CaseIterable, Sendable, CustomStringConvertible {
    case odd, strided, winograd, wide, dense, bare, mixed

    var description: String { rawValue }

    func geometry() throws -> NetworkGeometry {
        var builder: Builder
        switch self {
        case .odd:
            builder = try Builder(7, 5, 3)
            try builder.convolution(3, 2, 5)
            builder.layers.append(.relu)
            try builder.pool(2, 2, .same)
            try builder.convolution(2, 3, 7, padding: .valid)
            builder.layers.append(.relu)
            builder.dense(3)
        case .strided:
            builder = try Builder(11, 9, 2)
            try builder.convolution(5, 5, 17, stride: 2)
            builder.layers.append(.relu)
            try builder.convolution(3, 3, 33, stride: 3)
            builder.dense(11)
        case .winograd:
            builder = try Builder(10, 9, 1)
            try builder.convolution(3, 3, 16)
            builder.layers.append(.relu)
            try builder.convolution(3, 3, 32)
            builder.layers.append(.relu)
            try builder.pool(2, 2, .valid)
            try builder.convolution(3, 3, 48)
            builder.layers.append(.relu)
            try builder.pool(2, 2, .same)
            builder.dense(10)
        case .wide:
            builder = try Builder(6, 7, 16)
            try builder.convolution(3, 3, 64, padding: .valid)
            builder.layers.append(.relu)
            try builder.convolution(3, 3, 16, padding: .valid)
            builder.dense(35)
            builder.layers.append(.relu)
            builder.dense(10)
        case .dense:
            builder = try Builder(4, 5, 1)
            for outputs in [33, 16, 10] {
                builder.dense(outputs)
                builder.layers.append(.relu)
            }
        case .bare:
            builder = try Builder(3, 2, 2)
            builder.layers.append(.relu)
        case .mixed:
            builder = try Builder(9, 8, 20)
            builder.layers.append(.relu)
            try builder.pool(3, 2, .same)
            builder.layers.append(.relu)
            try builder.convolution(1, 1, 40)
            try builder.convolution(3, 3, 20)
            builder.layers += [.relu, .relu]
            try builder.pool(3, 1, .valid)
            builder.dense(5)
        }
        return try NetworkGeometry(input: builder.input, layers: builder.layers)
    }

    private struct Builder {
        let input: FeatureMap
        var map: FeatureMap
        var count: Int
        var layers: [LayerGeometry] = []

        init(_ height: Int, _ width: Int, _ channels: Int) throws {
            input = try FeatureMap(height: height, width: width, channels: channels)
            map = input
            count = input.elementCount
        }

        mutating func convolution(
            _ height: Int, _ width: Int, _ outputs: Int, stride: Int = 1, padding: Padding = .same
        ) throws {
            let geometry = try ConvolutionGeometry(
                input: map, kernelHeight: height, kernelWidth: width, outputChannels: outputs,
                strideHeight: stride, strideWidth: stride, padding: padding)
            map = geometry.output
            count = map.elementCount
            layers.append(.convolution(geometry))
        }

        mutating func pool(_ window: Int, _ stride: Int, _ padding: Padding) throws {
            let geometry = try PoolingGeometry(
                input: map, windowHeight: window, windowWidth: window, strideHeight: stride,
                strideWidth: stride, padding: padding)
            map = geometry.output
            count = map.elementCount
            layers.append(.maxPool(geometry))
        }

        mutating func dense(_ outputs: Int) {
            layers.append(.dense(inputs: count, outputs: outputs))
            count = outputs
        }
    }
}

/// A network with parameters, images and labels.
struct Sample {
    let geometry: NetworkGeometry
    let parameters: [LayerParameters]
    let images: [Double]
    let labels: [Int]

    init(_ network: SampleNetwork, images count: Int) throws {
        self.init(try network.geometry(), images: count, seed: 5)
    }

    init(_ geometry: NetworkGeometry, images count: Int, seed: UInt64) {
        var numbers = Numbers(seed)
        parameters = geometry.layers.map { layer in
            let fanIn = Double(max(1, layer.kernelCount / max(1, layer.biasCount)))
            return LayerParameters(
                kernel: floats(
                    numbers.values(layer.kernelCount, scale: (6 / fanIn).squareRoot())),
                bias: floats(numbers.values(layer.biasCount, scale: 0.3)))
        }
        images = numbers.values(count * geometry.input.elementCount)
        labels = numbers.labels(count, below: geometry.classCount)
        self.geometry = geometry
    }

    var reference: ReferenceNetwork {
        ReferenceNetwork(geometry: geometry, parameters: parameters)
    }
    var batch: ImageBatch { .floats(floats(images)) }
    var bytes: [UInt8] { labels.map { UInt8($0) } }
}
