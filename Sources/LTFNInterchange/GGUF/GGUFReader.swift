import LTFNBytes
import LTFNCheckpoint

extension PlacedReader {
    /// An open GGUF file.
    ///
    /// - Throws: as `GGUFHeader` and `GGUFTensors`.
    init(
        gguf source: any ByteSource, limits: DecodingLimits, selection: ReadingSelection
    ) throws(FormatError) {
        let header = try GGUFHeader(source, limits: limits)
        let tensors = try GGUFTensors(
            header, byteCount: source.byteCount, selection: selection)
        var losses = tensors.losses
        let manifest: Manifest
        do throws(FormatError) {
            manifest = try header.metadata.restored(
                tensors.variables, leftOut: tensors.leftOut, losses: &losses)
        } catch {
            throw error.named(GGUFFormat.name)
        }
        var pieces: [VariableName: [Piece]] = [:]
        for (variable, offset) in zip(tensors.variables, tensors.offsets) {
            pieces[variable.name] = [
                Piece(offset: offset, byteCount: variable.tensor.byteCount)
            ]
        }
        self.init(
            source, format: GGUFFormat.name, limits: limits, manifest, pieces: pieces,
            losses: losses, notes: tensors.notes)
    }
}
