import LTFNBytes
public import LTFNCheckpoint
import LTFNDatasets

/// Which run a checkpoint is of: the network, how it was first filled, the recipe and the data, but
/// not how far it has come, nor how far it is to go.
///
/// Nothing is stored for it alone: every file that can be resumed says all of it. Two runs of one
/// identity take the same steps, so that a checkpoint of the one is a checkpoint of the other.
public struct RunIdentity: Hashable, Sendable {
    private let graph: ModelGraph?
    private let initializers: [VariableName: InitializerSpec]
    /// What the metadata say of the training, without what changes from step to step.
    private let recipe: Metadata
    /// The SHA-256 of each part.
    private let data: Metadata

    init(graph: ModelGraph?, initializers: [VariableName: InitializerSpec], training: Metadata) {
        self.graph = graph
        self.initializers = initializers
        var recipe = training
        for key in TrainingRecord.progress + ["data"] { recipe[key] = nil }
        self.recipe = recipe
        var data = Metadata()
        if case .map(let parts)? = training["data"] {
            for part in DatasetPart.allCases {
                // Its name is what the program makes of the digest.
                guard case .map(let entry)? = parts[part.rawValue] else { continue }
                data[part.rawValue] = entry["sha256"]
            }
        }
        self.data = data
    }

    /// The run that a file is of, told without its values; nil when it is of none.
    public init?(_ manifest: Manifest) {
        guard case .map(let training)? = manifest.metadata["training"] else { return nil }
        self.init(manifest, training: training)
    }

    init(_ manifest: Manifest, training: Metadata) {
        var initializers: [VariableName: InitializerSpec] = [:]
        for variable in manifest.variables {
            initializers[variable.name] = variable.initializer
        }
        self.init(graph: manifest.graph, initializers: initializers, training: training)
    }

    /// What two runs differ in, for a sentence: `seed, learning rate`. Empty when they are one.
    public func differences(from other: RunIdentity) -> [String] {
        let keys = Set((recipe.entries + other.recipe.entries).map(\.key.string)).sorted()
        var names = keys.filter { recipe[$0] != other.recipe[$0] }
            .map { $0.replacing("_", with: " ") }
        if data != other.data { names.append("data") }
        if graph != other.graph { names.append("network") }
        // Another seed or network has other initializers too.
        if initializers != other.initializers, names.isEmpty { names.append("initializers") }
        return names
    }
}
