import LTFNBytes
import Synchronization

/// The digests of variables whose values come in order, made by whichever thread has time.
final class SharedHash: Sendable {
    /// What comes next.
    private enum Step: Sendable {
        /// Bytes of a variable, which stand in `piece`.
        case bytes(Range<Int>, of: ValueSource.Piece)
        /// The variable of that number has no more bytes.
        case end(Int)
    }

    struct Finding: Hashable, Sendable {
        var variable: Int
        var digest: SHA256Digest
    }

    private struct State: Sendable {
        var hash = SHA256()
        var findings: [Finding] = []
    }

    private let state = Mutex(State())
    private let waiting = Mutex<[Step]>([])
    /// How many steps may wait before a thread that comes by should do one.
    private let allowance = 1
    /// How many steps may wait at all.
    private let limit: Int

    /// - Parameter threadCount: one thread hashes each chunk while it is near; several need some that
    ///   wait.
    init(threadCount: Int) {
        limit = threadCount > 1 ? 8 * threadCount : 1
    }

    /// Adds the next bytes; hashes others first when too many wait.
    func add(_ range: Range<Int>, of piece: ValueSource.Piece) {
        while waitingCount >= limit { state.withLock { doNext(&$0) } }
        waiting.withLock { $0.append(.bytes(range, of: piece)) }
    }

    /// Adds that variable `number` has no more bytes.
    func end(_ number: Int) {
        waiting.withLock { $0.append(.end(number)) }
    }

    /// Does a step when many wait and no other thread is at it.
    ///
    /// - Returns: whether it did.
    func help() -> Bool {
        waitingCount > allowance && state.withLockIfAvailable { doNext(&$0) } != nil
    }

    /// The digests of all variables that have ended, but for those that were taken before.
    ///
    /// - Parameter other: what can be done while another thread hashes; false when there is nothing.
    func takeFindings(meanwhile other: () -> Bool) -> [Finding] {
        while waitingCount > 0 {
            if state.withLockIfAvailable({ doNext(&$0) }) == nil, !other() { break }
        }
        return state.withLock { state in
            while waitingCount > 0 { doNext(&state) }
            return exchange(&state.findings, with: [])
        }
    }

    private var waitingCount: Int { waiting.withLock { $0.count } }

    private func doNext(_ state: inout State) {
        // Taken with `state` in hand: the steps keep their order.
        switch waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case .bytes(let range, let piece)?: state.hash.update(piece.span(range))
        case .end(let number)?:
            state.findings.append(Finding(variable: number, digest: state.hash.finalize()))
            state.hash = SHA256()
        case nil: break
        }
    }
}
