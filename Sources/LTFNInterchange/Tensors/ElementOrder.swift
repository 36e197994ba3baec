import LTFNBytes
import LTFNCheckpoint

/// Puts elements of whole bytes in the order that checkpoints hold them in.
enum ElementOrder {
    /// Turns every group of `groupByteCount` bytes round: big-endian to little-endian and back.
    static func swapBytes(_ bytes: inout AlignedBytes, groupByteCount: Int) {
        guard groupByteCount > 1 else { return }
        let end = bytes.byteCount - bytes.byteCount % groupByteCount
        var done = 0
        while done < end {
            // Whole groups only; a piece is far larger than any group.
            let count = min(pieceByteCount - pieceByteCount % groupByteCount, end - done)
            var piece = bytes.copy(of: done..<done + count)
            for start in stride(from: 0, to: count, by: groupByteCount) {
                for step in 0..<groupByteCount / 2 {
                    piece.swapAt(start + step, start + groupByteCount - 1 - step)
                }
            }
            bytes.replaceBytes(at: done, with: piece)
            done += count
        }
    }
}
