import LTFNBytes
import Synchronization

/// Blocks of working memory that threads borrow: as many are made as are ever in use at once.
final class LanePool: Sendable {
    private let idle = Mutex<[AlignedBytes]>([])
    private let byteCount: Int

    init(floatCount: Int) {
        byteCount = floatCount * 4
    }

    /// Calls `body` with a block that nobody else uses meanwhile; what it holds is left over from
    /// earlier use.
    func borrow(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        var lane = idle.withLock { $0.popLast() } ?? AlignedBytes(byteCount: byteCount)
        var span = lane.mutableFloats
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe body(base)
        }
        idle.withLock { $0.append(lane) }
    }
}
