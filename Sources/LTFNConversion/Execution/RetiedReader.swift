import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange

/// An open checkpoint whose variables share their values again, where the file says that they once
/// did and the bytes are still the same.
///
/// A file says so in two ways: a variable's metadata name another one under `ltfn.tie`, or the
/// metadata of a safetensors file have the name of a variable that is missing as a key, and that of
/// the one whose values it shares as the value: so the owners' binding for PyTorch writes models.
struct RetiedReader: RearrangedReader {
    let manifest: Manifest
    /// The names that are tied again.
    let restored: [VariableName]
    let reader: any CheckpointReader
    let positions: [Int]

    /// - Parameter format: what `reader` reads.
    /// - Throws: as reading values.
    init(_ reader: any CheckpointReader, _ format: any CheckpointFormat) throws(FormatError) {
        self.reader = reader
        var manifest = reader.manifest
        var restored: [VariableName] = []
        var positions = Array(manifest.variables.indices)
        let shared = try Self.recorded(in: reader)
        if !shared.isEmpty {
            var variables = manifest.variables
            for (index, target) in shared {
                variables[index].tiedTo = target
                variables[index].metadata[VariableInfo.tieKey] = nil
                restored.append(variables[index].name)
            }
            manifest = try Manifest(
                variables: variables, metadata: manifest.metadata, graph: manifest.graph)
        }
        if format.traits.name == SafetensorsFormat().traits.name
            || format is ShardedSafetensorsFormat
        {
            let dropped = Self.dropped(from: manifest)
            if !dropped.isEmpty {
                let names = Set(dropped.map(\.name.string))
                let kept = manifest.metadata.entries.filter { !names.contains($0.key.description) }
                restored += dropped.map(\.name)
                positions += dropped.compactMap { $0.tiedTo.flatMap(manifest.index) }
                manifest = try Manifest(
                    variables: manifest.variables + dropped,
                    metadata: Metadata(unordered: kept.map { ($0.key.description, $0.value) }),
                    graph: manifest.graph)
            }
        }
        self.manifest = manifest
        self.restored = restored
        self.positions = positions
    }

    /// The variables whose metadata name another one that has the same values, and that one.
    private static func recorded(
        in reader: any CheckpointReader
    ) throws(FormatError) -> [(index: Int, target: VariableName)] {
        let variables = reader.manifest.variables
        let tied = Set(variables.compactMap(\.tiedTo))
        var digests: [Int: SHA256Digest] = [:]
        func digest(_ index: Int) throws(FormatError) -> SHA256Digest {
            if let known = digests[index] { return known }
            let digest = try reader.verify(index)
            digests[index] = digest
            return digest
        }
        var result: [(index: Int, target: VariableName)] = []
        for (index, variable) in variables.enumerated() {
            guard case .string(let text)? = variable.metadata[VariableInfo.tieKey],
                let name = try? VariableName(text), let other = reader.manifest.index(of: name),
                other != index, variable.tiedTo == nil, !tied.contains(variable.name),
                variables[other].tiedTo == nil, variables[other].tensor == variable.tensor,
                // Of two that name one another, neither is tied.
                variables[other].metadata[VariableInfo.tieKey] == nil,
                try digest(index) == digest(other)
            else { continue }
            result.append((index, name))
        }
        return result
    }

    /// The variables that the metadata of a safetensors file say were left out.
    private static func dropped(from manifest: Manifest) -> [VariableInfo] {
        manifest.metadata.entries.compactMap { entry in
            guard entry.key != ByteString("format"), case .string(let text) = entry.value,
                let name = try? VariableName(entry.key.description),
                manifest.index(of: name) == nil,
                let target = try? VariableName(text), let holder = manifest[target]
            else { return nil }
            return VariableInfo(
                name: name, tensor: holder.tensor, tiedTo: holder.tiedTo ?? holder.name)
        }
    }

    var content: ContentIdentity? { restored.isEmpty ? reader.content : nil }
}
