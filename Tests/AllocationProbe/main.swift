// Prints what training steps and inference batches take from the heap once they are in their
// stride, each for one step or batch: `train CALLS BYTES`, `infer CALLS BYTES`. Nothing where it
// cannot be counted.
import AllocationCount
import LTFNCheckpoint
import LTFNInference
import LTFNKernels
import LTFNParallel
import LTFNTraining

let threadCount = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 1 : 1
let batchSize = 20

/// Calls and bytes of one round.
func steady(_ round: () throws -> Void) rethrows -> String {
    let rounds: Int64 = 5
    for _ in 0..<3 { try round() }
    let (calls, bytes) = (allocation_count(), allocation_bytes())
    for _ in 0..<rounds { try round() }
    let each = (allocation_count() - calls, allocation_bytes() - bytes)
    return "\((each.0 + rounds - 1) / rounds) \((each.1 + rounds - 1) / rounds)"
}

func measure() throws {
    let model = ModelCatalogue.tutorialConvnet
    let variables = try model.initialVariables(recipes: model.recipes(under: []), seed: 1)
    let parameters = Dictionary(uniqueKeysWithValues: variables.map { ($0.name, $0.tensor) })
    let parallelism = Parallelism(threadCount: threadCount)
    let pixels = (0..<batchSize * 784).map { UInt8(truncatingIfNeeded: $0 * 31) }
    let images = model.graph.batch(of: pixels)
    let labels = (0..<batchSize).map { UInt8($0 % 10) }

    let step = try TrainingStep(
        graph: model.graph, parameters: parameters, batchSize: batchSize, parallelism: parallelism)
    print(
        "train",
        try steady { _ = try step.run(images: images, labels: labels, learningRate: 0.001) })
    let session = try InferenceSession(
        graph: model.graph, parameters: parameters, maximumBatch: batchSize,
        parallelism: parallelism)
    print("infer", try steady { _ = try session.logits(pixels: pixels) })
}

if allocation_counted() != 0 { try measure() }
