import LTFNBytes

/// Writes a `SortedTable`, without packing.
struct SortedTableWriter {
    private static let blockByteCount = 262_144

    private let sink: any ByteSink
    private var block = TableBlock(restartInterval: 16)
    private var index = TableBlock(restartInterval: 1)

    init(_ sink: any ByteSink) {
        self.sink = sink
    }

    /// - Parameter key: above all before it.
    /// - Throws: `io`.
    mutating func add(_ key: [UInt8], _ value: [UInt8]) throws(FormatError) {
        block.add(key, value)
        if block.byteCount >= Self.blockByteCount { try endBlock() }
    }

    /// - Throws: `io`.
    mutating func finish() throws(FormatError) {
        if !block.isEmpty { try endBlock() }
        // No filters: a block without entries.
        var footer = try write(TableBlock(restartInterval: 1))
        footer += try write(index)
        footer += [UInt8](repeating: 0, count: SortedTable.footerByteCount - 8 - footer.count)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            footer.append(UInt8(truncatingIfNeeded: SortedTable.mark >> shift))
        }
        try sink.write(footer)
    }

    private mutating func endBlock() throws(FormatError) {
        index.add(block.lastKey, try write(block))
        block = TableBlock(restartInterval: 16)
    }

    /// - Returns: where the block stands, as tables keep it.
    private func write(_ block: TableBlock) throws(FormatError) -> [UInt8] {
        let position = sink.position
        var bytes = block.finished
        let byteCount = bytes.count
        bytes.append(0)
        var trailer = ByteWriter()
        trailer.u32(CRC32C.masked(bytes))
        try sink.write(bytes + trailer.bytes)
        var handle: [UInt8] = []
        handle.append(varint: position)
        handle.append(varint: UInt64(byteCount))
        return handle
    }
}

/// A block of entries that is being filled.
private struct TableBlock {
    let restartInterval: Int
    private var bytes: [UInt8] = []
    private var restarts: [UInt32] = [0]
    private var count = 0
    private(set) var lastKey: [UInt8] = []

    init(restartInterval: Int) {
        self.restartInterval = restartInterval
    }

    var isEmpty: Bool { count == 0 }
    var byteCount: Int { bytes.count + 4 * restarts.count + 4 }

    mutating func add(_ key: [UInt8], _ value: [UInt8]) {
        var shared = 0
        if count > 0, count % restartInterval == 0 {
            restarts.append(UInt32(truncatingIfNeeded: bytes.count))
        } else {
            shared = zip(lastKey, key).prefix { $0 == $1 }.count
        }
        bytes.append(varint: UInt64(shared))
        bytes.append(varint: UInt64(key.count - shared))
        bytes.append(varint: UInt64(value.count))
        bytes += key[shared...]
        bytes += value
        lastKey = key
        count += 1
    }

    var finished: [UInt8] {
        var writer = ByteWriter()
        writer.append(bytes)
        for restart in restarts { writer.u32(restart) }
        writer.u32(UInt32(restarts.count))
        return writer.bytes
    }
}

extension [UInt8] {
    /// A number, seven bits of it in a byte, the lowest first.
    init(varint value: UInt64) {
        self = []
        append(varint: value)
    }

    fileprivate mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}
