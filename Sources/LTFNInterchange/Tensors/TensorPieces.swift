import LTFNBytes
import LTFNCheckpoint

/// How many bytes are moved at once, so that a tensor is in memory no more than once.
let pieceByteCount = 1 << 20

/// How many bytes of values are best asked for at once.
let foreignPieceByteCount = 4 << 20

/// Calls `body` with the `byteCount` bytes from `offset` on, piece by piece.
///
/// - Throws: `truncated` when they are not all there, `io`.
func forEachPiece(
    of source: any ByteSource, at offset: UInt64, byteCount: Int,
    _ body: (_ piece: [UInt8]) throws(FormatError) -> Void
) throws(FormatError) {
    var done = 0
    while done < byteCount {
        let count = min(pieceByteCount, byteCount - done)
        try body(source.read(at: offset + UInt64(done), byteCount: count))
        done += count
    }
}

/// Reads `byteCount` bytes from `offset` on, piece by piece.
///
/// - Throws: `truncated`, before anything is allocated; `io`.
func readAligned(
    _ source: any ByteSource, at offset: UInt64, byteCount: Int
) throws(FormatError) -> AlignedBytes {
    try source.expectRange(at: offset, byteCount: byteCount)
    var bytes = try AlignedBytes(reserving: byteCount)
    var done = 0
    try forEachPiece(of: source, at: offset, byteCount: byteCount) { piece throws(FormatError) in
        bytes.replaceBytes(at: done, with: piece)
        done += piece.count
    }
    return bytes
}

/// Calls `body` with all values of a tensor in turn, piece by piece.
///
/// - Parameters:
///   - byteCount: of the tensor.
///   - values: a range of its bytes.
func forEachPiece(
    byteCount: Int, of values: (_ range: Range<Int>) throws(FormatError) -> AlignedBytes,
    _ body: (_ piece: [UInt8]) throws(FormatError) -> Void
) throws(FormatError) {
    var done = 0
    while done < byteCount {
        let range = done..<done + min(pieceByteCount, byteCount - done)
        let piece = try values(range)
        guard piece.byteCount == range.count else {
            throw FormatError(
                .corrupt, "\(piece.byteCount) bytes of values were given, expected \(range.count).")
        }
        try body(piece.copy(of: 0..<range.count))
        done = range.upperBound
    }
}
