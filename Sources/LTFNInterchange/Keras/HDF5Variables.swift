import LTFNBytes
import LTFNCheckpoint

/// The data sets of a file as variables: their names, and which of them are the same.
struct HDF5Variables {
    private(set) var infos: [VariableInfo] = []
    private(set) var values: [VariableName: HDF5Values] = [:]
    /// What is at each path.
    private(set) var paths: [ByteString: VariableName] = [:]
    private(set) var losses: [FormatLoss] = []
    /// What the file holds and is not read.
    private(set) var leftOut: Set<ByteString> = []
    /// Of the file as a whole: what its root says, and text.
    private(set) var metadata: [(key: String, value: MetadataValue)] = []
    private(set) var notes: [String] = []

    /// What the file has beside variables, counted.
    private struct Remainder {
        var texts = 0
        var empty = 0
        var attributes = 0
    }

    private static let kerasAttributes: Set<String> = [
        "backend", "keras_version", "layer_names", "name", "weight_names",
    ]

    private var remainder = Remainder()
    private var keys: Set<ByteString> = []

    /// - Parameter format: that errors name.
    /// - Throws: `unsupportedFeature` and others for what cannot be read, unless `selection` leaves
    ///   it out.
    init(
        _ content: HDF5Content, format: String, selection: ReadingSelection
    ) throws(FormatError) {
        for attribute in content.attributes[ByteString("")] ?? [] { add(attribute) }
        for (path, attributes) in content.attributes where !path.string.isEmpty {
            // With these Keras finds its own way.
            remainder.attributes += attributes.count { !Self.kerasAttributes.contains($0.name) }
        }
        let called = names(of: content.entries)
        var names = ForeignNames(called)
        var owners: [Int: VariableName] = [:]
        /// The variables that each data set is.
        var sharing: [Int: [Int]] = [:]
        for (entry, called) in zip(content.entries, called) {
            let dataSet = content.dataSets[entry.dataSet]
            switch dataSet.values {
            case .nothing: remainder.empty += 1
            case .text(let text): add(text: text, entry.path)
            case .tensor(let tensor, let values):
                guard selection.includes(called) else {
                    leftOut.insert(ByteString(called))
                    continue
                }
                let name = try names.variableName(called, format: format)
                var info = VariableInfo(name: name, tensor: tensor)
                info.metadata = try metadata(of: dataSet)
                if dataSet.owner.map({ $0 == entry.path }) ?? (owners[entry.dataSet] == nil) {
                    owners[entry.dataSet] = name
                }
                sharing[entry.dataSet, default: []].append(infos.count)
                try infos.makeRoomForOne()
                infos.append(info)
                self.values[name] = values
                paths[ByteString(entry.path)] = name
            }
        }
        for (dataSet, indices) in sharing {
            let owner = owners[dataSet] ?? infos[indices[0]].name
            for index in indices where infos[index].name != owner { infos[index].tiedTo = owner }
        }
        var unreadable = UnreadableParts(selection, kind: "data set")
        for (path, error) in content.failures {
            leftOut.insert(ByteString(path))
            if selection.includes(path) {
                unreadable.add(error.named(format, variable: path), named: path)
            }
        }
        losses = try unreadable.losses(remainingCount: infos.count) + names.losses
        notes += Self.notes(remainder)
        if content.tailByteCount > 0 {
            let found = NumberText.counted(content.tailByteCount, "byte")
            notes.append("What stands after the end of the file (\(found)) is not read.")
        }
    }

    /// With which a data set says which of the paths that lead to it is that of its owner.
    static let ownerAttribute = "ltfn.owner"

    /// What each entry is called: by its path, unless the file says otherwise.
    private mutating func names(of entries: [HDF5Content.Entry]) -> [String] {
        let paths = entries.map(\.path)
        guard let index = metadata.firstIndex(where: { $0.key == HDF5Paths.attribute }) else {
            return paths
        }
        let value = metadata.remove(at: index).value
        guard case .string(let text) = value,
            (try? AvailableMemory.expect(16 * text.utf8.count)) != nil,
            let json = try? JSONReader.read(Array(text.utf8)), case .object(let members) = json
        else { return passOverNames(paths) }
        var known: [ByteString: String] = [:]
        for member in members {
            if case .string(let name) = member.value { known[ByteString(member.key)] = name }
        }
        let names = paths.map { known[ByteString($0)] ?? $0 }
        guard Set(names.map { ByteString($0) }).count == names.count else {
            return passOverNames(paths)
        }
        return names
    }

    private mutating func passOverNames(_ paths: [String]) -> [String] {
        notes.append(
            "What the file says of the names of its data sets (\(HDF5Paths.attribute)) does not fit "
                + "them: they are called by their paths.")
        return paths
    }

    private mutating func add(_ attribute: (name: String, value: MetadataValue?)) {
        guard let value = attribute.value, keys.insert(ByteString(attribute.name)).inserted else {
            remainder.attributes += 1
            return
        }
        metadata.append((attribute.name, value))
    }

    private mutating func add(text: MetadataValue?, _ path: String) {
        guard let text, keys.insert(ByteString(path)).inserted else {
            remainder.texts += 1
            return
        }
        metadata.append((path, text))
    }

    private mutating func metadata(of dataSet: HDF5DataSet) throws(FormatError) -> Metadata {
        if dataSet.attributes.isEmpty { return [:] }
        var pairs: [ByteString: MetadataValue] = [:]
        for attribute in dataSet.attributes {
            let key = ByteString(attribute.name)
            if let value = attribute.value, pairs[key] == nil {
                pairs[key] = value
            } else {
                remainder.attributes += 1
            }
        }
        return try Metadata(unordered: pairs.map { ($0.key.string, $0.value) })
    }

    private static func notes(_ remainder: Remainder) -> [String] {
        let parts = [
            (remainder.texts, "text data set"), (remainder.empty, "empty data set"),
            (remainder.attributes, "attribute"),
        ].filter { $0.0 > 0 }.map { NumberText.counted($0.0, $0.1) }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}
