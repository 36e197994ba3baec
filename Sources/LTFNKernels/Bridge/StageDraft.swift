import CKernels

/// A stage before it is known how many images go through it together: which layers it takes in.
struct StageDraft {
    let layer: Int
    let geometry: LayerGeometry
    var relu = false
    var pooling: PoolingGeometry?
    let inputCount: Int
    var outputCount: Int

    /// The network's layers, each with the ReLU and the 2×2 pooling after it where the kernels can
    /// do them together, and where nobody asks for what lies between.
    static func drafts(
        of geometry: NetworkGeometry, _ purpose: NetworkPlan.Purpose
    ) -> [StageDraft] {
        var drafts: [StageDraft] = []
        var current = geometry.input.elementCount
        for (index, layer) in geometry.layers.enumerated() {
            let output = geometry.outputCounts[index]
            defer { current = output }
            if purpose != .layers, drafts.last?.takesIn(layer) == true {
                drafts[drafts.count - 1].takeIn(layer, outputCount: output)
            } else {
                drafts.append(
                    StageDraft(
                        layer: index, geometry: layer, inputCount: current, outputCount: output))
            }
        }
        return drafts
    }

    private func takesIn(_ layer: LayerGeometry) -> Bool {
        switch (geometry, layer) {
        case (.convolution, .relu), (.dense, .relu): !relu && pooling == nil
        case (.convolution(let convolution), .maxPool(let pooling)):
            self.pooling == nil && WinogradPlan.suits(convolution) && WinogradPlan.suits(pooling)
        default: false
        }
    }

    private mutating func takeIn(_ layer: LayerGeometry, outputCount: Int) {
        if case .maxPool(let geometry) = layer {
            pooling = geometry
        } else {
            relu = true
        }
        self.outputCount = outputCount
    }

    /// What lies behind is smaller, or no image any more.
    var endsSegment: Bool {
        if case .maxPool = geometry { return true }
        return pooling != nil
    }

    /// Works on whole rows of values: more images at a time read its kernel less often.
    var isDense: Bool {
        if case .dense = geometry { return true }
        return false
    }

    /// Floats of one image before and after the stage, the larger of the two, before any pooling.
    var largestCount: Int {
        if case .convolution(let geometry) = geometry {
            return max(inputCount, geometry.output.elementCount)
        }
        return max(inputCount, outputCount)
    }

    func stage(
        kernelOffset: Int, _ purpose: NetworkPlan.Purpose, images: Int
    ) -> Stage {
        Stage(
            layer: layer, operation: operation(purpose, images: images), relu: relu,
            inputCount: inputCount, outputCount: outputCount, kernelOffset: kernelOffset,
            kernelCount: geometry.kernelCount, biasCount: geometry.biasCount)
    }

    private func operation(
        _ purpose: NetworkPlan.Purpose, images: Int
    ) -> Stage.Operation {
        switch geometry {
        case .convolution(let geometry) where WinogradPlan.suits(geometry):
            let plan = WinogradPlan(geometry, pooling: pooling, purpose, images: images)
            return .winograd(plan.forward, transposed: plan.transposed)
        case .convolution(let geometry): return .convolution(ck_window(geometry))
        case .maxPool(let geometry): return .maxPool(ck_window(geometry))
        case .relu: return .relu
        case .dense(let inputs, let outputs): return .dense(inputs: inputs, outputs: outputs)
        }
    }
}
