import Dispatch
import LTFNBytes
import Synchronization

/// The digest that names the content of a file, whatever its codecs and its history.
struct ContentDigest {
    /// Records are short: hashing many at a time takes a fraction of the time.
    private var pending: [UInt8]
    /// Takes what is long while the next records are read.
    private var background: BackgroundHash?

    private static let pendingByteCount = 65_536

    init(metadata: [UInt8], graph: [UInt8], variableCount: Int) {
        var writer = ByteWriter()
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
    private let hash = Mutex(SHA256())
    private let queue = DispatchQueue(label: "ltfn.content-digest")
    /// How many pieces may wait.
    private let places = DispatchSemaphore(value: 8)

    func update(_ piece: [UInt8]) {
        places.wait()
        queue.async {
            self.hash.withLock { $0.update(piece) }
            self.places.signal()
        }
    }

    func finalize() -> SHA256Digest {
        queue.sync { hash.withLock { $0.finalize() } }
    }
}
