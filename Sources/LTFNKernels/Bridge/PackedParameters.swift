import CKernels
import LTFNBytes
import LTFNParallel

/// A network's parameters in the order in which the kernels read them.
struct PackedParameters: Sendable {
    private(set) var values: AlignedBytes

    init(_ plan: NetworkPlan) {
        values = AlignedBytes(byteCount: max(plan.packedTotal, 1) * 4)
    }

    /// Packs `parameters`, which lie as `plan` says, kernel by kernel in parallel.
    mutating func pack(_ parameters: AlignedBytes, _ plan: NetworkPlan, _ pool: ThreadPool) {
        var span = values.mutableFloats
        unsafe span.withUnsafeMutableBufferPointer { target in
            unsafe parameters.floats.withUnsafeBufferPointer { source in
                guard let target = target.baseAddress, let source = source.baseAddress else {
                    return
                }
                // Every index writes its own part of the target.
                nonisolated(unsafe) let (to, from) = unsafe (target, source)
                pool.forEach(plan.stages.count) { index in
                    unsafe plan.pack(index, parameters: from, into: to)
                }
            }
        }
    }
}

extension NetworkPlan {
    fileprivate func pack(
        _ index: Int, parameters: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[index]
        let kernel = unsafe parameters + stage.kernelOffset
        unsafe (packed + packedBiasOffsets[index]).update(
            from: parameters + stage.biasOffset, count: stage.biasCount)
        let (rows, columns): (Int, Int)
        switch stage.operation {
        case .convolution(let window): (rows, columns) = (window.patchCount, window.outputChannels)
        case .dense(let inputs, let outputs): (rows, columns) = (inputs, outputs)
        case .maxPool, .relu: return
        }
        unsafe ck_pack(
            cpu, Int64(rows), Int64(columns), kernel, Int64(columns), 1,
            packed + packedOffsets[index])
        if hasTurned(index) {
            unsafe ck_pack(
                cpu, Int64(columns), Int64(rows), kernel, 1, Int64(columns),
                packed + turnedOffsets[index])
        }
    }
}
