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
                pool.forEach(2 * plan.stages.count) { task in
                    let index = plan.stages.count - 1 - task / 2
                    if task % 2 == 0 {
                        unsafe plan.pack(index, parameters: from, into: to)
                    } else if plan.hasTurned(index) {
                        unsafe plan.packTurned(index, parameters: from, into: to)
                    }
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
        let target = unsafe packed + packedOffsets[index]
        switch stage.operation {
        case .convolution(let window):
            let (rows, columns) = (window.patchCount, window.outputChannels)
            unsafe ck_pack(cpu, Int64(rows), Int64(columns), kernel, Int64(columns), 1, target)
        case .winograd(var winograd, _):
            unsafe ck_winograd_kernel(cpu, &winograd, kernel, target)
        case .dense(let inputs, let outputs):
            unsafe ck_pack(cpu, Int64(inputs), Int64(outputs), kernel, Int64(outputs), 1, target)
        case .maxPool, .relu:
            break
        }
    }

    fileprivate func packTurned(
        _ index: Int, parameters: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>
    ) {
        let stage = stages[index]
        let kernel = unsafe parameters + stage.kernelOffset
        let target = unsafe packed + turnedOffsets[index]
        switch stage.operation {
        case .convolution(let window):
            let (rows, columns) = (window.patchCount, window.outputChannels)
            unsafe ck_pack(cpu, Int64(columns), Int64(rows), kernel, 1, Int64(columns), target)
        case .winograd(_, var turned):
            unsafe ck_winograd_turned_kernel(cpu, &turned, kernel, target)
        case .dense(let inputs, let outputs):
            unsafe ck_pack(cpu, Int64(outputs), Int64(inputs), kernel, 1, Int64(outputs), target)
        case .maxPool, .relu:
            break
        }
    }
}
