import Dispatch

/// The one way to use more than one core: fork, run every part, join.
///
/// A part's result must not depend on which thread runs it or when, so that every thread count gives
/// the same bits.
public struct ThreadPool: Sendable {
    /// How many parts run at the same time, at most.
    public let threadCount: Int

    /// - Parameter threadCount: at least 1; the default is one thread for each core.
    public init(threadCount: Int = ThreadPool.coreCount) {
        self.threadCount = max(1, threadCount)
    }

    /// Runs `body(0)` … `body(count - 1)`, in no order, and returns when all are done.
    public func forEach(_ count: Int, _ body: @Sendable (_ index: Int) -> Void) {
        guard count > 1, threadCount > 1 else {
            for index in 0..<max(count, 0) { body(index) }
            return
        }
        let next = Counter()
        DispatchQueue.concurrentPerform(iterations: min(threadCount, count)) { _ in
            while true {
                let index = next.take()
                guard index < count else { return }
                body(index)
            }
        }
    }
}
