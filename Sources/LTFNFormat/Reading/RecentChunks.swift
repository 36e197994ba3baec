import LTFNBytes
import Synchronization

/// The decoded chunks of which only a part was wanted last: the next part mostly is of the same chunk.
///
/// A variable may be cut more finely than the one in its base file. Without these, every small chunk
/// would decode the long one of the base again.
final class RecentChunks: Sendable {
    private struct Entry {
        let number: Int
        let bytes: AlignedBytes
    }

    /// The one that was used last stands at the end.
    private let entries = Mutex<[Entry]>([])
    private let capacity: Int

    /// - Parameter capacity: one for each thread that decodes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The bytes of a chunk, if it is here.
    func bytes(ofChunk number: Int) -> AlignedBytes? {
        entries.withLock { entries in
            guard let position = entries.lastIndex(where: { $0.number == number }) else {
                return nil
            }
            let entry = entries.remove(at: position)
            entries.append(entry)
            return entry.bytes
        }
    }

    func keep(_ bytes: AlignedBytes, ofChunk number: Int) {
        entries.withLock { entries in
            entries.removeAll { $0.number == number }
            if entries.count >= capacity { entries.removeFirst() }
            entries.append(Entry(number: number, bytes: bytes))
        }
    }
}
