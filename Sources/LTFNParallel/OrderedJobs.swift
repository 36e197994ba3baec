import Dispatch
import Synchronization

/// Jobs that run at the same time, and whose results come in the order in which the jobs were
/// added.
///
/// One thread owns them: it adds jobs, takes results, and runs jobs itself where it would have to
/// wait. The other threads stop when there is nothing to do, so nothing has to be shut down.
public final class OrderedJobs<Result: Sendable>: Sendable {
    private enum Slot {
        case waiting(@Sendable () -> Result)
        case running
        case done(Result)
    }

    private struct Queue {
        var slots: [Slot] = []
        /// The number of the first slot.
        var first = 0
        /// No slot before this number is waiting.
        var nextWaiting = 0
        var helperCount = 0
        /// Whether the owner waits for the first slot.
        var isAwaited = false
    }

    private let queue = Mutex(Queue())
    private let firstIsDone = DispatchSemaphore(value: 0)
    private let helperLimit: Int

    /// - Parameter threadCount: how many jobs run at the same time, that of the owner included.
    public init(threadCount: Int) {
        helperLimit = max(0, threadCount - 1)
    }

    /// How many results have not been taken.
    public var count: Int { queue.withLock { $0.slots.count } }

    /// Adds a job at the end.
    public func add(_ job: @escaping @Sendable () -> Result) {
        let needsHelper = queue.withLock { queue in
            queue.slots.append(.waiting(job))
            guard queue.helperCount < helperLimit else { return false }
            queue.helperCount += 1
            return true
        }
        guard needsHelper, !Workers.shared.start({ self.help() }) else { return }
        // Then the owner runs them all.
        queue.withLock { $0.helperCount -= 1 }
    }

    /// Adds a result that is there already.
    public func add(done result: Result) {
        queue.withLock { $0.slots.append(.done(result)) }
    }

    /// The first result if it is there.
    public func takeIfDone() -> Result? {
        queue.withLock { Self.takeFirst(&$0) }
    }

    /// The first result; nil when all have been taken.
    public func take() -> Result? {
        while true {
            if let result = takeIfDone() { return result }
            if runNext() { continue }
            let mustWait = queue.withLock { queue in
                guard case .running = queue.slots.first else { return false }
                queue.isAwaited = true
                return true
            }
            if mustWait {
                firstIsDone.wait()
            } else if count == 0 {
                return nil
            }
        }
    }

    private static func takeFirst(_ queue: inout Queue) -> Result? {
        guard case .done(let result) = queue.slots.first else { return nil }
        queue.slots.removeFirst()
        queue.first += 1
        return result
    }

    /// Runs the next job on this thread.
    ///
    /// - Returns: whether there was one.
    public func runNext() -> Bool {
        guard let (number, job) = queue.withLock({ Self.startNext(&$0) }) else { return false }
        finish(number, job())
        return true
    }

    private func help() {
        while true {
            let next = queue.withLock { queue in
                let next = Self.startNext(&queue)
                if next == nil { queue.helperCount -= 1 }
                return next
            }
            guard let (number, job) = next else { return }
            finish(number, job())
        }
    }

    private static func startNext(_ queue: inout Queue) -> (Int, @Sendable () -> Result)? {
        var number = max(queue.nextWaiting, queue.first)
        defer { queue.nextWaiting = number }
        while number < queue.first + queue.slots.count {
            let position = number - queue.first
            number += 1
            if case .waiting(let job) = queue.slots[position] {
                queue.slots[position] = .running
                return (number - 1, job)
            }
        }
        return nil
    }

    private func finish(_ number: Int, _ result: Result) {
        let isAwaited = queue.withLock { queue in
            queue.slots[number - queue.first] = .done(result)
            guard number == queue.first, queue.isAwaited else { return false }
            queue.isAwaited = false
            return true
        }
        if isAwaited { firstIsDone.signal() }
    }
}
