import LTFNBytes
import LTFNFiles
import Synchronization

/// Lets a long loop end well when the user presses Ctrl-C, closes the terminal, or the system asks
/// the process to stop.
///
/// The first SIGINT, SIGTERM or SIGHUP is only noted: the loop looks at `received` between two
/// steps, saves and ends. The second one removes the temporary files that are being written and
/// quits at once. What comes within `sameRequest` of the first is no second one: timeout(1) and
/// other programs that pass signals on send one request both to a process and to its group.
public final class SignalWatcher: Sendable {
    /// A signal that asks to stop.
    public enum StopSignal: Int32, Hashable, Sendable {
        case hangUp = 1
        case interrupt = 2
        case terminate = 15

        /// The status of a command that was stopped by this signal.
        public var exitStatus: ExitStatus {
            switch self {
            case .hangUp: .hungUp
            case .interrupt: .interrupted
            case .terminate: .terminated
            }
        }
    }

    /// How long signals count as one request. Nobody presses Ctrl-C twice as fast.
    public static let sameRequest = Duration.milliseconds(100)

    private let first = Atomic<Int32>(0)
    private let firstMoment = Mutex<ContinuousClock.Instant?>(nil)
    /// Whether there is something to save.
    private let isAtWork: Atomic<Bool>

    /// Begins to watch. Call it once, before any other thread is started.
    ///
    /// - Parameters:
    ///   - onFirst: called when the first signal arrives, on a thread of the watcher.
    ///   - quitsAtFirst: the first signal is taken for the second, for commands that have nothing
    ///     to save, or nothing until `workBegins()`.
    public init(
        onFirst: @escaping @Sendable (StopSignal) -> Void = { _ in }, quitsAtFirst: Bool = false
    ) {
        isAtWork = Atomic(!quitsAtFirst)
        _ = SystemCalls.watchStopSignals { [self] number in
            guard let signal = StopSignal(rawValue: number) else { return }
            let (isFirst, _) = first.compareExchange(
                expected: 0, desired: number, ordering: .sequentiallyConsistent)
            if isFirst, isAtWork.load(ordering: .sequentiallyConsistent) {
                firstMoment.withLock { $0 = .now }
                onFirst(signal)
            } else if !isSameRequest {
                PendingFiles.removeAll()
                SystemCalls.quit(signal.exitStatus.rawValue)
            }
        }
    }

    private var isSameRequest: Bool {
        firstMoment.withLock { moment in
            moment.map { $0.duration(to: .now) < Self.sameRequest } ?? false
        }
    }

    /// From now on the first signal is only noted: the loop saves and ends.
    public func workBegins() {
        isAtWork.store(true, ordering: .sequentiallyConsistent)
    }

    /// From now on there is nothing left to save, or nobody who takes it: the first signal quits.
    public func workEnds() {
        isAtWork.store(false, ordering: .sequentiallyConsistent)
    }

    /// The signal that came, if one has.
    public var received: StopSignal? {
        StopSignal(rawValue: first.load(ordering: .relaxed))
    }
}
