import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets

/// What a file says of the training that it comes from, under `training` in its metadata.
struct TrainingRecord: Sendable {
    /// The recipe. The network and the initializers stand in the file's graph and variables.
    var configuration: TrainingConfiguration
    /// What was trained and tested on.
    var data: [DatasetPart: Part]
    /// How many steps have been done.
    var stepCount: Int
    /// Where the next step begins.
    var nextImage: Int
    var first: StepReport?
    /// The step with the largest cost.
    var peak: StepReport?
    var last: StepReport?
    /// How well the network does at the end; it is written, and not needed to go on.
    var evaluation: Evaluation?

    /// A file of the data.
    struct Part: Hashable, Sendable {
        /// The SHA-256 of the unpacked file, in hexadecimal.
        var digest: String
        var name: String?
    }

    /// The entries that tell how far a run has come, or is to go.
    static let progress = ["last_batch", "state", "steps", "steps_asked", "test"]
}

// The two ways: an entry that the one writes, the other reads.
extension TrainingRecord {
    var metadata: Metadata {
        var training: Metadata = [
            "batch_size": .u64(UInt64(configuration.batchSize)),
            "data": .map(dataMetadata),
            "learning_rate": .f64(configuration.learningRate),
            "loss": .string("softmax_cross_entropy"),
            "optimizer": .map(configuration.optimizer.metadata),
            "order": .string(configuration.isShuffled ? "shuffled" : "file"),
            "schedule": .map(configuration.schedule.metadata),
            "seed": .u64(configuration.seed),
            "state": .map(stateMetadata),
            "steps": .u64(UInt64(stepCount)),
            "steps_asked": .u64(UInt64(configuration.stepCount)),
        ]
        if let last { training["last_batch"] = .map(last.metadata) }
        if let evaluation { training["test"] = .map(evaluation.metadata) }
        return training
    }

    private var stateMetadata: Metadata {
        var metadata: Metadata = ["next_image": .u64(UInt64(nextImage))]
        if let first { metadata["first_batch"] = .map(first.metadata) }
        if let peak { metadata["peak_batch"] = .map(peak.metadata) }
        return metadata
    }

    private var dataMetadata: Metadata {
        var metadata = Metadata()
        for (part, file) in data {
            var entry: Metadata = ["sha256": .string(file.digest)]
            if let name = file.name { entry["name"] = .string(name) }
            metadata[part.rawValue] = .map(entry)
        }
        return metadata
    }

    /// - Parameter models: the networks that the file may be of.
    /// - Throws: as `SavedTraining.init`.
    init(
        _ training: MetadataEntry, _ manifest: Manifest, _ models: [ModelDescription]
    ) throws(FormatError) {
        func report(_ key: String, of entry: MetadataEntry) throws(FormatError) -> StepReport? {
            entry.has(key) ? try StepReport(entry.map(key)) : nil
        }
        let state = try training.map("state")
        configuration = try Self.configuration(training, manifest, models)
        stepCount = try training.count("steps")
        nextImage = try state.count("next_image")
        first = try report("first_batch", of: state)
        peak = try report("peak_batch", of: state)
        last = try report("last_batch", of: training)
        let parts = try training.map("data")
        data = [:]
        for part in DatasetPart.allCases {
            let entry = try parts.map(part.rawValue)
            data[part] = Part(
                digest: try entry.string("sha256"),
                name: entry.has("name") ? try entry.string("name") : nil)
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
}
