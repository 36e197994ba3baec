/// Gathers what is written in memory.
public final class MemorySink: ByteSink {
    /// All that has been written.
    public private(set) var bytes: [UInt8] = []

    /// - Parameter expectedByteCount: how much will be written, as far as known: so much room is made at
    ///   once.
    public init(expectedByteCount: Int = 0) {
        bytes.reserveCapacity(expectedByteCount)
    }

    public var position: UInt64 { UInt64(bytes.count) }

    public func write(_ bytes: [UInt8]) throws(FormatError) {
        self.bytes += bytes
    }
}
