import LTFNBytes
import LTFNCheckpoint

/// An open set of safetensors files.
struct ShardedSafetensorsReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    let otherFiles: [String]
    let otherByteCount: UInt64
    private let shards: [SafetensorsReader]
    /// For every variable its file, and its position among those of that file.
    private let places: [(shard: Int, position: Int)]

    /// - Parameter name: of the index in the folder; nil: it is the main file.
    init(
        index source: any ByteSource, named name: String?, _ files: any FileSet,
        _ selection: ReadingSelection, limits: DecodingLimits
    ) throws(FormatError) {
        let index = try ShardIndex(parsing: source, limits: limits)
        let names = index.fileNames
        // What is wrong with a name is wrong with the index.
        for name in names { try files.expectInside(name) }
        let indexName = name ?? files.name
        var unreadable = UnreadableParts(selection, kind: "tensor")
        var leftOut: Set<ByteString> = []
        var shards: [SafetensorsReader] = []
        // An index that was not named is one of the other files.
        var byteCount: UInt64 = name == nil ? 0 : source.byteCount
        var variableCount = 0
        for name in names {
            let shard = try Self.about(name) { () throws(FormatError) in
                let file = try Self.file(name, of: files, index: indexName)
                byteCount = CheckedSize.total(byteCount, file.byteCount)
                let header = try SafetensorsHeader(
                    file, limits: limits, selection: selection, names: index.names.forFile)
                unreadable.add(header.unreadable)
                leftOut.formUnion(header.leftOut)
                return try SafetensorsReader(partOfSet: file, limits: limits, header)
            }
            variableCount += shard.manifest.variables.count
            guard variableCount <= limits.variableCount else {
                throw ShardIndex.error(
                    .limitExceeded,
                    "The files hold more than the \(limits.variableCount) tensors that are allowed."
                )
            }
            shards.append(shard)
        }
        otherByteCount = byteCount
        otherFiles = (name.map { [$0] } ?? []) + names
        self.shards = shards
        notes = shards.flatMap(\.notes)
        try Self.check(index, names, shards, leftOut)
        let unread = try unreadable.losses(remainingCount: variableCount)
        let restored = try Self.restored(index, names, shards, leftOut)
        manifest = restored.manifest
        losses =
            unread + restored.losses
            + shards.flatMap(\.losses).filter { !Self.isElsewhere($0, restored.manifest) }
        var numbers: [ByteString: Int] = [:]
        for (number, name) in names.enumerated() { numbers[ByteString(name)] = number }
        places = manifest.variables.map { variable in
            let shard = index.files[variable.name].flatMap { numbers[ByteString($0)] } ?? 0
            return (shard, shards[shard].manifest.index(of: variable.name) ?? 0)
        }
    }

    /// Makes sure that index and files speak of the same tensors.
    private static func check(
        _ index: ShardIndex, _ names: [String], _ shards: [SafetensorsReader],
        _ leftOut: Set<ByteString>
    ) throws(FormatError) {
        var found = 0
        for (file, shard) in zip(names, shards) {
            for variable in shard.manifest.variables {
                guard let listed = index.files[variable.name] else {
                    throw ShardIndex.error(
                        .corrupt, variable: variable.name.string,
                        "The tensor is in \"\(file.prefix(200))\", but not in the index.")
                }
                guard ByteString(listed) == ByteString(file) else {
                    throw ShardIndex.error(
                        .corrupt, variable: variable.name.string,
                        "The tensor is in \"\(file.prefix(200))\", the index says "
                            + "\"\(listed.prefix(200))\".")
                }
                found += 1
            }
        }
        guard found < index.files.count else { return }
        // The names of the set itself: a tensor that cannot be read has no other.
        let unread = leftOut.reduce(into: Set<VariableName>()) { names, name in
            if let name = index.names.known(name) { names.insert(name) }
        }
        let missing = index.files.keys.sorted().first { name in
            !unread.contains(name)
                && !zip(names, shards).contains {
                    $0 == index.files[name] && $1.manifest.index(of: name) != nil
                }
        }
        guard let missing else { return }
        throw ShardIndex.error(
            .corrupt, variable: missing.string,
            "The index says that the tensor is in \"\((index.files[missing] ?? "").prefix(200))\", "
                + "which has no such tensor.")
    }

    /// What index and files say of the whole. A key of the metadata that has several values is kept
    /// once for each file, with the name of the file before it.
    private static func restored(
        _ index: ShardIndex, _ names: [String], _ shards: [SafetensorsReader],
        _ leftOut: Set<ByteString>
    ) throws(FormatError) -> RestoredManifest {
        let bare = try Manifest(variables: shards.flatMap(\.manifest.variables))
        // The sum of the sizes is known from the files.
        let members = index.metadata.filter { $0.key != "total_size" }
        let strings = members.filter { if case .string = $0.value { true } else { false } }
        var restored: RestoredManifest
        do throws(FormatError) {
            restored = try RestoredManifest(bare, strings: strings, leftOut: leftOut)
        } catch {
            throw error.named(ShardedSafetensorsFormat.name)
        }
        var pairs = restored.manifest.metadata.entries.map {
            (key: $0.key.string, value: $0.value)
        }
        for member in members {
            if case .string = member.value { continue }
            if let value = try MetadataValue(foreign: member.value) {
                pairs.append((member.key, value))
            }
        }
        var known: [ByteString: MetadataValue] = [:]
        for pair in pairs { known[ByteString(pair.key)] = pair.value }
        // For every key the value that all give it; nil where they differ.
        var common: [ByteString: MetadataValue?] = known.mapValues { $0 }
        for entry in shards.flatMap(\.manifest.metadata.entries) {
            if let earlier = common[entry.key] {
                if earlier != entry.value { common[entry.key] = .some(nil) }
            } else {
                common[entry.key] = entry.value
            }
        }
        for (name, shard) in zip(names, shards) {
            for entry in shard.manifest.metadata.entries {
                if common[entry.key] == .some(nil) {
                    if known[entry.key] != entry.value {
                        pairs.append(("\(name): \(entry.key.string)", entry.value))
                    }
                } else if known.updateValue(entry.value, forKey: entry.key) == nil {
                    pairs.append((entry.key.string, entry.value))
                }
            }
        }
        restored.manifest.metadata = try Metadata(unordered: pairs)
        if restored.manifest.graph == nil {
            restored.manifest.graph = shards.lazy.compactMap(\.manifest.graph).first
        }
        restored.expectWholeGraph()
        return restored
    }

    /// Whether a file's record tells of a tensor that another file holds with what was said of it.
    private static func isElsewhere(_ loss: FormatLoss, _ manifest: Manifest) -> Bool {
        loss.subject == .initializer
            && loss.variable.flatMap { manifest[$0]?.initializer } != nil
    }

    private static func file(
        _ name: String, of files: any FileSet, index: String
    ) throws(FormatError) -> any ByteSource {
        do throws(FormatError) {
            return try files.file(name)
        } catch {
            var error = error
            error.message += " The index \"\(index)\" names it."
            throw error
        }
    }

    private static func about<Result>(
        _ name: String, _ body: () throws(FormatError) -> Result
    ) throws(FormatError) -> Result {
        do throws(FormatError) {
            return try body()
        } catch {
            var error = error
            error.path = error.path ?? name
            throw error
        }
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

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        shards[places[index].shard].storage(places[index].position)
    }
}

extension MetadataValue {
    /// Metadata of another program's JSON; nil for `null`. Complexity: O(n log n).
    ///
    /// - Throws: `corrupt` for a key that stands twice.
    init?(foreign json: JSONValue) throws(FormatError) {
        switch json {
        case .null: return nil
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .i64(number)
        case .uint(let number): self = .u64(number)
        case .double(let number): self = .f64(number)
        case .string(let string): self = .string(string)
        case .array(let elements):
            var values: [MetadataValue] = []
            for element in elements {
                if let value = try MetadataValue(foreign: element) { values.append(value) }
            }
            self = .list(values)
        case .object(let members):
            var pairs: [(key: String, value: MetadataValue)] = []
            for member in members {
                if let value = try MetadataValue(foreign: member.value) {
                    pairs.append((member.key, value))
                }
            }
            self = .map(try Metadata(unordered: pairs))
        }
    }
}
