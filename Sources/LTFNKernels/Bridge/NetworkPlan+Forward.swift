import CKernels

extension NetworkPlan {
    /// Copies images into a lane as the first stage's input, scaled if they are bytes.
    func load(
        _ batch: ImageBatch, first: Int, count: Int, into lane: UnsafeMutablePointer<Float>
    ) {
        let from = first * geometry.input.elementCount
        let total = count * geometry.input.elementCount
        let target = unsafe lane + activations[0].offset
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
        for segment in segments {
            segment.forEachGroup(of: count) { images in
                for index in segment.stages {
                    unsafe forward(index, images, packed: packed, lane: lane)
                }
            }
        }
    }

    private func forward(
        _ index: Int, _ images: Range<Int>, packed: UnsafePointer<Float>,
        lane: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[index]
        let x = unsafe UnsafePointer(lane + activations[index].offset(group: images.lowerBound))
        let y = unsafe lane + activations[index + 1].offset(group: images.lowerBound)
        let kernel = unsafe packed + packedOffsets[index]
        let bias = unsafe packed + packedBiasOffsets[index]
        let scratch = unsafe lane + scratchOffset
        let flags = stage.relu ? Int32(CK_RELU) : 0
        let count = Int64(images.count)
        switch stage.operation {
        case .convolution(var window):
            unsafe ck_convolution(cpu, &window, count, x, kernel, bias, flags, y, scratch)
        case .winograd(var winograd, _):
            // A gradient passes a ReLU where its input is above 0, so 0 has to be 0.
            let exact = purpose == .gradients ? Int32(CK_EXACT_BLANKS) : 0
            unsafe ck_winograd_convolution(
                cpu, &winograd, count, x, kernel, bias, flags | exact, nil, y,
                winners(index, images, lane), scratch)
        case .maxPool(var window):
            unsafe ck_max_pool(cpu, &window, count, x, y)
        case .relu:
            unsafe ck_relu(cpu, count * Int64(stage.outputCount), x, y)
        case .dense(let inputs, let outputs):
            unsafe ck_gemm(
                cpu, count, Int64(outputs), Int64(inputs), x, Int64(inputs), kernel, bias, flags, y,
                Int64(outputs))
        }
    }

    /// Where the winners of the stage's pooling lie; `nil` when there is none or nobody asks.
    func winners(
        _ index: Int, _ images: Range<Int>, _ lane: UnsafeMutablePointer<Float>
    ) -> UnsafeMutablePointer<UInt8>? {
        guard purpose == .gradients, stages[index].pooledCount > 0 else { return nil }
        let place = winners[index]
        let bytes = unsafe UnsafeMutableRawPointer(lane + place.offset)
        return unsafe bytes.assumingMemoryBound(to: UInt8.self) + images.lowerBound * place.stride
    }
}
