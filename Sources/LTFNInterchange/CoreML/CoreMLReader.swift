import LTFNBytes
import LTFNCheckpoint

/// An open model of Core ML.
struct CoreMLReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    let otherFiles: [String]
    let otherByteCount: UInt64
    private let files: CoreMLModelFiles
    private let limits: DecodingLimits
    private let cursor = ProtobufNumberCursor()
    /// In the order of the manifest.
    private let storages: [CoreMLVariables.Storage]

    init(
        _ files: CoreMLModelFiles, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        self.files = files
        self.limits = limits
        let content = try CoreMLContent(files.model, limits: limits)
        let names = CoreMLNames(content.header)
        let found = try CoreMLVariables(
            content, files, names: names.variables, selection: selection)
        let metadata = content.header.metadata()
        var restored = try Self.restored(found, metadata.strings)
        var notes = content.header.notes + content.notes
        if restored.manifest.graph == nil {
            let network = try CoreMLNetwork(content, found)
            network.add(to: &restored.manifest)
            notes += network.notes
        }
        if metadata.replacedCount > 0 {
            notes.append(
                "Keys of the model's metadata stand again, in all "
                    + "\(NumberText.grouped(metadata.replacedCount)) times; the last of each is read."
            )
        }
        manifest = restored.manifest
        losses = names.losses + found.losses + restored.losses
        self.notes = notes
        let own = files.modelName.map { [$0, CoreMLPackage.manifestName] } ?? []
        otherFiles = own + files.external.names
        otherByteCount = CheckedSize.total(
            files.external.byteCount, files.modelName == nil ? 0 : files.model.byteCount)
        var places: [VariableName: Int] = [:]
        for (index, variable) in found.variables.enumerated() {
            places[variable.info.name] = index
        }
        storages = manifest.variables.map { variable in
            places[variable.name].map { found.variables[$0].storage } ?? .placed([])
        }
    }

    private static func restored(
        _ found: CoreMLVariables, _ strings: [(key: String, value: String)]
    ) throws(FormatError) -> RestoredManifest {
        do throws(FormatError) {
            var restored = try RestoredManifest(
                Manifest(variables: found.variables.map(\.info)),
                strings: strings.map { JSONMember($0.key, .string($0.value)) },
                leftOut: found.leftOut)
            restored.expectWholeGraph()
            return restored
        } catch {
            throw error.named(CoreMLFormat.name)
        }
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        do throws(FormatError) {
            let byteCount = try CheckedSize.limited(
                range.count, to: limits.tensorByteCount, of: "the tensor")
            switch storages[index] {
            case .placed(let pieces): return try gathered(pieces, range, byteCount)
            case .external(let file, let offset):
                return try readAligned(
                    files.external.source(file), at: offset + UInt64(range.lowerBound),
                    byteCount: byteCount)
            case .numbers(let numbers, let bits, _):
                return try cursor.read(numbers, bitsPerNumber: bits, range, of: index)
            }
        } catch {
            throw error.named(
                CoreMLFormat.name, variable: manifest.variables[index].name.string)
        }
    }

    private func gathered(
        _ pieces: [PlacedReader.Piece], _ range: Range<Int>, _ byteCount: Int
    ) throws(FormatError) -> AlignedBytes {
        if pieces.count == 1 {
            return try readAligned(
                files.model, at: pieces[0].offset + UInt64(range.lowerBound), byteCount: byteCount)
        }
        var result = try AlignedBytes(reserving: byteCount)
        var start = 0
        for piece in pieces {
            let part = range.clamped(to: start..<start + piece.byteCount)
            if !part.isEmpty {
                let bytes = try readAligned(
                    files.model, at: piece.offset + UInt64(part.lowerBound - start),
                    byteCount: part.count)
                result.replaceBytes(at: part.lowerBound - range.lowerBound, with: bytes.bytes)
            }
            start += piece.byteCount
        }
        return result
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        let byteCount = manifest.variables[index].tensor.byteCount
        switch storages[index] {
        case .placed(let pieces):
            guard let piece = pieces.first, pieces.count == 1 else { return nil }
            return StoredValues(files.model, at: piece.offset, byteCount: byteCount)
        case .external(let file, let offset):
            return StoredValues(
                try files.external.source(file), at: offset, byteCount: byteCount)
        case .numbers: return nil
        }
    }

    func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        guard let stored = try stored(index) else { return nil }
        return try stored.source.map(at: stored.offset, byteCount: stored.byteCount)
    }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let variable = manifest.variables[index]
        if variable.tiedTo != nil { return StorageInfo(storedByteCount: 0, codec: "raw") }
        switch storages[index] {
        case .placed, .external:
            return StorageInfo(storedByteCount: UInt64(variable.tensor.byteCount), codec: "raw")
        case .numbers(_, _, let byteCount):
            return StorageInfo(storedByteCount: byteCount, codec: "numbers")
        }
    }
}
