public import LTFNBytes
public import LTFNCheckpoint
import LTFNDatasets

/// A training run as a file holds it: the recipe and the state.
public struct SavedTraining: Sendable {
    /// The recipe; its `stepCount` is what was asked for.
    public let configuration: TrainingConfiguration
    public let state: TrainingState
    /// The run that the file is of.
    public let run: RunIdentity
    /// The SHA-256 of the unpacked files, in hexadecimal, by the name of the part.
    let dataDigests: [String: String]
    /// How each variable was first filled.
    private let specs: [InitializerSpec?]
    /// Where the next step begins.
    let nextImage: Int
    /// The names that the data had.
    let dataNames: [String: String]

    /// - Parameter models: the networks that the file may be of.
    /// - Throws: `corrupt` for a file that does not hold all that is needed to go on exactly, or
    ///   contradicts itself; `unsupportedFeature` for a network that cannot be trained here.
    public init(
        _ checkpoint: Checkpoint, models: [ModelDescription] = ModelCatalogue.all
    ) throws(FormatError) {
        let manifest = checkpoint.manifest
        let training = try MetadataEntry("training", of: manifest.metadata)
        run = RunIdentity(manifest, training: training.values)
        let saved = try training.map("state")
        configuration = try Self.configuration(training, manifest, models)
        state = try Self.state(training, saved, checkpoint, configuration)
        specs = configuration.model.variables.map { manifest[$0.name]?.initializer }
        nextImage = try saved.count("next_image")
        let data = try training.map("data")
        var (digests, names): ([String: String], [String: String]) = ([:], [:])
        for part in DatasetPart.allCases {
            let entry = try data.map(part.rawValue)
            digests[part.rawValue] = try entry.string("sha256")
            names[part.rawValue] = entry.has("name") ? try entry.string("name") : nil
        }
        dataDigests = digests
        dataNames = names
    }

    /// Makes sure that the data are those of the run so far, and are gone through in the same way.
    ///
    /// - Throws: `ConfigurationError` for other data; `corrupt` when the file counts otherwise.
    func check(_ dataset: Dataset, _ order: BatchOrder) throws {
        for part in DatasetPart.allCases {
            let found = dataset.files[part]?.identity
            if let found, found.digest.description == dataDigests[part.rawValue] { continue }
            let name = dataNames[part.rawValue] ?? "others"
            throw ConfigurationError(
                "The file was trained with \(part.rawValue) that are not these: "
                    + "\(name), SHA-256 \(dataDigests[part.rawValue] ?? "unknown"), found "
                    + "\(found?.description ?? "none").", remedy: .giveData)
        }
        guard order.position(step: state.stepCount) == nextImage else {
            throw FormatError(
                .corrupt,
                "After \(NumberText.counted(state.stepCount, "step")) the file goes on at image "
                    + "\(nextImage), this "
                    + "program at \(order.position(step: state.stepCount)); it cannot be resumed "
                    + "exactly.")
        }
    }

    /// Makes sure that the variables were first filled with what the recipe gives here.
    ///
    /// - Throws: `corrupt` when they were not.
    func check(_ initial: [InitialVariable]) throws(FormatError) {
        for (spec, variable) in zip(specs, initial) where spec != variable.spec {
            throw FormatError(
                .corrupt, variable: variable.name.string,
                "The file's record of how the variable was first filled is not what its recipe "
                    + "gives; it cannot be resumed exactly.")
        }
    }

    private static func configuration(
        _ training: MetadataEntry, _ manifest: Manifest, _ models: [ModelDescription]
    ) throws(FormatError) -> TrainingConfiguration {
        let model = try model(manifest, models)
        let entry = try training.map("optimizer")
        do {
            let configuration = TrainingConfiguration(
                model: model, initialization: try rules(model, manifest),
                seed: try training.unsigned("seed"),
                stepCount: try training.count("steps_asked"),
                batchSize: try training.count("batch_size"),
                learningRate: try training.number("learning_rate"),
                optimizer: try OptimizerCatalogue.optimizer(named: entry.string("name")) {
                    (name, _) throws(ConfigurationError) in try constant(name, entry)
                },
                schedule: try LearningRateSchedule(training.map("schedule")),
                isShuffled: try isShuffled(training))
            try configuration.check()
            return configuration
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.corrupt, "The file's recipe means nothing: \(error)")
        }
    }

    private static func constant(
        _ name: String, _ entry: MetadataEntry
    ) throws(ConfigurationError) -> Double {
        do throws(FormatError) {
            return try entry.number(name)
        } catch {
            throw ConfigurationError(error.message)
        }
    }

    private static func isShuffled(_ training: MetadataEntry) throws(FormatError) -> Bool {
        switch try training.string("order") {
        case "shuffled": return true
        case "file": return false
        case let other:
            throw FormatError(
                .unsupportedFeature,
                "The images were taken in an order called \"\(other)\"; expected file or shuffled.")
        }
    }

    private static func model(
        _ manifest: Manifest, _ models: [ModelDescription]
    ) throws(FormatError) -> ModelDescription {
        let layout = try manifest.recordedKernelLayout() ?? .tensorflow
        guard layout == .tensorflow else {
            throw FormatError(
                .unsupportedFeature,
                "The kernels are in the layout of \(layout.rawValue), and training goes on in that of "
                    + "tensorflow; convert the file to it first.")
        }
        guard let graph = manifest.graph,
            let model = models.first(where: { $0.name == graph.name }), model.graph == graph
        else {
            throw FormatError(
                .unsupportedFeature,
                "The network of the file is none of those that can be trained here: "
                    + models.map(\.name).joined(separator: ", ") + ".")
        }
        return model
    }

    /// Rules that fill the variables as they were filled; none when the model's own choice does.
    private static func rules(
        _ model: ModelDescription, _ manifest: Manifest
    ) throws(FormatError) -> [InitializationRule] {
        var recipes: [InitializerRecipe] = []
        for variable in model.variables {
            guard let recipe = manifest[variable.name]?.initializer?.recipe else {
                throw FormatError(
                    .corrupt, variable: variable.name.string,
                    "The file does not say how the variable was first filled; the training cannot "
                        + "be resumed from it.")
            }
            recipes.append(recipe)
        }
        if recipes == model.variables.map(\.recipe) { return [] }
        return zip(model.variables, recipes).map { variable, recipe in
            InitializationRule(
                pattern: GlobPattern(variable.name.string), filling: .recipe(recipe))
        }
    }

    private static func state(
        _ training: MetadataEntry, _ saved: MetadataEntry, _ checkpoint: Checkpoint,
        _ configuration: TrainingConfiguration
    ) throws(FormatError) -> TrainingState {
        var state = TrainingState(
            stepCount: try training.count("steps"), parameters: [:], slots: [:])
        for variable in configuration.model.variables {
            state.parameters[variable.name] = try tensor(
                variable.name, variable.shape, checkpoint)
            var slots: [[Float]] = []
            for slot in configuration.optimizer.slotNames {
                let stored = try tensor(variable.name.slot(slot), variable.shape, checkpoint)
                let values = stored.bytes.floats
                slots.append(values.indices.map { values[$0] })
            }
            state.slots[variable.name] = slots
        }
        func report(_ key: String, of entry: MetadataEntry) throws(FormatError) -> StepReport? {
            entry.has(key) ? try StepReport(entry.map(key)) : nil
        }
        state.first = try report("first_batch", of: saved)
        state.peak = try report("peak_batch", of: saved)
        state.last = try report("last_batch", of: training)
        try state.check(configuration)
        return state
    }

    private static func tensor(
        _ name: VariableName, _ shape: TensorShape, _ checkpoint: Checkpoint
    ) throws(FormatError) -> TensorData {
        guard let tensor = checkpoint[name], tensor.info.dtype == .f32, tensor.info.shape == shape
        else {
            throw FormatError(
                .corrupt, variable: name.string,
                "Training goes on from this variable, float32 \(shape); the file does not have it "
                    + "so.")
        }
        return tensor
    }
}

extension LearningRateSchedule {
    init(_ entry: MetadataEntry) throws(FormatError) {
        let warmUp = try entry.count("warm_up")
        switch try entry.string("name") {
        case "constant": self.init(.constant, warmUp: warmUp)
        case "step":
            let every = try entry.count("every", atLeast: 1)
            self.init(.step(every: every, factor: try entry.number("factor")), warmUp: warmUp)
        case "cosine":
            let steps = try entry.count("steps", atLeast: 1)
            self.init(.cosine(steps: steps, final: try entry.number("final")), warmUp: warmUp)
        case let name:
            throw FormatError(
                .unsupportedFeature,
                "The learning rate follows a schedule called \"\(name)\"; "
                    + "expected one of \(Self.names.joined(separator: ", ")).")
        }
    }
}
