import CKernels
import LTFNBytes
import LTFNParallel
import Synchronization

/// Computes the loss of a batch of images and its gradients to a network's parameters, and applies
/// them.
///
/// The batch is cut into a fixed number of parts, each part's gradients are summed image by image
/// and the parts are added in their order, so the result does not depend on the number of threads.
public final class GradientEngine {
    public let geometry: NetworkGeometry
    /// Images of a batch, at most.
    public let maximumBatch: Int
    private let plan: NetworkPlan
    private let parallelism: Parallelism
    private let partCount: Int
    private let lanes: LanePool
    /// Each part's gradients, laid out as the parameters.
    private var sums: AlignedBytes
    private let slices: [ParameterSlice]
    /// What each part of a batch shows, and a batch's labels: made once, so that a step allocates
    /// nothing.
    private let results: PartResults
    private var targets: [Int32] = []
    private var parameters: AlignedBytes
    private var gradients: AlignedBytes
    private var packed: PackedParameters

    /// Parts that every batch is cut into, whatever the number of threads.
    public static let partCount = 8
    /// Images that one thread takes through the network at a time.
    public static let blockCount = 16

    /// - Parameters:
    ///   - parameters: one for each layer of `geometry`.
    ///   - maximumBatch: images that are given at a time, at most.
    ///   - fixed: parameters that stay as they are: their gradients are 0.
    /// - Throws: `corrupt` when the parameters are not as many as the layers ask for or
    ///   `maximumBatch` is not positive, `limitExceeded` when one image needs too much working
    ///   memory.
    public init(
        _ geometry: NetworkGeometry, parameters: [LayerParameters], maximumBatch: Int,
        fixed: Set<ParameterPlace> = [], parallelism: Parallelism,
        instructionSet: InstructionSet = .selected
    ) throws(FormatError) {
        guard maximumBatch > 0 else {
            throw FormatError(
                .corrupt, "A batch has at least one image, found a limit of \(maximumBatch).")
        }
        self.geometry = geometry
        self.maximumBatch = maximumBatch
        let share = (maximumBatch + Self.partCount - 1) / Self.partCount
        let blocks = (share + Self.blockCount - 1) / Self.blockCount
        let plan = try NetworkPlan(
            geometry, purpose: .gradients, blockCount: (share + blocks - 1) / blocks,
            instructionSet: instructionSet)
        self.plan = plan
        self.parameters = try plan.flattened(parameters)
        gradients = try AlignedBytes(reserving: max(plan.parameterCount, 1) * 4)
        partCount = min(maximumBatch, Self.partCount)
        results = PartResults(count: partCount)
        targets.reserveCapacity(maximumBatch)
        lanes = try LanePool(
            floatCount: plan.laneCount, count: min(parallelism.threadCount, partCount))
        self.parallelism = Parallelism(threadCount: min(parallelism.threadCount, lanes.count))
        sums = try AlignedBytes(reserving: max(partCount * plan.parameterCount, 1) * 4)
        slices = ParameterSlice.slices(of: plan, fixed: fixed)
        packed = try PackedParameters(plan)
        packed.pack(self.parameters, plan, parallelism)
    }

    /// Forward, backward and a step of gradient descent: `parameters −= learningRate · gradient`.
    ///
    /// - Returns: the mean loss and the correct predictions, both before the step.
    /// - Throws: as `computeGradients`.
    public func step(
        _ batch: ImageBatch, labels: [UInt8], learningRate: Float
    ) throws(FormatError) -> (loss: Double, correct: Int) {
        let result = try run(batch, labels: labels, rate: learningRate)
        packed.pack(parameters, plan, parallelism)
        return result
    }

    /// The mean loss of a batch and its gradients, which stay in the engine until the next call.
    ///
    /// - Parameter labels: one for each image.
    /// - Returns: the mean loss and how many images' largest logit is that of their label.
    /// - Throws: `corrupt` when the values are not whole images, labels and images are not as many,
    ///   there is none or more than `maximumBatch`, or a label is not below the number of classes.
    public func computeGradients(
        _ batch: ImageBatch, labels: [UInt8]
    ) throws(FormatError) -> (loss: Double, correct: Int) {
        try run(batch, labels: labels, rate: nil)
    }

    private func run(
        _ batch: ImageBatch, labels: [UInt8], rate: Float?
    ) throws(FormatError) -> (loss: Double, correct: Int) {
        let count = try geometry.imageCount(of: batch)
        try check(labels, count: count)
        targets.removeAll(keepingCapacity: true)
        for label in labels { targets.append(Int32(label)) }
        let parts = min(count, partCount)
        let total = sum(parts, batch, targets, packed.values)
        finish(parts, rate)
        return (total.loss / Double(count), total.correct)
    }

    private func check(_ labels: [UInt8], count: Int) throws(FormatError) {
        guard count > 0, count <= maximumBatch, labels.count == count else {
            throw FormatError(
                .corrupt,
                "A batch has 1 to \(maximumBatch) images and as many labels, found \(count) images "
                    + "and \(labels.count) labels.")
        }
        if let label = labels.first(where: { Int($0) >= geometry.classCount }) {
            throw FormatError(
                .corrupt,
                "Label \(label) is not below \(geometry.classCount), the number of classes.")
        }
    }

    /// Runs every part of the batch forward and backward.
    private func sum(
        _ parts: Int, _ batch: ImageBatch, _ labels: [Int32], _ packed: AlignedBytes
    ) -> PartResult {
        let (plan, lanes, results) = (plan, lanes, results)
        let count = labels.count
        unsafe sums.withMutableBase { base in
            // Every part has its own sums.
            nonisolated(unsafe) let base = unsafe base
            parallelism.forEach(parts) { part in
                let images = (part * count / parts)..<((part + 1) * count / parts)
                unsafe lanes.borrow { lane in
                    unsafe packed.floats.withUnsafeBufferPointer { packed in
                        unsafe labels.withUnsafeBufferPointer { labels in
                            guard let packed = packed.baseAddress,
                                let labels = labels.baseAddress
                            else { return }
                            let result = unsafe plan.sum(
                                images, of: batch, labels: labels, weight: 1 / Double(count),
                                packed: packed, lane: lane, sums: base + part * plan.parameterCount)
                            results.values.withLock { $0[part] = result }
                        }
                    }
                }
            }
        }
        return results.values.withLock { results in
            results[0..<parts].reduce(into: PartResult()) { total, part in
                total.loss += part.loss
                total.correct += part.correct
            }
        }
    }

    /// Adds up the parts' gradients, and makes a step with them if a rate is given, slice by slice.
    private func finish(_ parts: Int, _ rate: Float?) {
        let (plan, slices) = (plan, slices)
        // Slices in a few runs, so that threads seldom ask for work.
        let runs = 16
        unsafe sums.withMutableBase { sums in
            unsafe gradients.withMutableBase { gradients in
                unsafe parameters.withMutableBase { parameters in
                    // Every slice has its own sums, gradients and parameters.
                    nonisolated(unsafe) let (from, to, values) = unsafe (
                        UnsafePointer(sums), gradients, parameters
                    )
                    parallelism.forEach(runs) { run in
                        let first = run * slices.count / runs
                        for slice in slices[first..<((run + 1) * slices.count / runs)] {
                            unsafe plan.finish(
                                slice, parts: parts, rate: rate, sums: from, gradients: to,
                                parameters: values)
                        }
                    }
                }
            }
        }
    }
}

extension GradientEngine {
    /// Calls `body` for every kernel and bias, in the layers' order, with its values and the
    /// gradient of the last batch, so that it can change the values: what an optimizer is made of.
    public func update(
        _ body: (
            _ parameter: ParameterPlace, _ values: inout MutableSpan<Float>,
            _ gradient: Span<Float>
        ) -> Void
    ) {
        let gradients = gradients
        unsafe parameters.withMutableBase { base in
            for (place, range) in plan.parameterRanges {
                let part = unsafe UnsafeMutableBufferPointer(
                    start: base + range.lowerBound, count: range.count)
                var values = unsafe MutableSpan(_unsafeElements: part)
                body(place, &values, gradients.floats.extracting(range))
            }
        }
        packed.pack(parameters, plan, parallelism)
    }

    /// The values of all parameters, one for each layer.
    public func currentParameters() -> [LayerParameters] { layers(of: parameters) }

    /// The gradients of the last batch, one for each layer.
    public func currentGradients() -> [LayerParameters] { layers(of: gradients) }

    /// Replaces all parameters.
    ///
    /// - Throws: `corrupt` when they are not as many as the layers ask for.
    public func setParameters(_ new: [LayerParameters]) throws(FormatError) {
        parameters = try plan.flattened(new)
        packed.pack(parameters, plan, parallelism)
    }

    private func layers(of flat: AlignedBytes) -> [LayerParameters] {
        var result = [LayerParameters](repeating: LayerParameters(), count: geometry.layers.count)
        let values = flat.floats
        for (place, range) in plan.parameterRanges {
            let part = range.map { values[$0] }
            if place.isBias {
                result[place.layer].bias = part
            } else {
                result[place.layer].kernel = part
            }
        }
        return result
    }
}

/// Which parameter of a network: a layer's kernel or its bias.
public struct ParameterPlace: Hashable, Sendable {
    /// The layer's index in the network's geometry.
    public let layer: Int
    public let isBias: Bool

    public init(layer: Int, isBias: Bool) {
        self.layer = layer
        self.isBias = isBias
    }
}

extension AlignedBytes {
    /// Calls `body` with the block, which is not empty, as floats for writing.
    mutating func withMutableBase<Result>(
        _ body: (UnsafeMutablePointer<Float>) -> Result
    ) -> Result {
        var span = mutableFloats
        return unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe body(buffer.baseAddress!)
        }
    }
}
