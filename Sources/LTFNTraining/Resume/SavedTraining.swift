public import LTFNBytes
public import LTFNCheckpoint
import LTFNDatasets

/// A training run as a file holds it: the recipe and the state.
public struct SavedTraining: Sendable {
    /// The recipe; its `stepCount` is what was asked for.
    public var configuration: TrainingConfiguration { record.configuration }
    public let state: TrainingState
    /// The run that the file is of.
    public let run: RunIdentity
    private let record: TrainingRecord
    /// How each variable was first filled.
    private let specs: [InitializerSpec?]

    /// - Parameter models: the networks that the file may be of.
    /// - Throws: `corrupt` for a file that does not hold all that is needed to go on exactly, or
    ///   contradicts itself; `unsupportedFeature` for a network that cannot be trained here.
    public init(
        _ checkpoint: Checkpoint, models: [ModelDescription] = ModelCatalogue.all
    ) throws(FormatError) {
        let manifest = checkpoint.manifest
        let training = try MetadataEntry("training", of: manifest.metadata)
        run = RunIdentity(manifest, training: training.values)
        record = try TrainingRecord(training, manifest, models)
        state = try Self.state(record, checkpoint)
        specs = record.configuration.model.variables.map { manifest[$0.name]?.initializer }
    }

    /// Makes sure that the data are those of the run so far, and are gone through in the same way.
    ///
    /// - Throws: `ConfigurationError` for other data; `corrupt` when the file counts otherwise.
    func check(_ dataset: Dataset, _ order: BatchOrder) throws {
        for part in DatasetPart.allCases {
            let found = dataset.files[part]?.identity
            let own = record.data[part]
            if let found, found.digest.description == own?.digest { continue }
            throw ConfigurationError(
                "The file was trained with \(part.rawValue) that are not these: "
                    + "\(own?.name ?? "others"), SHA-256 \(own?.digest ?? "unknown"), found "
                    + "\(found?.description ?? "none").", remedy: .giveData)
        }
        guard order.position(step: state.stepCount) == record.nextImage else {
            throw FormatError(
                .corrupt,
                "After \(NumberText.counted(state.stepCount, "step")) the file goes on at image "
                    + "\(record.nextImage), this "
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

    private static func state(
        _ record: TrainingRecord, _ checkpoint: Checkpoint
    ) throws(FormatError) -> TrainingState {
        let configuration = record.configuration
        var state = TrainingState(
            stepCount: record.stepCount, parameters: [:], slots: [:])
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
        state.first = record.first
        state.peak = record.peak
        state.last = record.last
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
