import LTFNBytes
import LTFNCheckpoint

/// An open file of HDF5.
struct HDF5Reader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    private let format: String
    private let source: any ByteSource
    private let limits: DecodingLimits
    /// What the file is a member of.
    private let archive: KerasArchive?
    /// In the order of the manifest.
    private let values: [HDF5Values]

    /// - Parameter format: that errors name.
    /// - Throws: as `HDF5Content` and `HDF5Variables`.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits,
        selection: ReadingSelection, archive: KerasArchive? = nil
    ) throws(FormatError) {
        self.format = format
        self.archive = archive
        self.limits = limits
        do throws(FormatError) {
            let content = try HDF5Content(source, limits: limits)
            self.source = content.source
            let variables = try HDF5Variables(content, format: format, selection: selection)
            var restored = try RestoredManifest(
                Manifest(variables: variables.infos),
                strings: variables.metadata.compactMap { pair in
                    guard case .string(let text) = pair.value else { return nil }
                    return JSONMember(pair.key, .string(text))
                }, leftOut: variables.leftOut)
            restored.expectWholeGraph()
            for (key, value) in variables.metadata {
                if case .string = value { continue }
                if restored.manifest.metadata[key] == nil {
                    restored.manifest.metadata[key] = value
                }
            }
            var notes = variables.notes + (archive?.notes ?? [])
            for (key, text) in archive?.metadata ?? []
            where restored.manifest.metadata[key] == nil {
                restored.manifest.metadata[key] = .string(text)
            }
            let description =
                if let config = archive?.config { Optional(config) } else {
                    try Self.description(variables.metadata)
                }
            if let description {
                var keras = KerasDescription(
                    description, variables: variables.paths, attributes: content.attributes)
                try keras.add(to: &restored.manifest)
                notes += keras.notes
            }
            manifest = restored.manifest
            losses = variables.losses + restored.losses
            self.notes = notes
            values = manifest.variables.compactMap { variables.values[$0.name] }
        } catch {
            throw error.named(format)
        }
    }

    /// What a file of before `.keras` says of its layers.
    private static func description(
        _ metadata: [(key: String, value: MetadataValue)]
    ) throws(FormatError) -> JSONValue? {
        guard
            case .string(let text)? = metadata.first(where: { $0.key == KerasModel.attribute })?
                .value
        else { return nil }
        try AvailableMemory.expect(16 * text.utf8.count)
        return try? JSONReader.read(Array(text.utf8))
    }

    /// The checksum that an archive has of all of it.
    func verifyRest() throws(FormatError) {
        do throws(FormatError) {
            try archive?.verify()
        } catch {
            throw error.named(format)
        }
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        do throws(FormatError) {
            _ = try CheckedSize.limited(range.count, to: limits.tensorByteCount, of: "the tensor")
            // What was never written takes nothing in the file, and may be of any length.
            _ = try CheckedSize.limited(
                UInt64(range.count), to: limits.expansion(ofFileWith: source.byteCount),
                of: "the tensor")
            return try values[index].read(range, of: source, limits: limits)
        } catch {
            throw error.named(format, variable: manifest.variables[index].name.string)
        }
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        let byteCount = manifest.variables[index].tensor.byteCount
        return values[index].place.map { StoredValues(source, at: $0, byteCount: byteCount) }
    }

    func pieceByteCount(_ index: Int) -> Int { values[index].pieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        manifest.variables[index].tiedTo == nil
            ? values[index].stored : StorageInfo(storedByteCount: 0, codec: "raw")
    }
}
