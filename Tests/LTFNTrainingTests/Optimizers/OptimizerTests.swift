import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNInference
import LTFNKernels
import LTFNParallel
import LTFNTraining
import Testing

@Suite("Optimizers")
struct OptimizerTests {
    static let tables: [(String, [[Double]])] = [
        ("sgd", OptimizerVectors.sgd), ("momentum", OptimizerVectors.momentum),
        ("nesterov", OptimizerVectors.nesterov), ("adam", OptimizerVectors.adam),
        ("adamw:weight_decay=0.0625", OptimizerVectors.adamw),
    ]

    @Test("five steps are those of the papers' formulas", arguments: tables)
    func formulas(text: String, expected: [[Double]]) throws {
        let optimizer = try OptimizerCatalogue.optimizer(parsing: text)
        var values = OptimizerVectors.start.map { Float($0) }
        var slots = optimizer.slotNames.map { _ in [Float](repeating: 0, count: values.count) }
        for (step, row) in OptimizerVectors.gradients.enumerated() {
            let gradient = row.map { Float($0) }
            var span = values.mutableSpan
            optimizer.update(
                &span, gradient: gradient.span, slots: &slots, step: step,
                rate: Float(OptimizerVectors.rates[step]))
            for (found, wanted) in zip(values, expected[step]) {
                // A few roundings of numbers up to 32, each within half a unit of 2^-24.
                #expect(
                    abs(Double(found) - wanted) < Double(step + 1) * 4e-7 * max(1, abs(wanted)),
                    "step \(step): \(found), expected \(wanted)")
            }
        }
    }

    @Test("the fused step of the kernels and the formula give the same bits")
    func fused() throws {
        let configuration = try TrainerTests.configuration(steps: 1)
        let initial = try configuration.model.initialVariables(
            recipes: configuration.model.recipes(under: []), seed: 1)
        let parameters = Dictionary(uniqueKeysWithValues: initial.map { ($0.name, $0.tensor) })
        let batch = TrainerTests.dataset.training.batch(Array(40..<70))
        let images = configuration.model.graph.batch(of: batch.pixels)
        func network() throws -> TrainingStep {
            try TrainingStep(
                graph: configuration.model.graph, parameters: parameters, batchSize: 30,
                parallelism: Parallelism(threadCount: 1))
        }
        let (fused, plain) = (try network(), try network())
        _ = try fused.run(images: images, labels: batch.labels, learningRate: 0.2)
        _ = try plain.computeGradients(images: images, labels: batch.labels)
        plain.update { _, values, gradient in
            var slots: [[Float]] = []
            GradientDescent().update(
                &values, gradient: gradient, slots: &slots, step: 0, rate: 0.2)
        }
        let (one, other) = (try fused.parameters(), try plain.parameters())
        var largest: Float = 0
        for (name, tensor) in one {
            let twin = try #require(other[name])
            let (a, b) = (tensor.bytes.floats, twin.bytes.floats)
            for index in a.indices { largest = max(largest, abs(a[index] - b[index])) }
        }
        // The kernels may fuse the multiplication with the subtraction: one rounding less.
        #expect(largest < 1e-7)
    }

    @Test("each text of an optimizer is read back as itself")
    func texts() throws {
        for text in ["sgd", "momentum:0.8", "nesterov:0.95", "adam:0.8,0.99,1e-07"] {
            #expect(try OptimizerCatalogue.optimizer(parsing: text).text == text)
        }
        let adamW = try OptimizerCatalogue.optimizer(parsing: "adamw:0.1,beta2=0.9")
        #expect(adamW.text == "adamw:0.1,0.9,0.9,1e-08")
    }

    @Test(
        "optimizers that mean nothing are refused",
        arguments: [
            "adagrad", "sgd:0.9", "momentum:1", "momentum:-0.1", "momentum:0.99999999999",
            "adam:0.9,1", "adam:epsilon=0", "adam:epsilon=1e-60", "adamw:-1", "adam:1,2,3,4",
        ])
    func nonsense(text: String) {
        #expect(throws: ConfigurationError.self) {
            try OptimizerCatalogue.optimizer(parsing: text)
        }
    }
}

@Suite("Learning-rate schedules")
struct LearningRateScheduleTests {
    private func factors(_ text: String, warmUp: Int = 0, _ steps: [Int]) throws -> [Double] {
        let schedule = LearningRateSchedule(try .init(parsing: text), warmUp: warmUp)
        return steps.map { schedule.factor(step: $0) }
    }

    @Test("constant, step and warm-up are exact")
    func exact() throws {
        #expect(try factors("constant", [0, 1, 1 << 40]) == [1, 1, 1])
        #expect(
            try factors("step:10,0.5", [0, 9, 10, 19, 20, 35]) == [1, 1, 0.5, 0.5, 0.25, 0.125])
        #expect(
            try factors("step:2,0.5", warmUp: 4, [0, 1, 2, 3, 4, 5, 6, 8])
                == [0.25, 0.5, 0.75, 1, 1, 1, 0.5, 0.25])
    }

    @Test("the cosine goes through its known values, and stays at the end")
    func cosine() throws {
        // cos 0, π/6, π/4, π/3, π/2, 2π/3, 3π/4, 5π/6
        let (third, half) = (3.0.squareRoot() / 2, 2.0.squareRoot() / 2)
        let known = [1, third, half, 0.5, 0, -0.5, -half, -third]
        let found = try factors("cosine:12", [0, 2, 3, 4, 6, 8, 9, 10])
        for (value, cosine) in zip(found, known) {
            #expect(abs(value - (1 + cosine) / 2) < 1e-15)
        }
        #expect(try factors("cosine:12", [12, 13, 1000]) == [0, 0, 0])
        let floored = try factors("cosine:12,0.5", warmUp: 2, [0, 2, 8, 14])
        for (value, wanted) in zip(floored, [0.5, 1, 0.75, 0.5]) {
            #expect(abs(value - wanted) < 1e-15)
        }
    }

    @Test(
        "schedules that mean nothing are refused",
        arguments: [
            "linear", "step", "step:0,0.5", "step:1.5,0.5", "step:5,-1", "cosine:0", "cosine:2.5",
            "cosine:5,2", "constant:1",
        ])
    func nonsense(text: String) {
        #expect(throws: ConfigurationError.self) {
            var configuration = try TrainerTests.configuration(steps: 1)
            configuration.schedule = LearningRateSchedule(try .init(parsing: text))
            try configuration.check()
        }
    }
}
