import Dispatch

extension ThreadPool {
    /// Runs `body(0)` … `body(count - 1)`, in no order, and `work` on this thread, which then helps
    /// with the rest. Returns when all are done.
    ///
    /// With one thread `work` comes first.
    public func forEach(
        _ count: Int, _ body: @Sendable (_ index: Int) -> Void, meanwhile work: () -> Void
    ) {
        let helperCount = min(threadCount - 1, count)
        guard helperCount > 0 else {
            work()
            return forEach(count, body)
        }
        let next = Counter()
        withoutActuallyEscaping(body) { body in
            let drain: @Sendable () -> Void = {
                while true {
                    let index = next.take()
                    guard index < count else { return }
                    body(index)
                }
            }
            let helpers = DispatchGroup()
            for _ in 0..<helperCount {
                DispatchQueue.global().async(group: helpers, execute: drain)
            }
            work()
            drain()
            helpers.wait()
        }
    }
}
