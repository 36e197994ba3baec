import LTFNBytes
import LTFNParallel
import Synchronization

/// Runs images through a network. Safe to use from several threads at once.
///
/// The result for an image depends on its place in the batch at most in the last bits, and never on
/// the number of threads.
public final class ForwardEngine: Sendable {
    public let geometry: NetworkGeometry
    private let plan: NetworkPlan
    private let packed: PackedParameters
    private let lanes: LanePool
    private let parallelism: Parallelism

    /// Images that one thread takes through the network at a time.
    public static let blockCount = 25

    /// So many threads find room when memory is short. That it is a fixed number keeps the blocks,
    /// and with them the last bits of the logits, the same for any number of threads.
    private static let sharers = 8

    /// - Parameters:
    ///   - parameters: one for each layer of `geometry`.
    ///   - maximumBatch: images that are given at a time, at most; fewer save working memory.
    ///   - keepsLayers: whether `observe` is to be called; costs memory and time.
    ///   - memoryLimit: the bytes that all threads together may take to work.
    /// - Throws: `corrupt` when the parameters are not as many as the layers ask for,
    ///   `limitExceeded` when one image needs too much working memory.
    public init(
        _ geometry: NetworkGeometry, parameters: [LayerParameters], maximumBatch: Int,
        keepsLayers: Bool = false, parallelism: Parallelism,
        instructionSet: InstructionSet = .selected, memoryLimit: Int = .max
    ) throws(FormatError) {
        self.geometry = geometry
        plan = try NetworkPlan(
            geometry, purpose: keepsLayers ? .layers : .logits,
            blockCount: min(maximumBatch, Self.blockCount), instructionSet: instructionSet,
            memoryLimit: memoryLimit, sharers: Self.sharers)
        let laneLimit = max(1, memoryLimit / max(1, plan.laneByteCount))
        let flat = try plan.flattened(parameters)
        var packed = try PackedParameters(plan)
        packed.pack(flat, plan, parallelism)
        self.packed = packed
        let blocks = (maximumBatch + plan.blockCount - 1) / plan.blockCount
        lanes = try LanePool(
            floatCount: plan.laneCount, count: min(parallelism.threadCount, laneLimit, blocks))
        self.parallelism = Parallelism(threadCount: min(parallelism.threadCount, lanes.count))
    }

    /// The logits of each image, `[N, classes]`.
    ///
    /// - Throws: `corrupt` when the values are not whole images.
    public func logits(_ batch: ImageBatch) throws(FormatError) -> [Float] {
        let count = try geometry.imageCount(of: batch)
        let classes = geometry.classCount
        try AvailableMemory.expect(2 * 4 * count * classes)
        let result = Mutex([Float](repeating: 0, count: count * classes))
        let blocks = (count + plan.blockCount - 1) / plan.blockCount
        parallelism.forEach(blocks) { block in
            let first = block * count / blocks
            let images = (block + 1) * count / blocks - first
            unsafe lanes.borrow { lane in
                unsafe run(batch, first: first, count: images, lane: lane)
                let logits = unsafe lane + plan.activations[plan.stages.count].offset
                result.withLock { values in
                    for index in 0..<(images * classes) {
                        values[first * classes + index] = unsafe logits[index]
                    }
                }
            }
        }
        return result.withLock { $0 }
    }

    /// Runs the images and calls `body` with what each layer made of each block of them, in order
    /// and on the calling thread: the layer's index, and `[images, …]` values before any ReLU that
    /// follows.
    ///
    /// - Throws: `corrupt` when the values are not whole images; `unsupportedFeature` when the
    ///   engine does not keep layers.
    public func observe(
        _ batch: ImageBatch, _ body: (_ layer: Int, _ values: [Float]) -> Void
    ) throws(FormatError) {
        try observe(
            batch, make: { [(layer: Int, values: [Float])]() },
            look: { layers, layer, values in
                layers.append((layer, values.indices.map { values[$0] }))
            },
            body: { layers in
                for (layer, values) in layers { body(layer, values) }
            })
    }

    /// Runs the images, block by block on all threads, lets `look` see what each layer made of a
    /// block, and calls `body` with what was collected of each block, in order and on the calling
    /// thread.
    ///
    /// Where blocks begin does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - limit: how many collections there may be at the same time, at most.
    ///   - make: an empty collection, for one block.
    ///   - look: the collection of the block, the layer's index, and `[images, …]` values before
    ///     any ReLU that follows.
    /// - Throws: `corrupt` when the values are not whole images; `unsupportedFeature` when the
    ///   engine does not keep layers.
    public func observe<Collection: Sendable>(
        _ batch: ImageBatch, limit: Int = .max, make: @escaping @Sendable () -> Collection,
        look: @escaping @Sendable (inout Collection, _ layer: Int, Span<Float>) -> Void,
        body: (Collection) -> Void
    ) throws(FormatError) {
        guard plan.stages.count == geometry.layers.count else {
            throw FormatError(.unsupportedFeature, "This engine was not made to keep layers.")
        }
        let count = try geometry.imageCount(of: batch)
        let threadCount = max(1, min(parallelism.threadCount, limit))
        let jobs = OrderedJobs<Collection>(threadCount: threadCount)
        for first in stride(from: 0, to: count, by: plan.blockCount) {
            let images = min(plan.blockCount, count - first)
            jobs.add {
                var collection = make()
                self.observe(batch, first: first, count: images) { look(&collection, $0, $1) }
                return collection
            }
            while jobs.count >= threadCount, let collection = jobs.take() { body(collection) }
        }
        while let collection = jobs.take() { body(collection) }
    }

    /// Runs one block of images and calls `body` with what each layer made of it.
    private func observe(
        _ batch: ImageBatch, first: Int, count: Int,
        _ body: (_ layer: Int, _ values: Span<Float>) -> Void
    ) {
        unsafe lanes.borrow { lane in
            unsafe run(batch, first: first, count: count, lane: lane)
            for (index, stage) in plan.stages.enumerated() {
                let values = unsafe UnsafeBufferPointer(
                    start: lane + plan.activations[index + 1].offset,
                    count: count * stage.outputCount)
                unsafe body(stage.layer, Span(_unsafeElements: values))
            }
        }
    }

    private func run(
        _ batch: ImageBatch, first: Int, count: Int, lane: UnsafeMutablePointer<Float>
    ) {
        unsafe plan.load(batch, first: first, count: count, into: lane)
        let values = packed.values
        unsafe values.floats.withUnsafeBufferPointer { packed in
            guard let base = packed.baseAddress else { return }
            unsafe plan.forward(count: count, packed: base, lane: lane)
        }
    }
}
