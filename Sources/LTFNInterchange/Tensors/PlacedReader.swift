import LTFNBytes
import LTFNCheckpoint

/// An open file whose values stand in it as they are in memory, each tensor in one piece or in
/// several that follow one another in thought.
struct PlacedReader: CheckpointReader {
    /// A piece of a tensor.
    struct Piece: Hashable {
        var offset: UInt64
        var byteCount: Int
    }

    let manifest: Manifest
    let losses: [FormatLoss]
    let notes: [String]
    private let source: any ByteSource
    private let format: String
    private let limits: DecodingLimits
    /// In the order of the manifest.
    private let pieces: [[Piece]]

    /// - Parameter pieces: of every variable, as long as it in all.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits, _ manifest: Manifest,
        pieces: [VariableName: [Piece]], losses: [FormatLoss] = [], notes: [String] = []
    ) {
        self.manifest = manifest
        self.losses = losses
        self.notes = notes
        self.source = source
        self.format = format
        self.limits = limits
        self.pieces = manifest.variables.map { pieces[$0.name] ?? [] }
    }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        do throws(FormatError) {
            let byteCount = try CheckedSize.limited(
                range.count, to: limits.tensorByteCount, of: "the tensor")
            if let piece = pieces[index].first, pieces[index].count == 1 {
                return try readAligned(
                    source, at: piece.offset + UInt64(range.lowerBound), byteCount: byteCount)
            }
            return try gathered(pieces[index], range)
        } catch {
            throw error.named(format, variable: manifest.variables[index].name.string)
        }
    }

    private func gathered(
        _ pieces: [Piece], _ range: Range<Int>
    ) throws(FormatError) -> AlignedBytes {
        var result = try AlignedBytes(reserving: range.count)
        var start = 0
        for piece in pieces {
            let part = range.clamped(to: start..<start + piece.byteCount)
            if !part.isEmpty {
                let bytes = try readAligned(
                    source, at: piece.offset + UInt64(part.lowerBound - start),
                    byteCount: part.count)
                result.replaceBytes(at: part.lowerBound - range.lowerBound, with: bytes.bytes)
            }
            start += piece.byteCount
        }
        return result
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        guard let piece = pieces[index].first, pieces[index].count == 1 else { return nil }
        return StoredValues(source, at: piece.offset, byteCount: piece.byteCount)
    }

    func pieceByteCount(_ index: Int) -> Int { foreignPieceByteCount }

    func storage(_ index: Int) -> StorageInfo {
        let variable = manifest.variables[index]
        let byteCount = variable.tiedTo == nil ? variable.tensor.byteCount : 0
        return StorageInfo(storedByteCount: UInt64(byteCount), codec: "raw")
    }
}
