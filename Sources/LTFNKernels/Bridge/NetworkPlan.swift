import CKernels
import LTFNBytes

/// Where everything lies that one thread needs to run a block of images through a network.
///
/// A lane is one block of memory: what every stage makes (or, when only logits are wanted, two buffers in
/// turn), two buffers for gradients, and scratch. The sums of the parameters' gradients lie elsewhere: one
/// set for each part of a batch.
struct NetworkPlan: Sendable {
    /// What the lanes keep.
    enum Purpose {
        /// Only what the next stage needs.
        case logits
        /// What every layer makes, before any ReLU behind it.
        case layers
        /// All that the gradients need.
        case gradients
    }

    let geometry: NetworkGeometry
    let cpu: Int32
    /// Images that go through the network together.
    let blockCount: Int
    let stages: [Stage]
    /// Floats of all parameters, each kernel followed by its bias.
    let parameterCount: Int

    /// Where each stage's kernel for the forward pass lies among the packed parameters, its bias, and
    /// its kernel for the gradient to the input.
    private(set) var packedOffsets: [Int] = []
    private(set) var packedBiasOffsets: [Int] = []
    private(set) var turnedOffsets: [Int] = []
    private(set) var packedTotal = 0

    /// Where in a lane each stage's input lies, and at the end the last one's output.
    private(set) var activationOffsets: [Int] = []
    private(set) var gradientOffsets: [Int] = []
    private(set) var scratchOffset = 0
    private(set) var laneCount = 0

    /// Where the sums of each stage's gradients lie among a part's sums: the kernel's, then the bias's.
    private(set) var kernelSumOffsets: [Int] = []
    private(set) var biasSumOffsets: [Int] = []
    private(set) var sumCount = 0

    /// The most bytes that one lane may take.
    static let maximumLaneByteCount = 4 << 30

    /// - Throws: `limitExceeded` when even one image takes more than `maximumLaneByteCount`.
    init(
        _ geometry: NetworkGeometry, purpose: Purpose, blockCount: Int,
        instructionSet: InstructionSet
    ) throws(FormatError) {
        var count = max(1, blockCount)
        while true {
            let plan = NetworkPlan(
                geometry, purpose: purpose, block: count, instructionSet: instructionSet)
            if plan.laneCount * 4 <= Self.maximumLaneByteCount {
                self = plan
                return
            }
            guard count > 1 else {
                throw FormatError(
                    .limitExceeded,
                    "One image takes \(plan.laneCount * 4) bytes of working memory, more than the "
                        + "\(Self.maximumLaneByteCount) that are allowed.")
            }
            count /= 2
        }
    }

    private init(
        _ geometry: NetworkGeometry, purpose: Purpose, block: Int, instructionSet: InstructionSet
    ) {
        self.geometry = geometry
        cpu = instructionSet.code
        blockCount = block
        (stages, parameterCount) = Self.stages(
            of: geometry, purpose, images: block)
        placeLane(purpose)
        placeParameters()
        if purpose == .gradients { placeSums() }
    }

    private static func stages(
        of geometry: NetworkGeometry, _ purpose: Purpose, images: Int
    ) -> (stages: [Stage], parameterCount: Int) {
        var stages: [Stage] = []
        var parameters = 0
        var current = geometry.input.elementCount
        for (index, layer) in geometry.layers.enumerated() {
            if purpose != .layers, layer == .relu, stages.last?.canFuse == true {
                stages[stages.count - 1].relu = true
                continue
            }
            stages.append(
                Stage(
                    layer: index, operation: Stage.Operation(layer, purpose, images),
                    inputCount: current,
                    outputCount: geometry.outputCounts[index], kernelOffset: parameters,
                    kernelCount: layer.kernelCount, biasCount: layer.biasCount))
            parameters += layer.kernelCount + layer.biasCount
            current = geometry.outputCounts[index]
        }
        return (stages, parameters)
    }

    /// Whether a gradient to the stage's input is ever asked for.
    func hasTurned(_ index: Int) -> Bool {
        index > 0 && !gradientOffsets.isEmpty
    }

    private mutating func placeParameters() {
        var room = Room()
        for (index, stage) in stages.enumerated() {
            packedOffsets.append(room.take(stage.packedCount))
            packedBiasOffsets.append(room.take(stage.biasCount))
            turnedOffsets.append(room.take(hasTurned(index) ? stage.turnedCount : 0))
        }
        packedTotal = room.count
    }

    private mutating func placeSums() {
        var room = Room()
        for stage in stages {
            kernelSumOffsets.append(room.take(stage.kernelSumCount))
            biasSumOffsets.append(room.take(stage.biasCount))
        }
        sumCount = room.count
    }

    private mutating func placeLane(_ purpose: Purpose) {
        var room = Room()
        let counts = [geometry.input.elementCount] + stages.map(\.outputCount)
        let largest = blockCount * (counts.max() ?? 0)
        if purpose == .logits {
            let pair = [room.take(largest), room.take(largest)]
            activationOffsets = counts.indices.map { pair[$0 % 2] }
        } else {
            activationOffsets = counts.map { room.take(blockCount * $0) }
        }
        if purpose == .gradients {
            gradientOffsets = [room.take(largest), room.take(largest)]
        }
        scratchOffset = room.take(
            stages.map(\.scratchCount).max() ?? 0)
        laneCount = room.count
    }

    /// Hands out room in floats, each piece on a cache line of its own.
    private struct Room {
        var count = 0

        mutating func take(_ wanted: Int) -> Int {
            defer { count += (wanted + 15) / 16 * 16 }
            return count
        }
    }
}

extension Stage {
    /// Whether a ReLU behind can be done with the stage.
    fileprivate var canFuse: Bool {
        switch operation {
        case .convolution, .winograd, .dense: !relu
        case .maxPool, .relu: false
        }
    }
}

extension Stage.Operation {
    init(_ layer: LayerGeometry, _ purpose: NetworkPlan.Purpose, _ images: Int) {
        switch layer {
        case .convolution(let geometry):
            if WinogradPlan.suits(geometry) {
                let plan = WinogradPlan(geometry, purpose, images: images)
                self = .winograd(plan.forward, turned: plan.turned)
            } else {
                self = .convolution(ck_window(geometry))
            }
        case .maxPool(let geometry): self = .maxPool(ck_window(geometry))
        case .relu: self = .relu
        case .dense(let inputs, let outputs): self = .dense(inputs: inputs, outputs: outputs)
        }
    }
}
