import LTFNBytes
import LTFNCheckpoint

/// The tensors of a pickle as variables: their names, and which of them share their values.
struct TorchVariables {
    private(set) var infos: [VariableInfo] = []
    private(set) var tensors: [(name: VariableName, tensor: TorchTensor)] = []
    private(set) var losses: [FormatLoss] = []
    /// What a single value that is no tensor is called.
    static let onlyValueName = "value"

    private let found: [(key: String, value: MetadataValue)]

    /// - Throws: `corrupt`.
    init(_ content: TorchContent) throws(FormatError) {
        found = content.metadata
        var names = ForeignNames(content.entries.map(\.name))
        var owners: [TorchTensor: VariableName] = [:]
        var storages: [ByteString: Int] = [:]
        for entry in content.entries {
            let storage = entry.tensor.storage
            let known = storages.updateValue(storage.byteCount, forKey: ByteString(storage.key))
            guard known ?? storage.byteCount == storage.byteCount else {
                throw FormatError(
                    .corrupt, format: TorchFormat.name, variable: entry.name,
                    "The storage \"\(storage.key.prefix(40))\" has \(storage.byteCount) bytes here "
                        + "and \(known ?? 0) elsewhere in the pickle.")
            }
            let name = try names.variableName(entry.name, format: TorchFormat.name)
            var info = VariableInfo(name: name, tensor: entry.tensor.info)
            if let owner = owners[entry.tensor.view] {
                info.tiedTo = owner
            } else {
                owners[entry.tensor.view] = name
            }
            infos.append(info)
            tensors.append((name, entry.tensor))
        }
        losses = names.losses
    }

    /// The metadata of the pickle beside those of the record.
    func metadata(_ recorded: Metadata) throws(FormatError) -> Metadata {
        if found.isEmpty { return recorded }
        var taken = Set(recorded.entries.map(\.key))
        var next: [ByteString: Int] = [:]
        var pairs = recorded.entries.map { (key: $0.key.string, value: $0.value) }
        for pair in found {
            var key = pair.key
            while !taken.insert(ByteString(key)).inserted {
                let number = next[ByteString(pair.key)] ?? 2
                next[ByteString(pair.key)] = number + 1
                key = "\(pair.key)~\(number)"
            }
            pairs.append((key, pair.value))
        }
        return try Metadata(unordered: pairs)
    }
}
