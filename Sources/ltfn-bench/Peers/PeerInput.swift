import LTFNBytes
import LTFNCheckpoint

/// Values that peers work on: those of a checkpoint, one variable after the other.
struct PeerInput {
    let bytes: [UInt8]
    /// As NumPy and ZipNN call it: `float32`, `bfloat16`.
    let dtype: String

    init(_ checkpoint: Checkpoint) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(checkpoint.rawByteCount)
        for tensor in checkpoint.tensors { bytes += [UInt8](copying: tensor.bytes.bytes) }
        self.bytes = bytes
        dtype = checkpoint.tensors.first?.info.dtype == .bf16 ? "bfloat16" : "float32"
    }
}
