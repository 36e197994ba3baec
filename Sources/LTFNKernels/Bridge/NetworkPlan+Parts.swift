import CKernels

extension NetworkPlan {
    /// Writes the gradients of `images` to `sums`, laid out as the parameters, block by block.
    func sum(
        _ images: Range<Int>, of batch: ImageBatch, labels: UnsafePointer<Int32>, weight: Double,
        packed: UnsafePointer<Float>, lane: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Float>
    ) -> PartResult {
        var total = PartResult()
        for first in stride(from: images.lowerBound, to: images.upperBound, by: blockCount) {
            let count = min(blockCount, images.upperBound - first)
            unsafe load(batch, first: first, count: count, into: lane)
            unsafe forward(count: count, packed: packed, lane: lane)
            let result = unsafe backward(
                count: count, labels: labels + first, weight: weight, packed: packed, lane: lane,
                sums: sums, adds: first > images.lowerBound)
            total.loss += result.loss
            total.correct += result.correct
        }
        for (index, stage) in stages.enumerated() {
            guard case .winograd(var winograd, _) = stage.operation else { continue }
            unsafe ck_winograd_finish_gradient(
                cpu, &winograd, lane + kernelSumOffsets[index], sums + stage.kernelOffset)
        }
        return total
    }
}

/// A piece of work on all parameters: a range of them within one kernel or bias.
struct ParameterSlice: Sendable {
    let range: Range<Int>
    /// The gradients are 0.
    let isFixed: Bool

    /// Floats of a slice, at most: with its parts' sums it fits into a first-level cache.
    private static let count = 512

    /// Slices of every parameter of the plan.
    static func slices(of plan: NetworkPlan, fixed: Set<ParameterPlace>) -> [ParameterSlice] {
        plan.parameterRanges.flatMap { place, range in
            stride(from: range.lowerBound, to: range.upperBound, by: count).map {
                ParameterSlice(
                    range: $0..<min($0 + count, range.upperBound), isFixed: fixed.contains(place))
            }
        }
    }
}

extension NetworkPlan {
    /// Where every kernel and bias lies among the parameters.
    var parameterRanges: [(ParameterPlace, Range<Int>)] {
        stages.filter { $0.kernelCount > 0 }.flatMap { stage in
            [
                (
                    ParameterPlace(layer: stage.layer, isBias: false),
                    stage.kernelOffset..<stage.biasOffset
                ),
                (
                    ParameterPlace(layer: stage.layer, isBias: true),
                    stage.biasOffset..<(stage.biasOffset + stage.biasCount)
                ),
            ]
        }
    }

    /// Adds up a slice of the parts' gradients in their order, and makes a step with it if a rate
    /// is given.
    func finish(
        _ slice: ParameterSlice, parts: Int, rate: Float?, sums: UnsafePointer<Float>,
        gradients: UnsafeMutablePointer<Float>, parameters: UnsafeMutablePointer<Float>
    ) {
        let (first, count) = (slice.range.lowerBound, slice.range.count)
        if slice.isFixed {
            unsafe (gradients + first).update(repeating: 0, count: count)
            return
        }
        unsafe ck_add_parts(
            cpu, Int64(count), Int64(parts), Int64(parameterCount), sums + first, gradients + first)
        if let rate {
            unsafe ck_descend(cpu, Int64(count), rate, gradients + first, parameters + first)
        }
    }
}
