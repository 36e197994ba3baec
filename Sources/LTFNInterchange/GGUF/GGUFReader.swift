import LTFNBytes
import LTFNCheckpoint

/// An open GGUF file.
struct GGUFReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    private let source: any ByteSource
    private let limits: DecodingLimits
    /// For every variable where its values begin in the file.
    private let offsets: [UInt64]

    /// - Throws: as `GGUFHeader` and `GGUFTensors`.
    init(
        _ source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let header = try GGUFHeader(source, limits: limits)
        let tensors = try GGUFTensors(
            header, byteCount: source.byteCount, selection: selection)
        var losses = tensors.losses
        do throws(FormatError) {
            manifest = try header.metadata.restored(
                tensors.variables, leftOut: tensors.leftOut, losses: &losses)
        } catch {
            throw error.named(GGUFFormat.name)
        }
        self.losses = losses
        notes = tensors.notes
        var begins: [VariableName: UInt64] = [:]
        for (variable, offset) in zip(tensors.variables, tensors.offsets) {
            begins[variable.name] = offset
        }
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
            throw error.named(GGUFFormat.name, variable: name)
        }
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        StoredValues(
            source, at: offsets[index], byteCount: manifest.variables[index].tensor.byteCount)
    }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let variable = manifest.variables[index]
        let byteCount = variable.tiedTo == nil ? variable.tensor.byteCount : 0
        return StorageInfo(storedByteCount: UInt64(byteCount), codec: "raw")
    }
}
