private import CKernels

/// The decoder for deflate streams without matches, several times as fast as zlib's.
struct LiteralInflater {
    private var workspace = AlignedBytes(byteCount: MemoryLayout<ck_inflate_workspace>.size)

    /// Fills `output`, or returns false when `compressed` is not a raw deflate stream of literals
    /// that gives exactly these many bytes; a complete decoder then has to say what it is.
    mutating func decompress(_ compressed: RawSpan, into output: inout MutableRawSpan) -> Bool {
        var scratch = workspace.mutableBytes
        return unsafe scratch.withUnsafeMutableBytes { scratch in
            unsafe compressed.withUnsafeBytes { source in
                unsafe output.withUnsafeMutableBytes { target in
                    // Exclusive access to `output` and `workspace` means that nothing overlaps.
                    guard let input = source.baseAddress, let output = target.baseAddress,
                        let workspace = scratch.baseAddress
                    else { return false }
                    return unsafe ck_inflate_literals(
                        input.assumingMemoryBound(to: UInt8.self), source.count,
                        output.assumingMemoryBound(to: UInt8.self), target.count,
                        workspace.assumingMemoryBound(to: ck_inflate_workspace.self)) == 1
                }
            }
        }
    }
}
