import CKernels

extension NetworkPlan {
    /// Copies images into a lane as the first stage's input, scaled if they are bytes.
    func load(
        _ batch: ImageBatch, first: Int, count: Int, into lane: UnsafeMutablePointer<Float>
    ) {
        let from = first * geometry.input.elementCount
        let total = count * geometry.input.elementCount
        let target = unsafe lane + activationOffsets[0]
        switch batch {
        case .floats(let values):
            unsafe values.withUnsafeBufferPointer { source in
                unsafe target.update(from: source.baseAddress! + from, count: total)
            }
        case .bytes(let values, let scale, let offset):
            unsafe values.withUnsafeBufferPointer { source in
                unsafe ck_scale_bytes(
                    cpu, Int64(total), source.baseAddress! + from, scale, offset, target)
            }
        }
    }

    /// Runs every stage over `count` images that `load` has put into the lane.
    func forward(
        count: Int, packed: UnsafePointer<Float>, lane: UnsafeMutablePointer<Float>
    ) {
        for (index, stage) in stages.enumerated() {
            let x = unsafe UnsafePointer(lane + activationOffsets[index])
            let y = unsafe lane + activationOffsets[index + 1]
            let kernel = unsafe packed + packedOffsets[index]
            let bias = unsafe packed + packedBiasOffsets[index]
            let flags = stage.relu ? Int32(CK_RELU) : 0
            switch stage.operation {
            case .convolution(var window):
                unsafe ck_convolution(
                    cpu, &window, Int64(count), x, kernel, bias, flags, y, lane + scratchOffset)
            case .winograd(var winograd, _):
                // A gradient passes a ReLU where its input is above 0, so 0 has to be 0.
                let exact = gradientOffsets.isEmpty ? 0 : Int32(CK_EXACT_BLANKS)
                unsafe ck_winograd_convolution(
                    cpu, &winograd, Int64(count), x, kernel, bias, flags | exact, nil, y,
                    lane + scratchOffset)
            case .maxPool(var window):
                unsafe ck_max_pool(cpu, &window, Int64(count), x, y)
            case .relu:
                unsafe ck_relu(cpu, Int64(count * stage.outputCount), x, y)
            case .dense(let inputs, let outputs):
                unsafe ck_gemm(
                    cpu, Int64(count), Int64(outputs), Int64(inputs), x, Int64(inputs), kernel,
                    bias, flags, y, Int64(outputs))
            }
        }
    }
}
