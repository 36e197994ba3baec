import LTFNBytes
import LTFNKernels

/// A layer with weights and what follows it up to the next one, cut out of a network.
struct LayerCase: Sendable {
    /// As the tutorial names the variables: `layer2`, `fully_connected`.
    let name: String
    let input: FeatureMap
    let layers: [LayerGeometry]
    /// Whether the network asks for the gradient to the layer's input.
    let needsInputGradient: Bool

    /// What is done with the layer.
    enum Pass: String, CaseIterable {
        case forward
        /// Forward and the gradients to the kernel, to the bias and, but for the first layer, to
        /// the input.
        case training
    }

    /// The layers of the tutorial's network.
    static let tutorial: [LayerCase] = (try? tutorialGeometry()).map { all(of: $0) } ?? []

    private static func all(of network: NetworkGeometry) -> [LayerCase] {
        var result: [LayerCase] = []
        var map = network.input
        var group: [LayerGeometry] = []
        var start = map
        func close() {
            guard let first = group.first else { return }
            let isDense = if case .dense = first { true } else { false }
            result.append(
                LayerCase(
                    name: isDense ? "fully_connected" : "layer\(result.count + 1)", input: start,
                    layers: group, needsInputGradient: !result.isEmpty))
        }
        for layer in network.layers {
            if layer.kernelCount > 0 {
                close()
                (group, start) = ([], map)
            }
            group.append(layer)
            switch layer {
            case .convolution(let geometry): map = geometry.output
            case .maxPool(let geometry): map = geometry.output
            case .relu, .dense: break
            }
        }
        close()
        return result
    }

    /// Multiply-adds of the direct method for one image, forward.
    var multiplyAddCount: Int {
        switch layers[0] {
        case .convolution(let geometry): geometry.multiplyAddCount
        case .dense(let inputs, let outputs): inputs * outputs
        case .maxPool, .relu: 0
        }
    }

    /// The outputs of the layer with weights, for one image.
    private var outputCount: Int {
        switch layers[0] {
        case .convolution(let geometry): geometry.output.elementCount
        case .dense(_, let outputs): outputs
        case .maxPool, .relu: input.elementCount
        }
    }

    /// How often the multiply-adds are done: each gradient takes as many as the forward pass.
    func productCount(_ pass: Pass) -> Int {
        pass == .forward ? 1 : needsInputGradient ? 3 : 2
    }

    /// Bytes of input, kernel and output of one product for a whole batch, each taken once.
    var operandByteCount: Int {
        4 * (batchSize * (input.elementCount + outputCount) + layers[0].kernelCount)
    }
}

extension Arithmetic {
    /// Of all `layers` together, for an image of a batch.
    init(of layers: [LayerCase], _ pass: LayerCase.Pass, _ place: ComputingPlace) {
        var (operations, bytes) = (0, 0)
        for layer in layers {
            operations += 2 * layer.multiplyAddCount * layer.productCount(pass)
            bytes += layer.operandByteCount * layer.productCount(pass)
        }
        self.init(
            operationCount: Double(operations),
            byteCount: Double(bytes) / Double(batchSize), place: place)
    }
}
