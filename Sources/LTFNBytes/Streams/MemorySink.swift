/// Gathers what is written in memory.
public final class MemorySink: ByteSink {
    /// All that has been written.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Forgets what has been written, but keeps the room for as much.
    public func clear() {
        bytes.removeAll(keepingCapacity: true)
    }

    public var position: UInt64 { UInt64(bytes.count) }

    public func write(_ bytes: [UInt8]) throws(FormatError) {
        try self.bytes.makeRoom(forMore: bytes.count)
        self.bytes += bytes
    }
}
