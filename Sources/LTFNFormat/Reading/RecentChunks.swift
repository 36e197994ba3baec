import LTFNBytes
import Synchronization

/// The decoded chunks of which only a part was wanted last: the next part mostly is of the same
/// chunk.
///
/// A variable may be cut more finely than the one in its base file. Without these, every small
/// chunk would decode the long one of the base again.
final class RecentChunks: Sendable {
    private struct Entry {
        let number: Int
        let bytes: AlignedBytes
    }

    /// The one that was used last stands at the end.
    private let entries = Mutex<[Entry]>([])
    private let capacity: Int
    /// Held while a chunk is decoded: who wants the same one waits for it.
    private let decoding = Mutex(())

    /// - Parameter capacity: one for each thread that decodes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The bytes of a chunk, which `decode` makes when it is not here.
    ///
    /// - Throws: what `decode` throws.
    func bytes(
        ofChunk number: Int, decode: () throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        if let known = known(number) { return known }
        return try decoding.withLock { _ throws(FormatError) in
            if let known = known(number) { return known }
            let bytes = try decode()
            keep(bytes, ofChunk: number)
            return bytes
        }
    }

    private func known(_ number: Int) -> AlignedBytes? {
        entries.withLock { entries in
            guard let position = entries.lastIndex(where: { $0.number == number }) else {
                return nil
            }
            let entry = entries.remove(at: position)
            entries.append(entry)
            return entry.bytes
        }
    }

    private func keep(_ bytes: AlignedBytes, ofChunk number: Int) {
        entries.withLock { entries in
            if entries.count >= capacity { entries.removeFirst() }
            entries.append(Entry(number: number, bytes: bytes))
        }
    }
}
