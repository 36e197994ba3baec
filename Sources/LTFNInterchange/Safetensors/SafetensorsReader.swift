import LTFNBytes
import LTFNCheckpoint

/// An open safetensors file.
struct SafetensorsReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    private let source: any ByteSource
    private let limits: DecodingLimits
    /// For every variable where its values begin in the file.
    private let offsets: [UInt64]

    /// - Throws: as `SafetensorsHeader`; `unsupportedFeature` for tensors that cannot be read.
    init(
        _ source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let header = try SafetensorsHeader(source, limits: limits, selection: selection)
        let leftOut = try header.unreadable.losses(remainingCount: header.entries.count)
        var restored = try Self.restored(header)
        restored.expectWholeGraph()
        self.init(source, limits, header, restored, leftOut)
    }

    /// A file of a set, of which tensors that cannot be read and the graph are judged as a whole.
    init(
        partOfSet source: any ByteSource, limits: DecodingLimits, _ header: SafetensorsHeader
    ) throws(FormatError) {
        self.init(source, limits, header, try Self.restored(header), [])
    }

    private static func restored(
        _ header: SafetensorsHeader
    ) throws(FormatError) -> RestoredManifest {
        let bare = header.entries.map { VariableInfo(name: $0.name, tensor: $0.tensor) }
        do throws(FormatError) {
            return try RestoredManifest(
                Manifest(variables: bare), strings: header.metadata, leftOut: header.leftOut)
        } catch {
            throw error.named(SafetensorsFormat.name)
        }
    }

    private init(
        _ source: any ByteSource, _ limits: DecodingLimits, _ header: SafetensorsHeader,
        _ restored: RestoredManifest, _ leftOut: [FormatLoss]
    ) {
        manifest = restored.manifest
        losses = leftOut + header.losses + restored.losses
        notes = header.notes
        var begins: [VariableName: UInt64] = [:]
        for entry in header.entries { begins[entry.name] = header.byteCount + entry.begin }
        offsets = manifest.variables.map { begins[$0.name] ?? 0 }
        self.source = source
        self.limits = limits
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        do throws(FormatError) {
            let byteCount = try CheckedSize.limited(
                range.count, to: limits.tensorByteCount, of: "the tensor")
            return try readAligned(
                source, at: offsets[index] + UInt64(range.lowerBound), byteCount: byteCount)
        } catch {
            let name = manifest.variables[index].name.string
            throw error.named(SafetensorsFormat.name, variable: name)
        }
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        StoredValues(
            source, at: offsets[index], byteCount: manifest.variables[index].tensor.byteCount)
    }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        StorageInfo(
            storedByteCount: UInt64(manifest.variables[index].tensor.byteCount), codec: "raw")
    }
}
