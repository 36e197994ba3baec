import LTFNBytes

/// Builds tables of any kind, sound or not: what is not told is as it should be.
struct TableBuilder {
    struct Block {
        var bytes: [UInt8]
        /// 0: as it is, 1: packed with snappy.
        var kind: UInt8 = 0
        /// What is told of the block instead of where it stands.
        var handle: (offset: UInt64, byteCount: UInt64)?
        var checksumIsWrong = false

        init(_ entries: [Entry]) {
            bytes = entries.flatMap(\.bytes) + Bytes.u32(0) + Bytes.u32(1)
        }

        init(packed bytes: [UInt8]) {
            self.bytes = bytes
            kind = 1
        }
    }

    struct Entry {
        var shared = 0
        var key: [UInt8]
        var value: [UInt8]
        /// The length that is told of the value; nil: its own.
        var told: UInt64?

        init(_ key: [UInt8], _ value: [UInt8], shared: Int = 0, told: UInt64? = nil) {
            self.key = key
            self.value = value
            self.shared = shared
            self.told = told
        }

        init(_ key: String, _ value: [UInt8]) { self.init(Array(key.utf8), value) }

        var bytes: [UInt8] {
            Bytes.varint(UInt64(shared)) + Bytes.varint(UInt64(key.count))
                + Bytes.varint(told ?? UInt64(value.count)) + key + value
        }
    }

    var blocks: [Block]

    init(_ blocks: [Block]) { self.blocks = blocks }

    /// All entries in a block, after the header.
    init(_ entries: [Entry], header: [UInt8] = Bundle.header()) {
        blocks = [Block([Entry("", header)] + entries)]
    }

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var index: [Entry] = []
        for (number, block) in blocks.enumerated() {
            let place = Self.add(block, to: &file)
            let told = block.handle ?? place
            index.append(
                Entry(
                    [UInt8(number)], Bytes.varint(told.offset) + Bytes.varint(told.byteCount)))
        }
        let places = [Self.add(Block([]), to: &file), Self.add(Block(index), to: &file)]
        let handles = places.flatMap { Bytes.varint($0.offset) + Bytes.varint($0.byteCount) }
        file += handles + [UInt8](repeating: 0, count: 40 - handles.count)
        return file + [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]
    }

    private static func add(
        _ block: Block, to file: inout [UInt8]
    ) -> (offset: UInt64, byteCount: UInt64) {
        let place = (offset: UInt64(file.count), byteCount: UInt64(block.bytes.count))
        let bytes = block.bytes + [block.kind]
        file += bytes + Bytes.u32(Bytes.masked(bytes) ^ (block.checksumIsWrong ? 1 : 0))
        return place
    }
}

/// Numbers as tables and protocol buffers have them.
enum Bytes {
    static func u32(_ number: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> UInt32(8 * $0)) }
    }

    static func varint(_ number: UInt64) -> [UInt8] {
        var (rest, bytes) = (number, [UInt8]())
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func masked(_ bytes: [UInt8]) -> UInt32 {
        let value = CRC32C.checksum(bytes)
        return (value >> 15 | value << 17) &+ 0xA282_EAD8
    }

    static func number(_ field: UInt64, _ value: Int64) -> [UInt8] {
        varint(field << 3) + varint(UInt64(bitPattern: value))
    }

    static func message(_ field: UInt64, _ bytes: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(bytes.count)) + bytes
    }
}

/// What an index says, as protocol buffers.
enum Bundle {
    static func header(shards: Int64 = 1, order: Int64 = 0) -> [UInt8] {
        Bytes.number(1, shards) + (order == 0 ? [] : Bytes.number(2, order))
            + Bytes.message(3, Bytes.number(1, 1))
    }

    /// A tensor whose values are `values`, from `offset` on.
    static func entry(
        _ values: [UInt8], dtype: Int64 = 1, shape: [Int64], shard: Int64 = 0, offset: Int64 = 0,
        byteCount: Int64? = nil
    ) -> [UInt8] {
        Bytes.number(1, dtype) + Bytes.message(2, dimensions(shape)) + Bytes.number(3, shard)
            + Bytes.number(4, offset) + Bytes.number(5, byteCount ?? Int64(values.count))
            + Bytes.varint(6 << 3 | 5) + Bytes.u32(Bytes.masked(values))
    }

    /// A variable in slices of one axis: where each begins, and how long it is.
    static func partitioned(shape: [Int64], _ slices: [(start: Int64, length: Int64)]) -> [UInt8] {
        Bytes.number(1, 1) + Bytes.message(2, dimensions(shape))
            + slices.flatMap { slice in
                Bytes.message(
                    7,
                    Bytes.message(1, Bytes.number(1, slice.start) + Bytes.number(2, slice.length)))
            }
    }

    /// The key of such a slice, for numbers below 64.
    static func key(_ name: String, _ slice: (start: Int64, length: Int64)) -> [UInt8] {
        [0] + Array(name.utf8) + [0, 1, 1, 1]
            + [UInt8(0x80 ^ slice.start), UInt8(0x80 ^ slice.length)]
    }

    private static func dimensions(_ shape: [Int64]) -> [UInt8] {
        shape.flatMap { Bytes.message(2, Bytes.number(1, $0)) }
    }
}
