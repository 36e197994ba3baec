import LTFNBytes
import Synchronization

/// The digest of values that come in order, made by whichever thread has time.
final class SharedHash: Sendable {
    private struct Part: Sendable {
        let piece: ValueSource.Piece
        let range: Range<Int>
    }

    private let hash = Mutex(SHA256())
    private let waiting = Mutex<[Part]>([])
    /// How many parts may wait before a thread that comes by should make some of them fewer.
    private let allowance: Int

    init(allowance: Int) {
        self.allowance = allowance
    }

    /// Adds the next bytes, which stand in `piece`.
    func add(_ range: Range<Int>, of piece: ValueSource.Piece) {
        waiting.withLock { $0.append(Part(piece: piece, range: range)) }
    }

    /// Hashes a part when many wait and no other thread is at it.
    func help() {
        guard waiting.withLock({ $0.count }) > allowance else { return }
        _ = hash.withLockIfAvailable { hash in
            // Taken with `hash` in hand: the parts keep their order.
            if let next = takeFirst() { hash.update(next.piece.span(next.range)) }
        }
    }

    /// The digest, when all parts have been added.
    func finalize() -> SHA256Digest {
        hash.withLock { hash in
            while let next = takeFirst() { hash.update(next.piece.span(next.range)) }
            return hash.finalize()
        }
    }

    private func takeFirst() -> Part? {
        waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    }
}
