import Dispatch
import LTFNBytes
import LTFNParallel
import Synchronization

/// The digest that names the content of a file, whatever its codecs and its history.
struct ContentDigest {
    /// Records are short: hashing many at a time takes a fraction of the time.
    private var pending: [UInt8]
    /// Takes what is long while the next records are read.
    private var background: BackgroundHash?

    private static let pendingByteCount = 65_536

    /// - Throws: `io` when memory is short.
    init(
        metadata: ArraySlice<UInt8>, graph: ArraySlice<UInt8>, variableCount: Int
    ) throws(FormatError) {
        // Beside the start of it there are pieces that wait.
        let byteCount = metadata.count + graph.count + 64
        try AvailableMemory.expect(byteCount + 16 * Self.pendingByteCount)
        var writer = ByteWriter(reservingCapacity: byteCount)
        writer.string("ltfn content 1\0\0")
        writer.u64(UInt64(metadata.count))
        writer.append(metadata)
        writer.u64(UInt64(graph.count))
        writer.append(graph)
        writer.u64(UInt64(variableCount))
        pending = writer.bytes
    }

    /// The next variable's record up to its storage.
    mutating func update(_ record: ArraySlice<UInt8>) {
        pending.append(contentsOf: record)
        guard pending.count >= Self.pendingByteCount else { return }
        let hash = background ?? BackgroundHash()
        background = hash
        hash.update(pending)
        pending = []
        pending.reserveCapacity(Self.pendingByteCount + 1024)
    }

    func finalize() -> SHA256Digest {
        guard let background else { return SHA256.digest(pending) }
        background.update(pending)
        return background.finalize()
    }
}

/// A hash of pieces that are hashed in their order on another thread.
///
/// Without instructions for SHA-256 it is a sixth of what listing a million variables takes.
private final class BackgroundHash: Sendable {
    private struct Queue {
        var pieces: [[UInt8]] = []
        /// Whether a thread takes pieces out.
        var isServed = false
    }

    /// How many pieces may wait.
    private static let placeCount = 8

    private let hash = Mutex(SHA256())
    private let queue = Mutex(Queue())
    private let places = DispatchSemaphore(value: placeCount)

    func update(_ piece: [UInt8]) {
        places.wait()
        let isServed = queue.withLock { queue in
            queue.pieces.append(piece)
            defer { queue.isServed = true }
            return queue.isServed
        }
        if isServed || Workers.shared.start({ self.serve() }) { return }
        serve()
    }

    private func serve() {
        while let piece = next() {
            hash.withLock { $0.update(piece) }
            places.signal()
        }
    }

    private func next() -> [UInt8]? {
        queue.withLock { queue in
            queue.isServed = !queue.pieces.isEmpty
            return queue.isServed ? queue.pieces.removeFirst() : nil
        }
    }

    func finalize() -> SHA256Digest {
        // Whoever has all places knows that no piece waits.
        for _ in 0..<Self.placeCount { places.wait() }
        defer { for _ in 0..<Self.placeCount { places.signal() } }
        return hash.withLock { $0.finalize() }
    }
}
