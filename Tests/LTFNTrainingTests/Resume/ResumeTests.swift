import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNFormat
import LTFNParallel
import LTFNTraining
import Testing

@Suite("Resuming a run")
struct ResumeTests {
    static let steps = 26
    static let recipes = [
        ("sgd", "constant"), ("momentum", "step:5,0.7"), ("nesterov:0.8", "cosine"),
        ("adam", "cosine:40,0.1"), ("adamw:0.1", "constant"),
    ]

    static func request(
        _ optimizer: String, _ schedule: String, shuffled: Bool, warmUp: Int = 3
    ) throws -> RecipeRequest {
        var request = RecipeRequest()
        request.seed = 5
        request.batchSize = 35
        request.stepCount = steps
        request.learningRate = optimizer.hasPrefix("adam") ? 0.003 : 0.02
        request.optimizer = try OptimizerCatalogue.optimizer(parsing: optimizer)
        request.course = try .init(parsing: schedule)
        request.warmUp = warmUp
        request.isShuffled = shuffled
        return request
    }

    static func configuration(_ request: RecipeRequest) throws -> TrainingConfiguration {
        var configuration = try request.configuration()
        configuration.model = try TrainerTests.model()
        return configuration
    }

    /// What a run leaves behind.
    struct Trace {
        var file: [UInt8]
        var result: TrainingResult
        /// The bits of every cost, by its step.
        var costs: [Int: UInt64] = [:]
        var kept: [Int: [UInt8]] = [:]
        var validations: [Int] = []
    }

    static func file(_ checkpoint: Checkpoint) throws -> [UInt8] {
        let sink = MemorySink()
        try NativeFormat().write(checkpoint, to: sink)
        return sink.bytes
    }

    static func saved(_ file: [UInt8]) throws -> SavedTraining {
        let reader = try NativeFormat().open(MemorySource(file), limits: .standard)
        return try SavedTraining(Checkpoint(reading: reader), models: [TrainerTests.model()])
    }

    static func run(
        _ configuration: TrainingConfiguration, from saved: SavedTraining? = nil,
        pauses: Trainer.Pauses = .init(), threads: Int = 1, stopAfter: Int = .max
    ) throws -> Trace {
        let trainer = try Trainer(
            configuration: configuration, dataset: TrainerTests.dataset,
            parallelism: Parallelism(threadCount: threads), resuming: saved)
        var (costs, kept, validations) = ([Int: UInt64](), [Int: [UInt8]](), [Int]())
        let result = try trainer.run(
            pauses: pauses, shouldStop: { (costs.keys.max() ?? -1) + 1 >= stopAfter },
            onCheckpoint: { (checkpoint, step) throws(FormatError) in
                let sink = MemorySink()
                try NativeFormat().write(checkpoint, to: sink)
                kept[step] = sink.bytes
            },
            onEvent: { event in
                switch event {
                case .step(let report): costs[report.step] = report.cost.bitPattern
                case .validated(let stepCount, _): validations.append(stepCount)
                case .evaluating: break
                }
            })
        return Trace(
            file: try file(result.checkpoint), result: result, costs: costs, kept: kept,
            validations: validations)
    }

    @Test(
        "wherever it is cut, the final file is the same byte for byte, and every cost bit for bit",
        arguments: recipes, [false, true])
    func cuts(recipe: (String, String), shuffled: Bool) throws {
        let request = try Self.request(recipe.0, recipe.1, shuffled: shuffled)
        let configuration = try Self.configuration(request)
        let whole = try Self.run(
            configuration, pauses: .init(checkpointInterval: 1), threads: 2)
        #expect(whole.kept.keys.sorted() == Array(1..<Self.steps))
        #expect(whole.result.ending == .finished)
        for cut in whole.kept.keys.sorted() {
            let saved = try Self.saved(try #require(whole.kept[cut]))
            #expect(saved.state.stepCount == cut)
            let rest = try Self.run(request.configuration(resuming: saved), from: saved)
            let isSame = rest.file == whole.file
            #expect(isSame, "cut after \(cut) steps")
            let costs = whole.costs.filter { $0.key >= cut }
            #expect(rest.costs == costs, "cut after \(cut) steps")
        }
    }

    @Test(
        "stopped by a signal, and stopped while testing, a run goes on exactly", arguments: recipes)
    func stopped(recipe: (String, String)) throws {
        let request = try Self.request(recipe.0, recipe.1, shuffled: true)
        let configuration = try Self.configuration(request)
        let whole = try Self.run(configuration)
        for cut in [0, 1, 11, 25, Self.steps] {
            let part = try Self.run(configuration, stopAfter: cut)
            #expect(part.result.ending == .stopped)
            #expect(part.result.stepCount == cut)
            let saved = try Self.saved(part.file)
            let rest = try Self.run(RecipeRequest().configuration(resuming: saved), from: saved)
            let isSame = rest.file == whole.file
            #expect(isSame, "cut after \(cut) steps")
        }
    }

    @Test(
        "a finished run goes on when more steps are asked for, as if they had been from the start")
    func raised() throws {
        for (optimizer, schedule) in Self.recipes where schedule != "cosine" {
            var request = try Self.request(optimizer, schedule, shuffled: true)
            let whole = try Self.run(Self.configuration(request))
            for first in [1, 13] {
                request.stepCount = first
                let part = try Self.run(Self.configuration(request))
                #expect(part.result.ending == .finished)
                let saved = try Self.saved(part.file)
                var more = RecipeRequest()
                more.stepCount = Self.steps
                let rest = try Self.run(more.configuration(resuming: saved), from: saved)
                let isSame = rest.file == whole.file
                #expect(isSame, "\(optimizer), \(first) steps first")
            }
        }
    }

    @Test("a resumed run may be cut again and again")
    func chain() throws {
        let request = try Self.request("adam", "cosine", shuffled: true)
        let configuration = try Self.configuration(request)
        let whole = try Self.run(configuration)
        var part = try Self.run(configuration, stopAfter: 2)
        for cut in stride(from: 4, through: Self.steps, by: 2) {
            let saved = try Self.saved(part.file)
            part = try Self.run(
                request.configuration(resuming: saved), from: saved,
                stopAfter: cut == Self.steps ? .max : cut)
        }
        let isSame = part.file == whole.file
        #expect(isSame)
    }

    @Test("looking at the images set aside and keeping checkpoints change nothing")
    func pauses() throws {
        let configuration = try Self.configuration(
            Self.request("momentum", "constant", shuffled: true))
        let plain = try Self.run(configuration)
        let observed = try Self.run(
            configuration, pauses: .init(checkpointInterval: 4, validationInterval: 3))
        let isSame = plain.file == observed.file
        #expect(isSame)
        #expect(plain.costs == observed.costs)
        #expect(observed.validations == [3, 6, 9, 12, 15, 18, 21, 24])
        #expect(observed.kept.keys.sorted() == [4, 8, 12, 16, 20, 24])
        #expect(plain.validations.isEmpty && plain.kept.isEmpty)
    }

    @Test("an optimizer's memory stands under the variable's name, and shuffling matters")
    func contents() throws {
        let request = try Self.request("adam", "constant", shuffled: true)
        let shuffled = try Self.run(Self.configuration(request))
        let manifest = shuffled.result.checkpoint.manifest
        #expect(
            manifest.variables.map(\.name.string) == [
                "a_bias", "a_bias/adam_m", "a_bias/adam_v", "a_weights", "a_weights/adam_m",
                "a_weights/adam_v", "b_bias", "b_bias/adam_m", "b_bias/adam_v", "b_weights",
                "b_weights/adam_m", "b_weights/adam_v",
            ])
        let slot = try #require(manifest[VariableName("a_weights/adam_v")])
        #expect(slot.metadata["slot_of"] == .string("a_weights"))
        #expect(manifest.graph?.variableNames.count == 4)
        let plain = try Self.run(
            Self.configuration(Self.request("adam", "constant", shuffled: false)))
        #expect(!TrainerTests.same(plain.result.checkpoint, shuffled.result.checkpoint))
    }

    @Test("an option that contradicts the file is refused with a sentence that names both")
    func contradictions() throws {
        let request = try Self.request("momentum", "step:5,0.7", shuffled: false)
        let saved = try Self.saved(
            Self.run(Self.configuration(request), stopAfter: 12).file)
        #expect(throws: Never.self) { try request.configuration(resuming: saved) }
        let changes: [(String, (inout RecipeRequest) throws -> Void)] = [
            ("The seed that is asked for is 6, but the file was trained with 5", { $0.seed = 6 }),
            ("The batch size that is asked for is 10", { $0.batchSize = 10 }),
            ("The learning rate that is asked for is 0.5", { $0.learningRate = 0.5 }),
            (
                "The warm-up that is asked for is 0, but the file was trained with 3",
                { $0.warmUp = 0 }
            ),
            ("The order of images that is asked for is shuffled", { $0.isShuffled = true }),
            ("The schedule that is asked for is constant", { $0.course = .constant }),
            (
                "The optimizer that is asked for is momentum:0.5, but the file was trained with momentum:0.9",
                { $0.optimizer = Momentum(momentum: 0.5) }
            ),
            ("The optimizer that is asked for is sgd", { $0.optimizer = GradientDescent() }),
            ("The model that is asked for is mlp", { $0.model = "mlp" }),
            (
                "other initializers are asked for",
                { $0.initialization = [try .init(parsing: "normal:0.1")] }
            ),
            ("11 steps are asked for, and the file has 12 already", { $0.stepCount = 11 }),
        ]
        for (sentence, change) in changes {
            var changed = RecipeRequest()
            try change(&changed)
            let error = #expect(throws: ConfigurationError.self) {
                try changed.configuration(resuming: saved)
            }
            #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
        }
    }

    @Test("other data are refused, and so are files that do not say how they stand")
    func otherFiles() throws {
        let request = try Self.request("sgd", "constant", shuffled: false)
        let part = try Self.run(Self.configuration(request), stopAfter: 4)
        let saved = try Self.saved(part.file)
        let other = Dataset(
            synthetic: SyntheticDigits(), trainingCount: 361, testCount: 50)
        let error = #expect(throws: ConfigurationError.self) {
            try Trainer(configuration: saved.configuration, dataset: other, resuming: saved)
        }
        #expect(error?.message.contains("training images that are not these") == true)

        let checkpoint = part.result.checkpoint
        func refusal(_ change: (inout Metadata) -> Void) throws -> String? {
            var manifest = checkpoint.manifest
            guard case .map(var training)? = manifest.metadata["training"] else { return nil }
            change(&training)
            manifest.metadata["training"] = .map(training)
            let changed = try Checkpoint(manifest: manifest, tensors: checkpoint.tensors)
            let model = try TrainerTests.model()
            return #expect(throws: FormatError.self) {
                let saved = try SavedTraining(changed, models: [model])
                _ = try Trainer(
                    configuration: saved.configuration, dataset: TrainerTests.dataset,
                    resuming: saved)
            }?.message
        }
        #expect(try refusal { $0["state"] = nil }?.contains("but not resumed") == true)
        #expect(try refusal { $0["seed"] = .string("5") }?.contains("training.seed") == true)
        #expect(try refusal { $0["steps"] = .u64(.max) }?.contains("cannot be") == true)
        #expect(try refusal { $0["seed"] = .u64(6) }?.contains("first filled") == true)
        #expect(try refusal { $0["batch_size"] = .u64(0) }?.contains("batch size") == true)
        #expect(
            try refusal { $0["state"] = .map(["next_image": .u64(0)]) }?
                .contains("no training.state.first_batch") == true)
        // The slots of an optimizer that was not the file's.
        #expect(
            try refusal { $0["optimizer"] = .map(Momentum().stored) }?
                .contains("Training goes on from this variable") == true)
    }

    @Test("a variable with the name of a slot is refused")
    func collision() throws {
        var configuration = try Self.configuration(
            Self.request("momentum", "constant", shuffled: false))
        let model = configuration.model
        let clashing = ModelDescription.VariableDescription(
            name: try VariableName("a_weights/momentum"), shape: try TensorShape([1]),
            isBias: true, recipe: .zeros)
        configuration.model = ModelDescription(
            name: model.name, summary: model.summary, graph: model.graph,
            variables: model.variables + [clashing])
        #expect(throws: ConfigurationError.self) { try configuration.check() }
        configuration.optimizer = Adam()
        #expect(throws: Never.self) { try configuration.check() }
    }

    @Test("a run is the same however far it has come, and another with any other recipe or data")
    func identity() throws {
        let request = try Self.request("momentum", "step:5,0.7", shuffled: false)
        func trainer(
            _ change: (inout TrainingConfiguration) -> Void = { _ in },
            data: Dataset = TrainerTests.dataset
        ) throws -> Trainer {
            var configuration = try Self.configuration(request)
            change(&configuration)
            return try Trainer(configuration: configuration, dataset: data)
        }
        let own = try trainer()
        for cut in [0, 7, Self.steps] {
            let saved = try Self.saved(Self.run(own.configuration, stopAfter: cut).file)
            #expect(saved.run == own.run, "\(own.run.differences(from: saved.run))")
        }
        #expect(try trainer { $0.stepCount = 99 }.run == own.run)
        let changes: [(String, (inout TrainingConfiguration) -> Void)] = [
            ("batch size", { $0.batchSize = 10 }), ("seed", { $0.seed = 6 }),
            ("learning rate", { $0.learningRate = 0.5 }), ("order", { $0.isShuffled = true }),
            ("optimizer", { $0.optimizer = Momentum(momentum: 0.5) }),
            ("schedule", { $0.schedule = LearningRateSchedule(.constant, warmUp: 4) }),
            (
                "initializers",
                {
                    $0.initialization = [
                        InitializationRule(pattern: GlobPattern("*"), filling: .recipe(.ones))
                    ]
                }
            ),
        ]
        for (name, change) in changes {
            let other = try trainer(change).run
            #expect(other != own.run)
            #expect(own.run.differences(from: other) == [name])
        }
        let data = Dataset(synthetic: SyntheticDigits(), trainingCount: 361, testCount: 50)
        #expect(try own.run.differences(from: trainer(data: data).run) == ["data"])
        // A cosine ends where the first number of steps ended.
        func cosine(_ steps: Int) throws -> RunIdentity {
            try trainer {
                $0.schedule = LearningRateSchedule(.cosine(steps: nil, final: 0), warmUp: 0)
                $0.stepCount = steps
            }.run
        }
        #expect(try cosine(10) != cosine(20))
    }

    @Test("a resumed run that comes apart keeps weights that are finite")
    func divergence() throws {
        var request = try Self.request("momentum", "constant", shuffled: true)
        request.learningRate = 1e12
        request.stepCount = 400
        let configuration = try Self.configuration(request)
        let whole = try Self.run(configuration, pauses: .init(checkpointInterval: 1))
        guard case .diverged = whole.result.ending else {
            Issue.record("It did not diverge.")
            return
        }
        for (cut, file) in whole.kept {
            let saved = try Self.saved(file)
            let rest = try Self.run(saved.configuration, from: saved)
            guard case .diverged = rest.result.ending else {
                Issue.record("The rest did not diverge after \(cut).")
                continue
            }
            let isFinite = TrainerTests.bits(rest.result.checkpoint).joined().allSatisfy {
                Float(bitPattern: $0).isFinite
            }
            #expect(isFinite, "cut after \(cut)")
        }
    }
}

extension Momentum {
    fileprivate var stored: Metadata {
        ["name": .string(name), "momentum": .f64(momentum)]
    }
}
