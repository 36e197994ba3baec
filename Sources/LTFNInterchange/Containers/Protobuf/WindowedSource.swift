import LTFNBytes
import Synchronization

/// Another source, of which small pieces that lie close together are read at once.
final class WindowedSource: ByteSource {
    private struct Window {
        var start: UInt64 = 0
        var bytes: [UInt8] = []
    }

    private static let windowByteCount: UInt64 = 1 << 16
    /// What is longer is read as it is asked for.
    private static let smallByteCount = 1 << 13

    private let source: any ByteSource
    private let window = Mutex(Window())

    init(_ source: any ByteSource) {
        self.source = source
    }

    var byteCount: UInt64 { source.byteCount }

    func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        guard (0...Self.smallByteCount).contains(byteCount) else {
            return try source.read(at: offset, byteCount: byteCount)
        }
        try expectRange(at: offset, byteCount: byteCount)
        return try window.withLock { window throws(FormatError) in
            let end = offset + UInt64(byteCount)
            if offset < window.start || end > window.start + UInt64(window.bytes.count) {
                let count = min(Self.windowByteCount, source.byteCount - offset)
                window.bytes = try source.read(at: offset, byteCount: Int(count))
                window.start = offset
            }
            let start = Int(offset - window.start)
            return Array(window.bytes[start..<start + byteCount])
        }
    }

    func map(at offset: UInt64, byteCount: Int) throws(FormatError) -> MappedBytes? {
        try source.map(at: offset, byteCount: byteCount)
    }
}
