import LTFNBytes
import LTFNCheckpoint

/// An open ONNX model.
struct ONNXReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    let otherFiles: [String]
    let otherByteCount: UInt64
    private let source: any ByteSource
    private let external: ExternalFiles
    private let limits: DecodingLimits
    private let cursor = ProtobufNumberCursor()
    /// In the order of the manifest.
    private let storages: [ONNXVariables.Storage]

    init(
        _ source: any ByteSource, _ files: any FileSet, limits: DecodingLimits,
        selection: ReadingSelection
    ) throws(FormatError) {
        self.source = source
        self.limits = limits
        external = ExternalFiles(files)
        let content = try ONNXContent(source, limits: limits)
        let found = try ONNXVariables(content, external, selection: selection)
        let metadata = content.header.metadata()
        var restored = try Self.restored(found, metadata.strings)
        var notes = content.header.notes + content.notes
        if restored.manifest.graph == nil {
            let network = try ONNXNetwork(content, found, metadata.strings)
            network.add(to: &restored.manifest)
            notes += network.notes
        }
        manifest = restored.manifest
        losses = found.losses + restored.losses
        self.notes =
            notes
            + Self.notes(found, replacedPropertyCount: metadata.replacedCount)
        otherFiles = external.names
        otherByteCount = external.byteCount
        var places: [VariableName: Int] = [:]
        for (index, variable) in found.variables.enumerated() {
            places[variable.info.name] = index
        }
        storages = manifest.variables.map { variable in
            places[variable.name].map { found.variables[$0].storage } ?? .bytes([])
        }
    }

    private static func restored(
        _ found: ONNXVariables, _ strings: [(key: String, value: String)]
    ) throws(FormatError) -> RestoredManifest {
        do throws(FormatError) {
            var restored = try RestoredManifest(
                Manifest(variables: found.variables.map(\.info)),
                strings: strings.map { JSONMember($0.key, .string($0.value)) },
                leftOut: found.leftOut)
            restored.expectWholeGraph()
            return restored
        } catch {
            throw error.named(ONNXFormat.name)
        }
    }

    private static func notes(
        _ found: ONNXVariables, replacedPropertyCount: Int
    ) -> [String] {
        var notes: [String] = []
        if found.hasChecksums {
            notes.append("The checksums (SHA-1) of values in other files are not compared.")
        }
        if replacedPropertyCount > 0 {
            notes.append(
                "Keys of the model's metadata stand again, in all "
                    + "\(NumberText.grouped(replacedPropertyCount)) times; the last of each is read."
            )
        }
        return notes
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        do throws(FormatError) {
            let byteCount = try CheckedSize.limited(
                range.count, to: limits.tensorByteCount, of: "the tensor")
            let start = UInt64(range.lowerBound)
            switch storages[index] {
            case .raw(let offset):
                return try readAligned(source, at: offset + start, byteCount: byteCount)
            case .external(let file, let offset):
                return try readAligned(
                    external.source(file), at: offset + start, byteCount: byteCount)
            case .bytes(let bytes):
                var part = AlignedBytes(byteCount: byteCount)
                part.replaceBytes(at: 0, with: Array(bytes[range]))
                return part
            case .numbers(let numbers, let element, _):
                return try cursor.read(
                    numbers, bitsPerNumber: element.bitsPerNumber, range, of: index)
            }
        } catch {
            let name = manifest.variables[index].name.string
            throw error.named(ONNXFormat.name, variable: name)
        }
    }

    func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        let byteCount = manifest.variables[index].tensor.byteCount
        do throws(FormatError) {
            switch storages[index] {
            case .raw(let offset): return try source.map(at: offset, byteCount: byteCount)
            case .external(let file, let offset):
                return try external.source(file).map(at: offset, byteCount: byteCount)
            case .bytes, .numbers: return nil
            }
        } catch {
            let name = manifest.variables[index].name.string
            throw error.named(ONNXFormat.name, variable: name)
        }
    }

    /// Where values stand.
    enum Place {
        /// As they are in memory, from a byte of the model on.
        case model(UInt64)
        case file(String)
        case numbers
    }

    /// Where the values of `manifest.variables[index]` stand.
    func place(_ index: Int) -> Place {
        switch storages[index] {
        case .raw(let offset): .model(offset)
        case .external(let file, _): .file(file)
        case .bytes(let bytes): bytes.isEmpty ? .model(0) : .numbers
        case .numbers: .numbers
        }
    }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let variable = manifest.variables[index]
        if variable.tiedTo != nil { return StorageInfo(storedByteCount: 0, codec: "raw") }
        switch storages[index] {
        case .raw, .external, .bytes:
            return StorageInfo(
                storedByteCount: UInt64(variable.tensor.byteCount), codec: "raw")
        case .numbers(_, _, let byteCount):
            return StorageInfo(storedByteCount: byteCount, codec: "numbers")
        }
    }
}

extension ONNXContent {
    /// What of the model is not read.
    var notes: [String] {
        let parts = passedOver.sorted { $0.key < $1.key }.map { kind, count in
            NumberText.counted(count, kind.rawValue)
        }
        return parts.isEmpty ? [] : [LeftOutNote.text(parts)]
    }
}
