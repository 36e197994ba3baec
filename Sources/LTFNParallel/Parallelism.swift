import Dispatch
import Synchronization

/// The one way to use more than one core: fork, run every part, join.
///
/// A part's result must not depend on which thread runs it or when, so that every thread count
/// gives the same bits.
public struct Parallelism: Sendable {
    /// How many parts run at the same time, at most.
    public let threadCount: Int

    /// - Parameter threadCount: at least 1; the default is one thread for each core that may
    ///   be used.
    public init(threadCount: Int = Parallelism.coreCount) {
        self.threadCount = max(1, threadCount)
    }

    /// Runs `body(0)` … `body(count - 1)`, in no order, and returns when all are done.
    public func forEach(_ count: Int, _ body: @Sendable (_ index: Int) -> Void) {
        guard count > 1, threadCount > 1 else {
            for index in 0..<max(count, 0) { body(index) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let fork = Fork(count, body)
            let help: @Sendable () -> Void = { fork.help() }
            var helperCount = 0
            while helperCount < min(threadCount, count) - 1, Workers.shared.start(help) {
                helperCount += 1
            }
            fork.join(helperCount: helperCount)
        }
    }
}

/// The parts of one call, and the threads that run them.
private final class Fork: Sendable {
    private let count: Int
    private let next = Atomic<Int>(0)
    private let body: Mutex<(@Sendable (Int) -> Void)?>
    private let helpersDone = Workers.shared.borrowSemaphore()

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.count = count
        self.body = Mutex(body)
    }

    /// What another thread does.
    func help() {
        runParts()
        helpersDone.signal()
    }

    /// What the thread does that waits for them all. Nobody has the body afterwards.
    func join(helperCount: Int) {
        runParts()
        for _ in 0..<helperCount { helpersDone.wait() }
        body.withLock { $0 = nil }
        Workers.shared.giveBack(helpersDone)
    }

    private func runParts() {
        guard let body = body.withLock({ $0 }) else { return }
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < count else { return }
            body(index)
        }
    }
}
