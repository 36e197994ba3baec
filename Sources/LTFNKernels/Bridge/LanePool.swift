import LTFNBytes
import Synchronization

/// Blocks of working memory that threads borrow.
final class LanePool: Sendable {
    /// How many threads may borrow at once: as many as were asked for, or as memory has room for.
    let count: Int
    private let idle: Mutex<[AlignedBytes]>

    /// - Parameter count: 1 or more.
    /// - Throws: `io` when memory has room for none.
    init(floatCount: Int, count: Int) throws(FormatError) {
        var lanes = [try AlignedBytes(reserving: floatCount * 4)]
        while lanes.count < count, let next = try? AlignedBytes(reserving: floatCount * 4) {
            lanes.append(next)
        }
        self.count = lanes.count
        idle = Mutex(lanes)
    }

    /// Calls `body` with a block that nobody else uses meanwhile; what it holds is left over from
    /// earlier use.
    func borrow(_ body: (UnsafeMutablePointer<Float>) -> Void) {
        // There are as many as threads.
        guard var lane = idle.withLock({ $0.popLast() }) else {
            preconditionFailure("more threads than lanes")
        }
        var span = lane.mutableFloats
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            unsafe body(base)
        }
        idle.withLock { $0.append(lane) }
    }
}
