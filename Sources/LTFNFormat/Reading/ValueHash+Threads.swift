import LTFNBytes
import LTFNParallel

extension ValueHash {
    /// Adds bytes of values, whose leaves several threads hash.
    mutating func update(_ bytes: AlignedBytes, on parallelism: Parallelism) {
        let whole = bytes.byteCount - bytes.byteCount % Self.leafByteCount
        guard isAtLeaf, whole >= 2 * Self.sharedByteCount else { return update(bytes.bytes) }
        let grid = ChunkGrid(byteCount: whole, exponent: 18)
        let parts = parallelism.map(grid.count) {
            Leaves(of: bytes.bytes.extracting(grid.range(of: $0)))
        }
        for leaves in parts { add(leaves) }
        update(bytes.bytes.extracting(whole..<bytes.byteCount))
    }

    /// Handing fewer bytes to another thread costs more than hashing them.
    private static let sharedByteCount = 1 << 18
}
