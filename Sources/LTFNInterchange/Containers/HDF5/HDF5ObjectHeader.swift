import LTFNBytes

/// What a message of an object header is about.
enum HDF5MessageType: Int {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case filters = 0x0B
    case attribute = 0x0C
    case continuation = 0x10
    case symbolTable = 0x11
    case attributeInfo = 0x15
}

/// A message of an object header.
struct HDF5Message {
    var type: HDF5MessageType
    /// Whether the content is elsewhere, and only where is said.
    var isShared: Bool
    var content: HDF5Cursor
}

/// All messages of an object: of its header, and of the blocks that go on with it.
struct HDF5ObjectHeader {
    private(set) var messages: [HDF5Message] = []

    private struct Block {
        var address: UInt64
        var byteCount: UInt64
    }

    private var blocks: [Block] = []

    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `unsupportedVersion`,
    ///   `unsupportedFeature`, `io`.
    init(at address: UInt64, in file: inout HDF5File) throws(FormatError) {
        let end = file.superblock.end
        guard address < end else {
            throw FormatError(
                .truncated, format: HDF5File.format, offset: end,
                "An object begins at byte \(address), and the file has \(end).")
        }
        let count = min(16, end - address)
        var head = HDF5Cursor(
            try file.source.read(at: address, byteCount: Int(count)), at: address, file.sizes)
        if try head.bytes.bytes(4) == Array("OHDR".utf8) {
            try readVersion2(&head, at: address, in: &file)
        } else {
            head = HDF5Cursor(
                try file.source.read(at: address, byteCount: Int(count)), at: address, file.sizes)
            try readVersion1(&head, at: address, in: &file)
        }
    }

    func first(_ type: HDF5MessageType) -> HDF5Message? { messages.first { $0.type == type } }

    func has(_ type: HDF5MessageType) -> Bool { messages.contains { $0.type == type } }

    /// - Parameters:
    ///   - number: of the type.
    ///   - flags: bit 1: it is shared; bit 7: whoever does not know it must not go on.
    private mutating func add(
        _ number: Int, flags: Int, _ content: HDF5Cursor, in file: inout HDF5File
    ) throws(FormatError) {
        guard let type = HDF5MessageType(rawValue: number) else {
            guard flags & 0x80 == 0 || number <= 0x17 else {
                throw content.error(
                    .unsupportedFeature,
                    "An object has a message of type \(number), which must not be passed over and is not "
                        + "known.")
            }
            return
        }
        if type == .continuation {
            var content = content
            try blocks.makeRoomForOne()
            blocks.append(
                Block(
                    address: try content.place(of: "a continuation"),
                    byteCount: try content.length()))
            return
        }
        try file.keep(MemoryLayout<HDF5Message>.stride)
        try messages.makeRoomForOne()
        messages.append(
            HDF5Message(type: type, isShared: flags & 2 != 0, content: content))
    }
}

// Version 1.
extension HDF5ObjectHeader {
    private mutating func readVersion1(
        _ head: inout HDF5Cursor, at address: UInt64, in file: inout HDF5File
    ) throws(FormatError) {
        try head.expect(version: 1...1, of: "the object header")
        try head.skip(7)
        let byteCount = try head.u32()
        try file.claim(address, byteCount: 16, "the object header")
        var first = try file.structure(
            at: address + 16, byteCount: byteCount, "the object header")
        try readMessages1(&first, &file)
        // Blocks may name further ones.
        var number = 0
        while number < blocks.count {
            let block = blocks[number]
            number += 1
            var next = try file.structure(
                at: block.address, byteCount: block.byteCount,
                "the continuation of an object header")
            try readMessages1(&next, &file)
        }
    }

    private mutating func readMessages1(
        _ cursor: inout HDF5Cursor, _ file: inout HDF5File
    ) throws(FormatError) {
        while cursor.remaining >= 8 {
            let type = try cursor.u16()
            let byteCount = try cursor.u16()
            let flags = try cursor.u8()
            try cursor.skip(3)
            guard byteCount <= cursor.remaining else {
                throw cursor.error(
                    .corrupt, "A message of \(byteCount) bytes goes beyond the end of its header.")
            }
            try add(type, flags: flags, cursor.part(byteCount), in: &file)
        }
    }
}

// Version 2.
extension HDF5ObjectHeader {
    private mutating func readVersion2(
        _ head: inout HDF5Cursor, at address: UInt64, in file: inout HDF5File
    ) throws(FormatError) {
        try head.expect(version: 2...2, of: "the object header")
        let flags = try head.u8()
        let prefix = 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
        let sizeByteCount = 1 << (flags & 3)
        var place = HDF5Cursor(
            try file.source.read(at: address + UInt64(prefix), byteCount: sizeByteCount),
            at: address + UInt64(prefix), file.sizes)
        let size = try place.number(sizeByteCount)
        let whole = try CheckedSize.add(
            UInt64(prefix + sizeByteCount + 4), size, of: "the object header")
        var cursor = try file.checkedStructure(
            at: address, byteCount: whole, "the object header")
        try cursor.skip(prefix + sizeByteCount)
        let hasOrder = flags & 4 != 0
        try readMessages2(&cursor, hasOrder: hasOrder, &file)
        var number = 0
        while number < blocks.count {
            let block = blocks[number]
            number += 1
            var cursor = try file.checkedStructure(
                at: block.address, byteCount: block.byteCount,
                "the continuation of an object header")
            try cursor.expect("OCHK")
            try readMessages2(&cursor, hasOrder: hasOrder, &file)
        }
    }

    private mutating func readMessages2(
        _ cursor: inout HDF5Cursor, hasOrder: Bool, _ file: inout HDF5File
    ) throws(FormatError) {
        // What is shorter is a gap.
        while cursor.remaining >= 4 + (hasOrder ? 2 : 0) {
            let type = try cursor.u8()
            let byteCount = try cursor.u16()
            let flags = try cursor.u8()
            if hasOrder { try cursor.skip(2) }
            guard byteCount <= cursor.remaining else {
                throw cursor.error(
                    .corrupt, "A message of \(byteCount) bytes goes beyond the end of its header.")
            }
            try add(type, flags: flags, cursor.part(byteCount), in: &file)
        }
    }
}
