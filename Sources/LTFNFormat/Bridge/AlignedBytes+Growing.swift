import LTFNBytes

/// Blocks of bytes that are used again, for one thing after the other.
extension AlignedBytes {
    /// Grows where it has to. What is in the bytes is of no meaning before they are written: they
    /// are not zeroed, as those that are never touched then take no memory.
    mutating func makeRoom(forBytes byteCount: Int) {
        guard self.byteCount < byteCount else { return }
        self = unsafe AlignedBytes(unfilledByteCount: byteCount)
    }
}
