import CKernels

extension NetworkPlan {
    /// Zeroes `sums` and adds the gradients of `images`, block by block.
    func sum(
        _ images: Range<Int>, of batch: ImageBatch, labels: UnsafePointer<Int32>, weight: Double,
        packed: UnsafePointer<Float>, lane: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>
    ) -> PartResult {
        unsafe sums.update(repeating: 0, count: sumCount)
        var total = PartResult()
        for first in stride(from: images.lowerBound, to: images.upperBound, by: blockCount) {
            let count = min(blockCount, images.upperBound - first)
            unsafe load(batch, first: first, count: count, into: lane)
            unsafe forward(count: count, packed: packed, lane: lane)
            let result = unsafe backward(
                count: count, labels: labels + first, weight: weight, packed: packed, lane: lane,
                sums: sums)
            total.loss += result.loss
            total.correct += result.correct
        }
        return total
    }

    /// Input channels of a Winograd kernel whose gradients are finished together.
    private static let channelsOfSlice = 16

    /// The pieces of work in which the parts' sums become gradients: a stage and its first input channel.
    var slices: [(stage: Int, channel: Int)] {
        stages.indices.flatMap { index -> [(stage: Int, channel: Int)] in
            switch stages[index].operation {
            case .winograd(let winograd, _):
                stride(from: 0, to: Int(winograd.in_c), by: Self.channelsOfSlice).map {
                    (index, $0)
                }
            case .convolution, .dense: [(index, 0)]
            case .maxPool, .relu: []
            }
        }
    }

    /// Adds up the sums of `parts` parts in their order, within the first part's, and turns them into
    /// gradients.
    func finish(
        _ slice: (stage: Int, channel: Int), parts: Int, sums: UnsafeMutablePointer<Float>,
        gradients: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[slice.stage]
        let kernelSum = unsafe sums + kernelSumOffsets[slice.stage]
        let kernel = unsafe gradients + stage.kernelOffset
        if case .winograd(var winograd, _) = stage.operation {
            let points = Int(winograd.tile + 2) * Int(winograd.tile + 2)
            let outputs = Int(winograd.out_c)
            for point in 0..<points {
                let row = (point * Int(winograd.in_c) + slice.channel) * outputs
                unsafe addParts(parts, kernelSum + row, Self.channelsOfSlice * outputs)
            }
            unsafe ck_winograd_finish_gradient(
                cpu, &winograd, Int64(slice.channel), Int64(Self.channelsOfSlice), kernelSum,
                kernel)
        } else {
            unsafe addParts(parts, kernelSum, stage.kernelCount)
            unsafe kernel.update(from: kernelSum, count: stage.kernelCount)
        }
        guard slice.channel == 0 else { return }
        let biasSum = unsafe sums + biasSumOffsets[slice.stage]
        unsafe addParts(parts, biasSum, stage.biasCount)
        unsafe (gradients + stage.biasOffset).update(from: biasSum, count: stage.biasCount)
    }

    private func addParts(_ parts: Int, _ first: UnsafeMutablePointer<Float>, _ count: Int) {
        for part in 1..<max(parts, 1) {
            unsafe ck_add(cpu, Int64(count), first + part * sumCount, first)
        }
    }
}
