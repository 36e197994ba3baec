import CKernels

/// What a part of a batch showed.
struct PartResult: Sendable {
    /// The sum of the images' losses.
    var loss = 0.0
    /// Images whose largest logit is that of their label.
    var correct = 0
}

extension NetworkPlan {
    /// Adds the gradients of `count` images, which `forward` has just run, to `sums`.
    ///
    /// - Parameter weight: what each image's loss counts for: 1 / batch size for the mean.
    func backward(
        count: Int, labels: UnsafePointer<Int32>, weight: Double, packed: UnsafePointer<Float>,
        lane: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
    ) -> PartResult {
        var result = PartResult()
        var correct: Int64 = 0
        let last = stages.count
        let logits = unsafe lane + activationOffsets[last]
        let seed = unsafe lane + gradientOffsets[last % 2]
        result.loss = unsafe ck_softmax_cross_entropy(
            Int64(count), Int64(geometry.classCount), logits, labels, weight, seed, &correct)
        result.correct = Int(correct)
        if stages[last - 1].relu {
            unsafe ck_relu_gradient(
                cpu, Int64(count * geometry.classCount), logits, seed, seed)
        }
        for index in stages.indices.reversed() {
            unsafe addParameterGradients(index, count: count, lane: lane, sums: sums)
            if index > 0 {
                unsafe inputGradient(index, count: count, packed: packed, lane: lane)
            }
        }
        return result
    }

    private func addParameterGradients(
        _ index: Int, count: Int, lane: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[index]
        let x = unsafe lane + activationOffsets[index]
        let dy = unsafe lane + gradientOffsets[(index + 1) % 2]
        let kernelSum = unsafe sums + kernelSumOffsets[index]
        let biasSum = unsafe sums + biasSumOffsets[index]
        switch stage.operation {
        case .convolution(var window):
            unsafe ck_convolution_kernel_gradient(
                cpu, &window, Int64(count), x, dy, kernelSum, lane + scratchOffset)
        case .winograd(var winograd, _):
            unsafe ck_winograd_kernel_gradient(
                cpu, &winograd, Int64(count), x, dy, kernelSum, lane + scratchOffset)
        case .dense(let inputs, let outputs):
            unsafe ck_gemm_transposed(
                cpu, Int64(inputs), Int64(outputs), Int64(count), x, Int64(inputs), dy,
                Int64(outputs), kernelSum, Int64(outputs))
        case .maxPool, .relu:
            return
        }
        unsafe ck_bias_gradient(
            cpu, Int64(count * stage.outputCount / stage.biasCount), Int64(stage.biasCount), dy,
            biasSum)
    }

    private func inputGradient(
        _ index: Int, count: Int, packed: UnsafePointer<Float>, lane: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[index]
        let x = unsafe lane + activationOffsets[index]
        let y = unsafe lane + activationOffsets[index + 1]
        let dy = unsafe lane + gradientOffsets[(index + 1) % 2]
        let dx = unsafe lane + gradientOffsets[index % 2]
        let turned = unsafe packed + turnedOffsets[index]
        let masked = stages[index - 1].relu
        switch stage.operation {
        case .convolution(var window):
            unsafe ck_convolution_input_gradient(
                cpu, &window, Int64(count), dy, turned, masked ? UnsafePointer(x) : nil, dx,
                lane + scratchOffset)
        case .winograd(_, var window):
            unsafe ck_winograd_convolution(
                cpu, &window, Int64(count), dy, turned, nil, 0, masked ? UnsafePointer(x) : nil, dx,
                lane + scratchOffset)
        case .maxPool(var window):
            unsafe ck_max_pool_gradient(
                cpu, &window, Int64(count), x, y, dy, masked ? 1 : 0, dx)
        case .relu:
            unsafe ck_relu_gradient(cpu, Int64(count * stage.outputCount), y, dy, dx)
        case .dense(let inputs, let outputs):
            unsafe ck_gemm(
                cpu, Int64(count), Int64(inputs), Int64(outputs), dy, Int64(outputs), turned, nil,
                0, dx, Int64(inputs))
            if masked {
                unsafe ck_relu_gradient(cpu, Int64(count * inputs), x, dx, dx)
            }
        }
    }
}
