import CKernels
import LTFNBytes
import LTFNParallel

/// A network's parameters in the order in which the kernels read them.
struct PackedParameters: Sendable {
    private(set) var values: AlignedBytes
    private let tasks: [Task]

    /// A kernel, or some of its input channels.
    fileprivate struct Task: Sendable {
        let stage: Int
        let transposed: Bool
        /// Input channels of a Winograd kernel.
        let channels: Range<Int>
    }

    /// - Throws: `io` when memory is short.
    init(_ plan: NetworkPlan) throws(FormatError) {
        tasks = plan.stages.indices.reversed().flatMap { index -> [Task] in
            let transposed = plan.hasTransposed(index) ? [false, true] : [false]
            return transposed.flatMap { Task.tasks(plan.stages[index], index, transposed: $0) }
        }
        values = try AlignedBytes(reserving: max(plan.packedTotal, 1) * 4)
    }

    /// Packs `parameters`, which lie as `plan` says, kernel by kernel in parallel.
    mutating func pack(_ parameters: AlignedBytes, _ plan: NetworkPlan, _ parallelism: Parallelism)
    {
        let tasks = tasks
        var span = values.mutableFloats
        unsafe span.withUnsafeMutableBufferPointer { target in
            unsafe parameters.floats.withUnsafeBufferPointer { source in
                guard let target = target.baseAddress, let source = source.baseAddress else {
                    return
                }
                // Every index writes its own part of the target.
                nonisolated(unsafe) let (to, from) = unsafe (target, source)
                parallelism.forEach(tasks.count) { index in
                    let task = tasks[index]
                    if task.transposed {
                        unsafe plan.packTransposed(task, parameters: from, into: to)
                    } else {
                        unsafe plan.pack(task, parameters: from, into: to)
                    }
                }
            }
        }
    }
}

extension PackedParameters.Task {
    /// Input channels of a task.
    private static let channelCount = 32

    fileprivate static func tasks(_ stage: Stage, _ index: Int, transposed: Bool) -> [Self] {
        guard case .winograd(let forward, let backward) = stage.operation else {
            return [Self(stage: index, transposed: transposed, channels: 0..<0)]
        }
        let count = Int(transposed ? backward.in_c : forward.in_c)
        return stride(from: 0, to: count, by: channelCount).map {
            Self(stage: index, transposed: transposed, channels: $0..<min($0 + channelCount, count))
        }
    }
}

extension NetworkPlan {
    fileprivate func pack(
        _ task: PackedParameters.Task, parameters: UnsafePointer<Float>,
        into packed: UnsafeMutablePointer<Float>
    ) {
        let (index, stage) = (task.stage, stages[task.stage])
        let kernel = unsafe parameters + stage.kernelOffset
        if task.channels.lowerBound == 0 {
            unsafe (packed + packedBiasOffsets[index]).update(
                from: parameters + stage.biasOffset, count: stage.biasCount)
        }
        let target = unsafe packed + packedOffsets[index]
        switch stage.operation {
        case .convolution(let window):
            let (rows, columns) = (window.patchCount, window.outputChannels)
            unsafe ck_pack(cpu, Int64(rows), Int64(columns), kernel, Int64(columns), 1, target)
        case .winograd(var winograd, _):
            unsafe ck_winograd_kernel(
                cpu, &winograd, Int64(task.channels.lowerBound), Int64(task.channels.count), kernel,
                target)
        case .dense(let inputs, let outputs):
            unsafe ck_pack(cpu, Int64(inputs), Int64(outputs), kernel, Int64(outputs), 1, target)
        case .maxPool, .relu:
            break
        }
    }

    fileprivate func packTransposed(
        _ task: PackedParameters.Task, parameters: UnsafePointer<Float>,
        into packed: UnsafeMutablePointer<Float>
    ) {
        let (index, stage) = (task.stage, stages[task.stage])
        let kernel = unsafe parameters + stage.kernelOffset
        let target = unsafe packed + transposedOffsets[index]
        switch stage.operation {
        case .convolution(let window):
            let (rows, columns) = (window.patchCount, window.outputChannels)
            unsafe ck_pack(cpu, Int64(columns), Int64(rows), kernel, 1, Int64(columns), target)
        case .winograd(_, var transposed):
            unsafe ck_winograd_transposed_kernel(
                cpu, &transposed, Int64(task.channels.lowerBound), Int64(task.channels.count),
                kernel,
                target)
        case .dense(let inputs, let outputs):
            unsafe ck_pack(cpu, Int64(outputs), Int64(inputs), kernel, 1, Int64(outputs), target)
        case .maxPool, .relu:
            break
        }
    }
}
