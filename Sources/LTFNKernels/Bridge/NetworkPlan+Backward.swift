import CKernels
import Synchronization

/// What a part of a batch showed.
struct PartResult: Sendable {
    /// The sum of the images' losses.
    var loss = 0.0
    /// Images whose largest logit is that of their label.
    var correct = 0
}

/// What every part of a batch showed, filled in by whichever thread runs the part.
final class PartResults: Sendable {
    let values: Mutex<[PartResult]>

    init(count: Int) {
        values = Mutex([PartResult](repeating: PartResult(), count: count))
    }
}

/// What one group of images needs on its way back.
@unsafe struct BackwardPass {
    let packed: UnsafePointer<Float>
    let lane: UnsafeMutablePointer<Float>
    /// The part's gradients, laid out as the parameters.
    let sums: UnsafeMutablePointer<Float>
    let images: Range<Int>
    /// CK_ACCUMULATE, but for the first images of a part.
    let flags: Int32
}

extension NetworkPlan {
    /// The gradients of `count` images, which `forward` has just run, added to `sums`.
    ///
    /// - Parameters:
    ///   - weight: what each image's loss counts for: 1 / batch size for the mean.
    ///   - adds: false for the first images of a part.
    func backward(
        count: Int, labels: UnsafePointer<Int32>, weight: Double, packed: UnsafePointer<Float>,
        lane: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>, adds: Bool
    ) -> PartResult {
        var result = PartResult()
        var correct: Int64 = 0
        let last = stages.count
        let logits = unsafe lane + activations[last].offset
        let seed = unsafe lane + gradients[last].offset
        result.loss = unsafe ck_softmax_cross_entropy(
            Int64(count), Int64(geometry.classCount), logits, labels, weight, seed, &correct)
        result.correct = Int(correct)
        if stages[last - 1].relu {
            unsafe ck_relu_gradient(
                cpu, Int64(count * geometry.classCount), logits, seed, seed)
        }
        for segment in segments.reversed() {
            segment.forEachGroup(of: count) { images in
                let pass = unsafe BackwardPass(
                    packed: packed, lane: lane, sums: sums, images: images,
                    flags: adds || images.lowerBound > 0 ? Int32(CK_ACCUMULATE) : 0)
                for index in segment.stages.reversed() { unsafe backward(index, pass) }
            }
        }
        return result
    }

    private func backward(_ index: Int, _ pass: BackwardPass) {
        let group = unsafe pass.images.lowerBound
        var dy = unsafe UnsafePointer(pass.lane + gradients[index + 1].offset(group: group))
        if case .winograd(var winograd, _) = stages[index].operation,
            let winners = unsafe winners(index, pass.images, pass.lane)
        {
            let unpooled = unsafe pass.lane + unpooledOffsets[index]
            unsafe ck_unpool(
                cpu, &winograd, Int64(pass.images.count), dy, winners, unpooled)
            unsafe dy = UnsafePointer(unpooled)
        }
        unsafe addParameterGradients(index, dy, pass)
        if index > 0 { unsafe inputGradient(index, dy, pass) }
    }

    private func addParameterGradients(
        _ index: Int, _ dy: UnsafePointer<Float>, _ pass: BackwardPass
    ) {
        let stage = stages[index]
        let x = unsafe pass.lane + activations[index].offset(group: pass.images.lowerBound)
        let kernel = unsafe pass.sums + stage.kernelOffset
        let scratch = unsafe pass.lane + scratchOffset
        let count = unsafe Int64(pass.images.count)
        switch stage.operation {
        case .convolution(var window):
            unsafe ck_convolution_kernel_gradient(
                cpu, &window, count, x, dy, pass.flags, kernel, scratch)
        case .winograd(var winograd, _):
            unsafe ck_winograd_kernel_gradient(
                cpu, &winograd, count, x, dy, pass.flags, pass.lane + kernelSumOffsets[index],
                scratch)
        case .dense(let inputs, let outputs):
            unsafe ck_gemm_transposed(
                cpu, Int64(inputs), Int64(outputs), count, x, Int64(inputs), dy, Int64(outputs),
                pass.flags, kernel, Int64(outputs))
        case .maxPool, .relu:
            return
        }
        let values = max(stage.pooledCount, stage.outputCount)
        unsafe ck_bias_gradient(
            cpu, count * Int64(values / stage.biasCount), Int64(stage.biasCount), dy, pass.flags,
            pass.sums + stage.biasOffset)
    }

    private func inputGradient(
        _ index: Int, _ dy: UnsafePointer<Float>, _ pass: BackwardPass
    ) {
        let stage = stages[index]
        let group = unsafe pass.images.lowerBound
        let x = unsafe UnsafePointer(pass.lane + activations[index].offset(group: group))
        let y = unsafe pass.lane + activations[index + 1].offset(group: group)
        let dx = unsafe pass.lane + gradients[index].offset(group: group)
        let transposed = unsafe pass.packed + transposedOffsets[index]
        let scratch = unsafe pass.lane + scratchOffset
        let count = unsafe Int64(pass.images.count)
        // A pooling's winners know of the ReLU before it.
        let masked = stages[index - 1].relu && stages[index - 1].pooledCount == 0
        switch stage.operation {
        case .convolution(var window):
            unsafe ck_convolution_input_gradient(
                cpu, &window, count, dy, transposed, masked ? x : nil, dx, scratch)
        case .winograd(_, var window):
            unsafe ck_winograd_convolution(
                cpu, &window, count, dy, transposed, nil, 0, masked ? x : nil, dx, nil, scratch)
        case .maxPool(var window):
            unsafe ck_max_pool_gradient(cpu, &window, count, x, y, dy, masked ? 1 : 0, dx)
        case .relu:
            unsafe ck_relu_gradient(cpu, count * Int64(stage.outputCount), y, dy, dx)
        case .dense(let inputs, let outputs):
            unsafe ck_gemm(
                cpu, count, Int64(inputs), Int64(outputs), dy, Int64(outputs), transposed, nil, 0,
                dx,
                Int64(inputs))
            if masked {
                unsafe ck_relu_gradient(cpu, count * Int64(inputs), x, dx, dx)
            }
        }
    }
}
