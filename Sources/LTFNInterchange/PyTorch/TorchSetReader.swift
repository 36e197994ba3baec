import LTFNBytes
import LTFNCheckpoint

/// An open set of PyTorch's files.
struct TorchSetReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    let otherFiles: [String]
    let otherByteCount: UInt64
    private let shards: [TorchReader]
    /// For every variable its file, and its position among those of that file.
    private let places: [(shard: Int, position: Int)]

    /// - Parameter name: of the index in the folder; nil: it is the main file.
    init(
        index source: any ByteSource, named name: String?, _ files: any FileSet,
        _ selection: ReadingSelection, limits: DecodingLimits
    ) throws(FormatError) {
        let index: ShardIndex
        do throws(FormatError) {
            index = try ShardIndex(parsing: source, limits: limits)
        } catch {
            throw error.named(TorchSetFormat.name)
        }
        let names = index.fileNames
        // What is wrong with a name is wrong with the index.
        for name in names { try files.expectInside(name) }
        var shards: [TorchReader] = []
        // An index that was not named is one of the other files.
        var byteCount: UInt64 = name == nil ? 0 : source.byteCount
        var found: [VariableName: (shard: Int, position: Int)] = [:]
        var infos: [VariableInfo] = []
        for (number, file) in names.enumerated() {
            do throws(FormatError) {
                let part = try Self.part(file, files)
                byteCount = CheckedSize.total(byteCount, part.byteCount)
                let shard = try TorchReader(part, limits: limits, selection: selection)
                for (position, variable) in shard.manifest.variables.enumerated() {
                    try Self.expect(variable, in: file, index)
                    found[variable.name] = (number, position)
                }
                infos += shard.manifest.variables
                shards.append(shard)
            } catch {
                var error = error
                error.path = error.path ?? file
                throw error
            }
        }
        guard infos.count <= limits.variableCount else {
            throw FormatError(
                .limitExceeded, format: TorchSetFormat.name,
                "The files hold more than the \(limits.variableCount) tensors that are allowed.")
        }
        try Self.expectAll(of: index, found, shards)
        manifest = try Manifest(
            variables: infos, metadata: try Self.metadata(index, names, shards))
        self.shards = shards
        losses = shards.flatMap(\.losses)
        notes = shards.flatMap(\.notes)
        otherFiles = (name.map { [$0] } ?? []) + names
        otherByteCount = byteCount
        places = manifest.variables.map { found[$0.name] ?? (0, 0) }
    }

    private static func part(
        _ name: String, _ files: any FileSet
    ) throws(FormatError) -> any ByteSource {
        do throws(FormatError) {
            return try files.file(name)
        } catch {
            var error = error.named(TorchSetFormat.name)
            error.message += " The index names it."
            throw error
        }
    }

    /// Makes sure that the index says the same of a tensor as the file that has it.
    private static func expect(
        _ variable: VariableInfo, in file: String, _ index: ShardIndex
    ) throws(FormatError) {
        let listed = index.files[variable.name]
        guard listed.map({ ByteString($0) }) != ByteString(file) else { return }
        let said = listed.map { "says that it is in \"\($0.prefix(200))\"" } ?? "does not name it"
        throw FormatError(
            .corrupt, format: TorchSetFormat.name, variable: variable.name.string,
            "The tensor is in \"\(file.prefix(200))\"; the index \(said).")
    }

    private static func expectAll(
        of index: ShardIndex, _ found: [VariableName: (shard: Int, position: Int)],
        _ shards: [TorchReader]
    ) throws(FormatError) {
        let leftOut = shards.reduce(into: Set<ByteString>()) { $0.formUnion($1.leftOut) }
        let missing = index.files.keys.sorted().first {
            found[$0] == nil && !leftOut.contains($0.bytes)
        }
        guard let missing else { return }
        throw FormatError(
            .corrupt, format: TorchSetFormat.name, variable: missing.string,
            "The index says that the tensor is in \"\((index.files[missing] ?? "").prefix(200))\", "
                + "which has no such tensor.")
    }

    /// What index and files say of the whole; where they differ, with the name of the file.
    private static func metadata(
        _ index: ShardIndex, _ names: [String], _ shards: [TorchReader]
    ) throws(FormatError) -> Metadata {
        var pairs: [(key: String, value: MetadataValue)] = []
        var known: [ByteString: MetadataValue] = [:]
        // The sum of the sizes is known from the files.
        for member in index.metadata where member.key != "total_size" {
            guard let value = try MetadataValue(foreign: member.value) else { continue }
            known[ByteString(member.key)] = value
            pairs.append((member.key, value))
        }
        for (name, shard) in zip(names, shards) {
            for entry in shard.manifest.metadata.entries where known[entry.key] != entry.value {
                let isNew = known[entry.key] == nil
                if isNew { known[entry.key] = entry.value }
                let key = entry.key.string
                pairs.append((isNew ? key : "\(name): \(key)", entry.value))
            }
        }
        return try Metadata(unordered: pairs)
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        try shards[places[index].shard].read(places[index].position)
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        try shards[places[index].shard].read(places[index].position, bytes: range)
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        try shards[places[index].shard].stored(places[index].position)
    }

    func pieceByteCount(_ index: Int) -> Int {
        shards[places[index].shard].pieceByteCount(places[index].position)
    }

    func storage(_ index: Int) -> StorageInfo {
        shards[places[index].shard].storage(places[index].position)
    }
}
