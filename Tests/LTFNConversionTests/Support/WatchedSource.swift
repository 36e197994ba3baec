import LTFNBytes
import Synchronization

/// Bytes in memory that remember how many of them were asked for.
final class WatchedSource: ByteSource {
    private let source: MemorySource
    private let total = Mutex(0)

    init(_ bytes: [UInt8]) {
        source = MemorySource(bytes)
    }

    var byteCount: UInt64 { source.byteCount }

    /// How many bytes have been read so far.
    var readByteCount: Int { total.withLock { $0 } }

    func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        total.withLock { $0 += byteCount }
        return try source.read(at: offset, byteCount: byteCount)
    }
}

/// A disk that is full after so many bytes.
final class FullSink: ByteSink {
    private let capacity: UInt64
    private(set) var position: UInt64 = 0

    init(capacity: Int) {
        self.capacity = UInt64(capacity)
    }

    func write(_ bytes: [UInt8]) throws(FormatError) {
        position += UInt64(bytes.count)
        if position > capacity {
            throw FormatError(.io, operation: .write, systemError: 28, "The disk is full.")
        }
    }
}
