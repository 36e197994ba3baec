import LTFNBytes

/// Where everything lies that one thread needs to run a block of images through a network.
///
/// A lane is one block of memory: what the stages make, gradients, sums of the kernels' gradients,
/// and scratch. Between two segments there is space for the whole block of images, within one only
/// for those that go through it together, unless what every stage makes is kept.
struct NetworkPlan: Sendable {
    /// What the lanes keep.
    enum Purpose {
        /// Only what the next stage needs.
        case logits
        /// What every layer makes, before any ReLU after it.
        case layers
        /// All that the gradients need.
        case gradients
    }

    let geometry: NetworkGeometry
    let purpose: Purpose
    let cpu: Int32
    /// Images that one lane takes, at most.
    let blockCount: Int
    let stages: [Stage]
    let segments: [Segment]
    /// Floats of all parameters, each kernel followed by its bias.
    let parameterCount: Int

    /// Where each stage's kernel for the forward pass lies among the packed parameters, its bias,
    /// and its kernel for the gradient to the input.
    private(set) var packedOffsets: [Int] = []
    private(set) var packedBiasOffsets: [Int] = []
    private(set) var transposedOffsets: [Int] = []
    private(set) var packedTotal = 0

    /// Where in a lane each stage's input lies, and at the end the last one's output.
    private(set) var activations: [Place] = []
    /// Where the gradients to them lie.
    private(set) var gradients: [Place] = []
    /// Where the gradient to what a stage's pooling takes lies.
    private(set) var unpooledOffsets: [Int] = []
    /// Where the bytes that say which pixels a stage's pooling chose lie.
    private(set) var winners: [Place] = []
    /// Where the sums of each stage's kernel gradients lie, in Winograd's form.
    private(set) var kernelSumOffsets: [Int] = []
    private(set) var scratchOffset = 0
    private(set) var laneCount = 0
    var laneByteCount: Int { laneCount * 4 }

    /// A tensor with one part for each image.
    struct Place {
        let offset: Int
        /// Floats from one image's part to the next one's.
        let stride: Int
        /// There is space for the block's images, else only for those that go through together.
        let holdsBlock: Bool

        /// Where the part of an image lies, `group` being the first of those that go through
        /// together.
        func offset(group: Int) -> Int { holdsBlock ? offset + group * stride : offset }
    }

    /// The most bytes that one lane may take.
    static let maximumLaneByteCount = 4 << 30

    /// - Parameters:
    ///   - memoryLimit: the bytes that one lane may take, at most `maximumLaneByteCount`.
    ///   - sharers: so many lanes fit `memoryLimit` together, as long as that only takes
    ///     smaller blocks.
    /// - Throws: `limitExceeded` when one image takes more than `memoryLimit`.
    init(
        _ geometry: NetworkGeometry, purpose: Purpose, blockCount: Int,
        instructionSet: InstructionSet, memoryLimit: Int = maximumLaneByteCount,
        sharers: Int = 1
    ) throws(FormatError) {
        let limit = min(memoryLimit, Self.maximumLaneByteCount)
        let share = min(memoryLimit / sharers, Self.maximumLaneByteCount)
        var count = max(1, blockCount)
        while true {
            let plan = NetworkPlan(
                geometry, purpose: purpose, block: count, instructionSet: instructionSet)
            if plan.laneByteCount <= (count > 1 ? share : limit) {
                self = plan
                return
            }
            guard count > 1 else {
                throw FormatError(
                    .limitExceeded,
                    "One image takes \(plan.laneByteCount) bytes of working memory, more than the "
                        + "\(limit) that are allowed.", remedy: .raiseExpansionLimit)
            }
            count /= 2
        }
    }

    private init(
        _ geometry: NetworkGeometry, purpose: Purpose, block: Int, instructionSet: InstructionSet
    ) {
        self.geometry = geometry
        self.purpose = purpose
        cpu = instructionSet.code
        blockCount = block
        let drafts = StageDraft.drafts(of: geometry, purpose)
        segments = Segment.segments(of: drafts, blockCount: block)
        var stages: [Stage] = []
        var parameters = 0
        for segment in segments {
            for draft in drafts[segment.stages] {
                let stage = draft.stage(
                    kernelOffset: parameters, purpose, images: segment.imageCount)
                parameters = stage.biasOffset + stage.biasCount
                stages.append(stage)
            }
        }
        self.stages = stages
        parameterCount = parameters
        placeLane()
        placeParameters()
    }

    /// Whether a gradient to the stage's input is ever asked for.
    func hasTransposed(_ index: Int) -> Bool { index > 0 && purpose == .gradients }

    private mutating func placeParameters() {
        var arena = Arena()
        for (index, stage) in stages.enumerated() {
            packedOffsets.append(arena.take(stage.packedCount))
            packedBiasOffsets.append(arena.take(stage.biasCount))
            transposedOffsets.append(arena.take(hasTransposed(index) ? stage.transposedCount : 0))
        }
        packedTotal = arena.count
    }

    private mutating func placeLane() {
        var arena = Arena()
        let counts = [geometry.input.elementCount] + stages.map(\.outputCount)
        if purpose == .logits {
            activations = inTurn(counts, &arena)
        } else {
            activations = counts.map { count in
                Place(offset: arena.take(blockCount * count), stride: count, holdsBlock: true)
            }
        }
        if purpose == .gradients { placeGradients(counts, &arena) }
        scratchOffset = arena.take(
            segments.flatMap { segment in
                stages[segment.stages].map { $0.scratchCount(images: segment.mostImages) }
            }.max() ?? 0)
        laneCount = arena.count
    }

    private mutating func placeGradients(_ counts: [Int], _ arena: inout Arena) {
        gradients = inTurn(counts, &arena)
        for segment in segments {
            for stage in stages[segment.stages] {
                unpooledOffsets.append(arena.take(segment.mostImages * stage.pooledCount))
                let bytes = stage.pooledCount > 0 ? stage.outputCount : 0
                winners.append(
                    Place(
                        offset: arena.take((blockCount * bytes + 3) / 4), stride: bytes,
                        holdsBlock: true))
                kernelSumOffsets.append(arena.take(stage.kernelSumCount))
            }
        }
    }

    /// Two places in turn for what lies between segments, and two for what lies within them.
    private func inTurn(_ counts: [Int], _ arena: inout Arena) -> [Place] {
        let ends = Set(segments.map(\.stages.upperBound) + [0])
        var images = [Int](repeating: blockCount, count: counts.count)
        for segment in segments {
            for index in segment.stages.dropFirst() { images[index] = segment.mostImages }
        }
        func most(_ isEnd: Bool) -> Int {
            counts.indices.filter { ends.contains($0) == isEnd }.map { counts[$0] * images[$0] }
                .max() ?? 0
        }
        let (between, within) = (most(true), most(false))
        let offsets = [
            [arena.take(within), arena.take(within)], [arena.take(between), arena.take(between)],
        ]
        var uses = [0, 0]
        return counts.indices.map { index in
            let kind = ends.contains(index) ? 1 : 0
            defer { uses[kind] += 1 }
            return Place(
                offset: offsets[kind][uses[kind] % 2], stride: counts[index], holdsBlock: kind == 1)
        }
    }

    /// Hands out memory in floats, each piece on a cache line of its own.
    private struct Arena {
        var count = 0

        mutating func take(_ wanted: Int) -> Int {
            defer { count += (wanted + 15) / 16 * 16 }
            return count
        }
    }
}
