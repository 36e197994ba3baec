import LTFNBytes
import LTFNCheckpoint

/// The data sets of a file as variables: their names, and which of them are the same.
struct HDF5Variables {
    private(set) var infos: [VariableInfo] = []
    private(set) var values: [VariableName: HDF5Values] = [:]
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
            remainder.attributes += attributes.count
        }
        var names = ForeignNames(content.entries.map(\.path))
        var owners: [Int: VariableName] = [:]
        for entry in content.entries {
            let dataSet = content.dataSets[entry.dataSet]
            switch dataSet.values {
            case .nothing: remainder.empty += 1
            case .text(let text): add(text: text, entry.path)
            case .tensor(let tensor, let values):
                guard selection.includes(entry.path) else {
                    leftOut.insert(ByteString(entry.path))
                    continue
                }
                let name = try names.variableName(entry.path, format: format)
                var info = VariableInfo(name: name, tensor: tensor)
                if let owner = owners[entry.dataSet] {
                    info.tiedTo = owner
                } else {
                    owners[entry.dataSet] = name
                    info.metadata = try metadata(of: dataSet)
                }
                try infos.makeRoomForOne()
                infos.append(info)
                self.values[name] = values
            }
        }
        var unreadable = UnreadableParts(selection, kind: "data set")
        for (path, error) in content.failures {
            leftOut.insert(ByteString(path))
            if selection.includes(path) {
                unreadable.add(error.named(format, variable: path), named: path)
            }
        }
        losses = try unreadable.losses(remainingCount: infos.count) + names.losses
        notes = Self.notes(remainder)
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
            (remainder.texts, "data sets of text"),
            (remainder.empty, "data sets without elements and shape"),
            (remainder.attributes, "attributes of groups, or of kinds that metadata have no place for"),
        ].filter { $0.0 > 0 }.map { "\($0.1) (\(NumberText.grouped($0.0)))" }
        return parts.isEmpty ? [] : ["What is not read: \(parts.joined(separator: "; "))."]
    }
}
