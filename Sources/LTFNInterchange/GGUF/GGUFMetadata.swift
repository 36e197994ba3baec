import LTFNBytes
import LTFNCheckpoint

/// The metadata of a file: keys, values, and what types the values are of.
///
/// Values stand in our metadata as the nearest kind that we have. `gguf.types` says of those whose
/// kind does not tell their type which it is: it is made by reading, and spent by writing.
struct GGUFMetadata {
    struct Entry {
        var key: String
        var value: MetadataValue
        var type: GGUFType
    }

    private(set) var entries: [Entry] = []

    static let alignmentKey = "general.alignment"

    /// The most that is written; more only makes files long.
    static let largestAlignment: UInt32 = 1 << 20

    /// Reads `count` keys and their values.
    ///
    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `unsupportedFeature`, `io`.
    init(_ cursor: inout GGUFCursor, count: UInt64) throws(FormatError) {
        // The length of a key, the type of a value and a byte of it.
        try cursor.expect(count, of: 13, "keys of the metadata")
        var reader = GGUFValueReader()
        for _ in 0..<count {
            let start = cursor
            guard let key = String(validating: try cursor.string(), as: UTF8.self) else {
                throw start.error(.corrupt, "A key of the metadata is not valid UTF-8.")
            }
            do throws(FormatError) {
                let (value, type) = try reader.value(&cursor)
                try entries.makeRoomForOne()
                entries.append(Entry(key: key, value: value, type: type))
            } catch {
                var error = error
                error.message = "\"\(key.prefix(80))\": " + error.message
                throw error
            }
        }
    }

    /// At what multiples values begin.
    ///
    /// - Throws: `corrupt`.
    var alignment: UInt64 {
        get throws(FormatError) {
            guard let entry = entries.first(where: { $0.key == Self.alignmentKey }) else {
                return GGUFFormat.defaultAlignment
            }
            guard entry.type == .plain(.u32), case .i64(let number) = entry.value, number > 0,
                number.nonzeroBitCount == 1
            else {
                throw FormatError(
                    .corrupt, format: GGUFFormat.name,
                    "\(Self.alignmentKey) is no power of two of the type u32; expected one, such as "
                        + "\(GGUFFormat.defaultAlignment).")
            }
            return UInt64(number)
        }
    }
}

// What a file says, as a manifest.
extension GGUFMetadata {
    /// - Parameter losses: takes what is read and has no place.
    /// - Throws: as `RestoredManifest`; `corrupt` for a key that stands twice.
    func restored(
        _ variables: [VariableInfo], leftOut: Set<ByteString>, losses: inout [FormatLoss]
    ) throws(FormatError) -> Manifest {
        var document: [JSONMember] = []
        var pairs: [(key: String, value: MetadataValue)] = []
        for entry in entries {
            if entry.key == EmbeddedManifest.key, case .string(let text) = entry.value {
                document.append(JSONMember(entry.key, .string(text)))
            } else {
                pairs.append((entry.key, entry.value))
            }
        }
        guard document.count < 2 else {
            throw FormatError(
                .corrupt, "The key \"\(EmbeddedManifest.key)\" of the metadata stands twice.")
        }
        // What the bytes of blocks are the file says itself.
        let bare = variables.map { VariableInfo(name: $0.name, tensor: $0.tensor) }
        var restored = try RestoredManifest(
            Manifest(variables: bare), strings: document, leftOut: leftOut)
        restored.expectWholeGraph()
        losses += restored.losses
        var known = Set(pairs.map { ByteString($0.key) })
        for entry in restored.manifest.metadata.entries
        where entry.key.string != GGUFType.metadataKey {
            if known.insert(entry.key).inserted {
                pairs.append((entry.key.string, entry.value))
            } else {
                losses.append(Self.doubled(entry.key.string))
            }
        }
        if let types = types(restored.manifest) {
            if known.contains(ByteString(GGUFType.metadataKey)) {
                losses.append(Self.doubled(GGUFType.metadataKey))
            } else {
                pairs.append((GGUFType.metadataKey, types))
            }
        }
        let infos = Self.adding(variables, to: restored.manifest.variables)
        return Manifest(
            checked: infos, metadata: try Metadata(unordered: pairs),
            graph: restored.manifest.graph)
    }

    private static func doubled(_ key: String) -> FormatLoss {
        FormatLoss(
            .metadata,
            "\"\(key.prefix(80))\" stands in the record \"\(EmbeddedManifest.key)\" and beside it with "
                + "another value, and the one in the record is left out.")
    }

    /// The record of types: what the file's own record says where it does.
    private func types(_ restored: Manifest) -> MetadataValue? {
        if let own = restored.metadata[GGUFType.metadataKey] {
            if case .map = own { return own }
            return nil
        }
        return Self.types(of: entries)
    }

    /// The types that the values do not tell; nil: there are none.
    private static func types(of entries: [Entry]) -> MetadataValue? {
        let special = entries.filter { GGUFType(usual: $0.value) != $0.type }
        let types = try? Metadata(unordered: special.map { ($0.key, $0.type.metadata) })
        return types.flatMap { $0.isEmpty ? nil : .map($0) }
    }

    private static func adding(
        _ described: [VariableInfo], to variables: [VariableInfo]
    ) -> [VariableInfo] {
        var records: [VariableName: VariableInfo] = [:]
        for variable in described { records[variable.name] = variable }
        return variables.map { variable in
            var result = variable
            result.tiedTo = records[variable.name]?.tiedTo
            if let blocks = records[variable.name]?.metadata[BlockTensor.metadataKey] {
                result.metadata[BlockTensor.metadataKey] = blocks
            }
            return result
        }
    }
}

// What a manifest says, as metadata of a file.
extension GGUFMetadata {
    /// What has no place, or has one that is taken.
    static func losses(writing manifest: Manifest) -> [FormatLoss] {
        let own = EmbeddedManifest.losses(writing: manifest)
        if own.contains(where: { $0.subject == .metadata && $0.variable == nil }) { return own }
        if let types = manifest.metadata[GGUFType.metadataKey] {
            guard case .map = types else {
                return own + [
                    FormatLoss(.metadata, "The key \"\(GGUFType.metadataKey)\" is taken.")
                ]
            }
        }
        if let value = manifest.metadata[alignmentKey], alignment(value) == nil {
            return own + [
                FormatLoss(
                    .metadata,
                    "\"\(alignmentKey)\" has to be a power of two up to \(largestAlignment) in a GGUF "
                        + "file.")
            ]
        }
        return own
    }

    private static func alignment(_ value: MetadataValue) -> UInt32? {
        guard case .i64(let number) = value, let alignment = UInt32(exactly: number),
            alignment.nonzeroBitCount == 1, alignment <= largestAlignment
        else { return nil }
        return alignment
    }

    /// All that is written, less the `losses`.
    init(writing manifest: Manifest) {
        let isLost = Self.losses(writing: manifest).contains {
            $0.subject == .metadata && $0.variable == nil
        }
        let metadata = isLost ? [:] : manifest.metadata
        let record = metadata[GGUFType.metadataKey]
        let recorded: Metadata = if case .map(let types)? = record { types } else { [:] }
        var others = Metadata()
        for entry in metadata.entries where entry.key.string != GGUFType.metadataKey {
            if let type = Self.type(of: entry, recorded) {
                entries.append(Entry(key: entry.key.string, value: entry.value, type: type))
            } else {
                others[entry.key.string] = entry.value
            }
        }
        // A record that reading would not make is kept as it is: none is `false`.
        if Self.types(of: entries) != record {
            others[GGUFType.metadataKey] = record ?? .bool(false)
        }
        let document = EmbeddedManifest.strings(
            of: Manifest(
                checked: manifest.variables.map(Self.withoutBlocks), metadata: others,
                graph: manifest.graph), isForLoaders: false)
        for (key, value) in document {
            entries.append(Entry(key: key, value: .string(value), type: .plain(.string)))
        }
    }

    private static func type(of entry: Metadata.Entry, _ recorded: Metadata) -> GGUFType? {
        if entry.key.string == alignmentKey { return .plain(.u32) }
        if let type = recorded[entry.key.string].flatMap({ GGUFType(metadata: $0) }),
            GGUFValueWriter.fits(entry.value, type)
        {
            return type
        }
        guard let type = GGUFType(usual: entry.value), GGUFValueWriter.fits(entry.value, type)
        else { return nil }
        return type
    }

    private static func withoutBlocks(_ variable: VariableInfo) -> VariableInfo {
        guard variable.blocks != nil else { return variable }
        var result = variable
        result.metadata[BlockTensor.metadataKey] = nil
        return result
    }
}
