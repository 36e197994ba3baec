import LTFNBytes
import LTFNCheckpoint

/// How many bytes are moved at once, so that a tensor is in memory no more than once.
let pieceByteCount = 1 << 20

/// Reads `byteCount` bytes from `offset` on, piece by piece.
///
/// - Throws: `truncated`, before anything is allocated; `io`.
func readAligned(
    _ source: any ByteSource, at offset: UInt64, byteCount: Int
) throws(FormatError) -> AlignedBytes {
    guard offset <= source.byteCount, UInt64(byteCount) <= source.byteCount - offset else {
        throw FormatError(
            .truncated, offset: source.byteCount,
            "\(byteCount) bytes were expected from byte \(offset) on.")
    }
    var bytes = AlignedBytes(byteCount: byteCount)
    var done = 0
    while done < byteCount {
        let count = min(pieceByteCount, byteCount - done)
        bytes.replaceBytes(
            at: done, with: try source.read(at: offset + UInt64(done), byteCount: count))
        done += count
    }
    return bytes
}

extension AlignedBytes {
    /// Calls `body` with all bytes in turn, piece by piece.
    func forEachPiece(
        _ body: (_ piece: [UInt8]) throws(FormatError) -> Void
    ) throws(FormatError) {
        var done = 0
        while done < byteCount {
            let count = min(pieceByteCount, byteCount - done)
            try body(copy(of: done..<done + count))
            done += count
        }
    }
}
