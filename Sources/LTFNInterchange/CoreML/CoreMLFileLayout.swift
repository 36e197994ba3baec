import LTFNBytes
import LTFNCheckpoint

/// What stands where in a model that is written, known before any values are.
struct CoreMLFileLayout {
    /// What apps of iOS 13 and macOS 10.15 run.
    static let specificationVersion: UInt64 = 4

    /// The model, whose gaps are the values of variables by their positions.
    let model: ProtobufDraft
    /// The variables in the order of their values.
    let order: [Int]

    var byteCount: UInt64 { model.byteCount }

    init(_ manifest: Manifest) {
        typealias Field = CoreMLField.Model
        let graph = CoreMLGraphWriter(manifest)
        var head = ProtobufWriter()
        head.varint(Field.specificationVersion, Self.specificationVersion)
        head.message(Field.description) { description in
            description.append(graph.features)
            description.message(CoreMLField.Description.metadata) { metadata in
                let names = CoreMLNames.record(graph.names)
                let strings = EmbeddedManifest.strings(of: manifest, isForLoaders: false)
                if let name = manifest.graph?.name, !name.isEmpty {
                    metadata.string(CoreMLField.Metadata.shortDescription, name)
                }
                metadata.entry(CoreMLHeader.namesKey, names)
                for entry in strings { metadata.entry(entry.key, entry.value) }
            }
        }
        var model = ProtobufDraft()
        model.add(head)
        model.message(Field.neuralNetwork, graph.network)
        self.model = model
        order = graph.order
    }
}

extension ProtobufWriter {
    /// A key with its value, as free metadata.
    fileprivate mutating func entry(_ key: String, _ value: String) {
        message(CoreMLField.Metadata.userDefined) { entry in
            entry.string(CoreMLField.Entry.key, key)
            entry.string(CoreMLField.Entry.value, value)
        }
    }
}
