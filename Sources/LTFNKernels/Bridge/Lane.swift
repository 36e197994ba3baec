import CKernels
import LTFNBytes
import Synchronization

/// One part of every batch: its working memory and the sums of its gradients.
final class Lane: Sendable {
    private let state: Mutex<State>

    private struct State {
        var memory: AlignedBytes
        var result = LaneResult()
    }

    init(_ plan: NetworkPlan) {
        state = Mutex(State(memory: AlignedBytes(byteCount: plan.laneCount * 4)))
    }

    var result: LaneResult { state.withLock { $0.result } }

    /// Runs `images` of a batch forward and backward and sums their gradients.
    func run(
        _ plan: NetworkPlan, _ packed: PackedParameters, _ batch: ImageBatch, _ labels: [Int32],
        images: Range<Int>
    ) {
        let weights = packed.values
        let weight = 1 / Double(labels.count)
        unsafe weights.floats.withUnsafeBufferPointer { weights in
            unsafe labels.withUnsafeBufferPointer { labels in
                guard let weights = weights.baseAddress, let labels = labels.baseAddress else {
                    return
                }
                state.withLock { state in
                    state.result = unsafe state.memory.withMutableBase { lane in
                        unsafe plan.sum(
                            images, of: batch, labels: labels, weight: weight, packed: weights,
                            lane: lane)
                    }
                }
            }
        }
    }

    /// Calls `body` with the lane's memory.
    func withMemory(_ body: (UnsafePointer<Float>) -> Void) {
        state.withLock { state in
            let memory = state.memory
            unsafe memory.floats.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                unsafe body(base)
            }
        }
    }
}

extension NetworkPlan {
    /// Zeroes the lane's sums and adds the gradients of `images`, block by block.
    fileprivate func sum(
        _ images: Range<Int>, of batch: ImageBatch, labels: UnsafePointer<Int32>, weight: Double,
        packed: UnsafePointer<Float>, lane: UnsafeMutablePointer<Float>
    ) -> LaneResult {
        unsafe (lane + sumOffset).update(repeating: 0, count: sumCount)
        var total = LaneResult()
        for first in stride(from: images.lowerBound, to: images.upperBound, by: blockCount) {
            let count = min(blockCount, images.upperBound - first)
            unsafe load(batch, first: first, count: count, into: lane)
            unsafe forward(count: count, packed: packed, lane: lane)
            let result = unsafe backward(
                count: count, labels: labels + first, weight: weight, packed: packed, lane: lane)
            total.loss += result.loss
            total.correct += result.correct
        }
        return total
    }

    /// Adds the sums of `lanes` for one stage, in their order.
    func addLanes(
        _ index: Int, _ lanes: ArraySlice<Lane>, into gradients: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[index]
        for (turn, lane) in lanes.enumerated() {
            unsafe lane.withMemory { memory in
                unsafe add(
                    memory + kernelSumOffsets[index], stage.kernelCount, first: turn == 0,
                    into: gradients + stage.kernelOffset)
                unsafe add(
                    memory + biasSumOffsets[index], stage.biasCount, first: turn == 0,
                    into: gradients + stage.biasOffset)
            }
        }
    }

    private func add(
        _ terms: UnsafePointer<Float>, _ count: Int, first: Bool,
        into sum: UnsafeMutablePointer<Float>
    ) {
        if first {
            unsafe sum.update(from: terms, count: count)
        } else {
            unsafe ck_add(cpu, Int64(count), terms, sum)
        }
    }
}

extension AlignedBytes {
    /// Calls `body` with the block as floats, for writing.
    mutating func withMutableBase<Result>(
        _ body: (UnsafeMutablePointer<Float>) -> Result
    ) -> Result {
        var span = mutableFloats
        return unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe body(buffer.baseAddress!)
        }
    }
}
