import Dispatch
import Synchronization

/// Threads that wait for work, as many as were ever busy at once.
///
/// Dispatch has such threads too, but where the operating system gives none (`ulimit -u`, `ulimit
/// -v`) it tries again for ever.
public final class Workers: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        /// Threads that wait, and that no job is meant for.
        var idleCount = 0
        /// Those that nobody waits at.
        var semaphores: [DispatchSemaphore] = []
    }

    /// Those of this process.
    public static let shared = Workers()

    private let state = Mutex(State())
    private let wakes = DispatchSemaphore(value: 0)

    /// Runs a job on another thread, soon.
    ///
    /// - Returns: false when there is no other thread: the caller has to do the work.
    public func start(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard state.idleCount > 0 else { return false }
            state.idleCount -= 1
            state.jobs.append(job)
            return true
        }
        if isTaken {
            wakes.signal()
            return true
        }
        return SystemCalls.startThread { [self] in
            job()
            waitForJobs()
        }
    }

    /// A semaphore at 0, made once and used again: forks are many and short.
    func borrowSemaphore() -> DispatchSemaphore {
        state.withLock { $0.semaphores.popLast() } ?? DispatchSemaphore(value: 0)
    }

    /// Takes back a semaphore that is at 0 again.
    func giveBack(_ semaphore: DispatchSemaphore) {
        state.withLock { $0.semaphores.append(semaphore) }
    }

    private func waitForJobs() -> Never {
        while true {
            state.withLock { $0.idleCount += 1 }
            wakes.wait()
            let job = state.withLock { $0.jobs.removeFirst() }
            job()
        }
    }
}
