import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNInitializers
import LTFNKernels
import LTFNParallel
import LTFNTraining
import Testing

@Suite("Training runs")
struct TrainerTests {
    /// Small enough for a debug build.
    static let dataset = Dataset(
        synthetic: SyntheticDigits(), trainingCount: 360, testCount: 50)

    /// flatten, dense `[784, hidden]`, ReLU, dense `[hidden, classes]`
    static func model(hidden: Int = 8, classes: Int = 10) throws -> ModelDescription {
        let names = try ["a_weights", "a_bias", "b_weights", "b_bias"].map { try VariableName($0) }
        let shapes = try [[784, hidden], [hidden], [hidden, classes], [classes]].map {
            try TensorShape($0)
        }
        return ModelDescription(
            name: "small", summary: "for tests",
            graph: ModelGraph(
                name: "small",
                input: .init(shape: try TensorShape([28, 28, 1]), scale: 1.0 / 255),
                layers: [
                    Layer(name: "flat", operation: .flatten),
                    Layer(name: "a", operation: .dense(weights: names[0], bias: names[1])),
                    Layer(name: "relu", operation: .relu),
                    Layer(name: "b", operation: .dense(weights: names[2], bias: names[3])),
                ]),
            variables: zip(names, shapes).enumerated().map { index, variable in
                .init(
                    name: variable.0, shape: variable.1, isBias: index % 2 == 1,
                    recipe: index % 2 == 1 ? .zeros : .heNormal)
            })
    }

    static func configuration(
        steps: Int, rate: Double = 0.2, seed: UInt64 = 1, rules: [String] = []
    ) throws -> TrainingConfiguration {
        TrainingConfiguration(
            model: try model(),
            initialization: try rules.map { try InitializationRule(parsing: $0) },
            seed: seed, stepCount: steps, batchSize: 30, learningRate: rate)
    }

    static func bits(_ checkpoint: Checkpoint) -> [[UInt32]] {
        checkpoint.tensors.map { tensor in
            let values = tensor.bytes.floats
            return values.indices.map { values[$0].bitPattern }
        }
    }

    /// Whether all values are equal, bit for bit. A failed expectation would print them all.
    static func same(_ a: Checkpoint, _ b: Checkpoint) -> Bool { bits(a) == bits(b) }

    /// The weights after `steps` steps, without a trainer.
    static func weights(
        _ configuration: TrainingConfiguration, after steps: Int
    ) throws -> [VariableName: TensorData] {
        let model = configuration.model
        let initial = try model.initialVariables(
            recipes: model.recipes(under: configuration.initialization), seed: configuration.seed)
        let network = try TrainingStep(
            graph: model.graph,
            parameters: Dictionary(uniqueKeysWithValues: initial.map { ($0.name, $0.tensor) }),
            batchSize: configuration.batchSize, parallelism: Parallelism(threadCount: 1))
        let schedule = try #require(
            BatchSchedule(
                imageCount: dataset.training.count, batchSize: configuration.batchSize))
        for step in 0..<steps {
            let batch = schedule.batch(step: step)
            _ = try network.run(
                images: .bytes(
                    Array(dataset.training.images.pixels(of: batch)), scale: Float(1.0 / 255),
                    offset: 0),
                labels: Array(dataset.training.labels[batch]),
                learningRate: Float(configuration.learningRate))
        }
        return try network.parameters()
    }

    private func run(
        _ configuration: TrainingConfiguration, threads: Int = 1,
        stopAfter: Int = .max
    ) throws -> (result: TrainingResult, costs: [Double]) {
        let trainer = try Trainer(
            configuration: configuration, dataset: Self.dataset,
            parallelism: Parallelism(threadCount: threads))
        var costs: [Double] = []
        let result = try trainer.run(
            shouldStop: { costs.count >= stopAfter },
            onEvent: { if case .step(let report) = $0 { costs.append(report.cost) } })
        return (result, costs)
    }

    @Test("the cost falls and the test accuracy rises far above chance")
    func learns() throws {
        let (result, costs) = try run(Self.configuration(steps: 120))
        #expect(costs.count == 120)
        #expect(abs(costs[0] - 2.4) < 0.6)
        #expect(costs.suffix(10).reduce(0, +) / 10 < 0.7)
        let evaluation = try #require(result.evaluation)
        #expect(evaluation.count == 50)
        #expect(evaluation.accuracy > 0.6)
        #expect(result.ending == .finished)
        #expect(result.stepCount == 120)
    }

    @Test("1, 2, 3 and 5 threads give the same bits and the same description")
    func threads() throws {
        let configuration = try Self.configuration(steps: 12)
        let (one, costs) = try run(configuration)
        for count in [2, 3, 5] {
            let (other, otherCosts) = try run(configuration, threads: count)
            #expect(Self.same(one.checkpoint, other.checkpoint))
            #expect(one.checkpoint.manifest == other.checkpoint.manifest)
            #expect(costs.map(\.bitPattern) == otherCosts.map(\.bitPattern))
        }
        let (another, _) = try run(Self.configuration(steps: 12, seed: 2))
        #expect(!Self.same(one.checkpoint, another.checkpoint))
    }

    @Test(
        "untrained, every variable is what its record says, bit for bit, each from its own stream")
    func untrained() throws {
        let (result, _) = try run(Self.configuration(steps: 0, rules: ["*=normal"]))
        #expect(result.evaluation == nil && result.ending == .finished)
        var streams: Set<UInt64> = []
        for (variable, tensor) in zip(
            result.checkpoint.manifest.variables, result.checkpoint.tensors)
        {
            let spec = try #require(variable.initializer)
            #expect(spec.isReproducible)
            streams.insert(spec.stream)
            let again = try Initializer.sample(spec, info: variable.tensor)
            let isSame = [UInt8](copying: again.bytes.bytes) == [UInt8](copying: tensor.bytes.bytes)
            #expect(isSame)
            if case .reproducible(_, let recorded) = spec.evidence {
                #expect(recorded == ValueHash.digest(tensor.bytes.bytes))
            }
        }
        #expect(streams.count == 4)
    }

    @Test("asked to stop after n steps, the weights are those of a run of n steps")
    func stopping() throws {
        let (stopped, _) = try run(Self.configuration(steps: 100), stopAfter: 7)
        let (whole, _) = try run(Self.configuration(steps: 7))
        #expect(stopped.ending == .stopped)
        #expect(stopped.stepCount == 7)
        #expect(stopped.evaluation == nil)
        #expect(Self.same(stopped.checkpoint, whole.checkpoint))
    }

    @Test(
        "a run that comes apart keeps the weights of the last good step",
        arguments: [1e5, 1e12, 1e25, 3e38])
    func divergence(rate: Double) throws {
        let (result, costs) = try run(Self.configuration(steps: 400, rate: rate))
        guard case .diverged(let divergence) = result.ending else {
            Issue.record("It did not diverge: \(costs.suffix(3))")
            return
        }
        let kept = try #require(divergence.last)
        #expect(result.stepCount == kept.step)
        #expect(costs[kept.step].isFinite)
        let isFinite = Self.bits(result.checkpoint).joined().allSatisfy {
            Float(bitPattern: $0).isFinite
        }
        #expect(isFinite)
        let expected = try Self.weights(
            Self.configuration(steps: 400, rate: rate), after: kept.step)
        for (variable, tensor) in zip(
            result.checkpoint.manifest.variables, result.checkpoint.tensors)
        {
            let twin = try #require(expected[variable.name])
            let isSame =
                [UInt8](copying: twin.bytes.bytes) == [UInt8](copying: tensor.bytes.bytes)
            #expect(isSame, "\(variable.name)")
        }
        #expect(result.evaluation == nil)
    }

    @Test("the record of the training names the recipe, the data and the outcome, and no time")
    func metadata() throws {
        let (result, _) = try run(Self.configuration(steps: 3))
        guard case .map(let training)? = result.checkpoint.manifest.metadata["training"] else {
            Issue.record("There is no record of the training.")
            return
        }
        #expect(
            training.entries.map(\.key.string) == [
                "batch_size", "data", "last_batch", "learning_rate", "loss", "optimizer", "order",
                "schedule", "seed", "state", "steps", "steps_asked", "test",
            ])
        #expect(training["steps"] == .u64(3))
        #expect(training["learning_rate"] == .f64(0.2))
        guard case .map(let data)? = training["data"],
            case .map(let images)? = data["test images"]
        else {
            Issue.record("The data are not recorded.")
            return
        }
        #expect(
            images["sha256"]
                == .string(Self.dataset.test.images.identity.digest.description))
        #expect(data.entries.count == 4)
    }

    @Test("configurations that mean nothing are refused")
    func nonsense() throws {
        var negative = try Self.configuration(steps: -1)
        #expect(throws: ConfigurationError.self) { try negative.check() }
        negative.stepCount = 1
        for rate in [0, -1, .nan, .infinity, 1e-50, 1e50] {
            negative.learningRate = rate
            #expect(throws: ConfigurationError.self) { try negative.check() }
        }
        negative.learningRate = 0.1
        for size in [0, -5, 331] {
            negative.batchSize = size
            #expect(throws: ConfigurationError.self) {
                try Trainer(configuration: negative, dataset: Self.dataset)
            }
        }
    }

    @Test("labels beyond the network's classes are refused")
    func tooManyClasses() throws {
        var configuration = try Self.configuration(steps: 1)
        configuration.model = try Self.model(classes: 5)
        let error = #expect(throws: FormatError.self) {
            try Trainer(configuration: configuration, dataset: Self.dataset)
        }
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("the network has 5 classes") == true)
    }
}
