/// Bytes in memory.
public struct MemorySource: ByteSource {
    private let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var byteCount: UInt64 { UInt64(bytes.count) }

    public func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        try expectRange(at: offset, byteCount: byteCount)
        let start = Int(offset)
        return Array(bytes[start..<start + byteCount])
    }

    public func read(
        at offset: UInt64, byteCount: Int, into buffer: inout [UInt8]
    ) throws(FormatError) {
        try expectRange(at: offset, byteCount: byteCount)
        buffer.removeAll(keepingCapacity: true)
        let start = Int(offset)
        buffer.append(contentsOf: bytes[start..<start + byteCount])
    }
}
