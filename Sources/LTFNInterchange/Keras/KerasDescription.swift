import LTFNBytes
import LTFNCheckpoint

/// What a description of Keras adds to the variables of its file: how each was filled at first, and
/// the network, where it is one here.
struct KerasDescription {
    private let model: KerasModel
    private(set) var notes: [String] = []

    /// - Parameters:
    ///   - variables: those of the file, by their paths.
    ///   - attributes: what the groups of the file say, by their paths.
    init(
        _ description: JSONValue, variables: [ByteString: VariableName],
        attributes: [ByteString: [(name: String, value: MetadataValue?)]]
    ) {
        model = KerasModel(description) { name, path in
            var known: [VariableName] = []
            while let next = variables[ByteString("\(path)/vars/\(known.count)")] {
                known.append(next)
            }
            if !known.isEmpty { return known }
            // Files of before `.keras`: whole models, or weights alone.
            for group in ["model_weights/" + name, name] {
                let said = attributes[ByteString(group)]?.first { $0.name == "weight_names" }
                guard case .list(let names)? = said?.value else { continue }
                return names.compactMap { value in
                    guard case .string(let text) = value else { return nil }
                    return variables[ByteString("\(group)/\(text)")]
                }
            }
            return []
        }
    }

    /// Adds what the manifest does not say itself.
    mutating func add(to manifest: inout Manifest) throws(FormatError) {
        try addInitializers(to: &manifest)
        guard manifest.graph == nil else { return }
        do throws(FormatError) {
            let known = manifest
            let network = try KerasNetwork.graph(model) { known[$0]?.tensor }
            let layout = MetadataValue.string(KernelLayout.tensorflow.rawValue)
            guard (manifest.metadata[KernelLayout.metadataKey] ?? layout) == layout else { return }
            manifest.graph = network.graph
            if !network.isScaleKnown {
                notes.append(
                    "The model does not say how pixels are scaled (a layer Rescaling): its graph takes "
                        + "them from 0 to 1.")
            }
        } catch {
            guard error.code == .unsupportedFeature else { throw error }
            notes.append(LeftOutNote.graph(because: error.message))
        }
    }

    private func addInitializers(to manifest: inout Manifest) throws(FormatError) {
        var specs: [VariableName: JSONValue] = [:]
        for layer in model.layers {
            for (name, spec) in zip(layer.variables, KerasInitializer.specs(of: layer)) {
                if let spec { specs[name] = spec }
            }
        }
        guard !specs.isEmpty else { return }
        var variables = manifest.variables
        for index in variables.indices where variables[index].initializer == nil {
            guard let json = specs[variables[index].name] else { continue }
            variables[index].initializer = KerasInitializer.spec(
                json, of: variables[index].tensor)
        }
        manifest = try Manifest(
            variables: variables, metadata: manifest.metadata, graph: manifest.graph)
    }
}
