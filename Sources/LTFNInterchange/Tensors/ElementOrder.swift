import LTFNBytes
import LTFNCheckpoint

/// Puts elements of whole bytes in the order that checkpoints hold them in.
enum ElementOrder {
    /// Turns every group of `groupByteCount` bytes round: big-endian to little-endian and back.
    static func swapBytes(_ bytes: inout AlignedBytes, groupByteCount: Int) {
        bytes.reverseGroups(ofByteCount: groupByteCount)
    }
}
