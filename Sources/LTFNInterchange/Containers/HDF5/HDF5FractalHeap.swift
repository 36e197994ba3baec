import LTFNBytes

/// A heap (`FRHP`) of links or attributes that are too many for a header.
struct HDF5FractalHeap {
    /// A block of values.
    private struct Block {
        /// Where it begins among all bytes of the heap.
        var start: UInt64
        var byteCount: UInt64
        var address: UInt64
    }

    private let idByteCount: Int
    private let offsetByteCount: Int
    private let lengthByteCount: Int
    private let hugeTree: UInt64?
    /// In the order of their starts.
    private var blocks: [Block] = []
    /// Values that are too long for a block, by their numbers.
    private var huge: [UInt64: Range<UInt64>] = [:]
    /// How many bytes may still be those of values: in a sound heap no two have one in common.
    private var left: UInt64 = 0

    /// - Throws: `unsupportedFeature`, `corrupt`, `truncated`, `checksumMismatch`, `io`.
    init(at address: UInt64, in file: inout HDF5File) throws(FormatError) {
        let sizes = file.sizes
        var cursor = try file.checkedStructure(
            at: address, byteCount: 26 + 12 * sizes.length + 3 * sizes.offset,
            "the header of a heap")
        try cursor.expect("FRHP", version: 0)
        idByteCount = try cursor.u16()
        guard try cursor.u16() == 0 else {
            throw cursor.error(
                .unsupportedFeature, "A heap is packed with filters: it cannot be read.")
        }
        let hasChecksums = try cursor.u8() & 2 != 0
        let longest = try cursor.u32()
        _ = try cursor.length()
        hugeTree = try cursor.address()
        _ = try cursor.length()
        _ = try cursor.address()
        for _ in 0..<8 { _ = try cursor.length() }
        let table = try Table(&cursor, hasChecksums: hasChecksums)
        offsetByteCount = table.offsetByteCount
        lengthByteCount = min(
            Self.width(table.largest), Self.width(UInt64(longest)))
        if let root = table.root {
            try readBlocks(root, table, header: address, in: &file)
            blocks.sort { $0.start < $1.start }
        }
        if let hugeTree { try readHuge(hugeTree, in: &file) }
    }

    private static func width(_ number: UInt64) -> Int {
        max(1, (64 - number.leadingZeroBitCount + 7) / 8)
    }

    /// The bytes of a value.
    ///
    /// - Throws: `corrupt`, `unsupportedFeature`, `io`.
    mutating func value(
        _ id: [UInt8], in file: inout HDF5File
    ) throws(FormatError) -> HDF5Cursor {
        var cursor = HDF5Cursor(id, at: 0, file.sizes)
        let first = try cursor.u8()
        switch first >> 4 & 3 {
        case 0:
            let offset = try cursor.number(offsetByteCount)
            let length = try cursor.number(lengthByteCount)
            return try managed(offset, length, in: &file)
        case 1:
            // Where the place itself stands in the number there is room for it.
            let isDirect = idByteCount > file.sizes.offset + file.sizes.length
            let number = try cursor.number(isDirect ? file.sizes.offset : min(8, idByteCount - 1))
            let length = isDirect ? try cursor.length() : 0
            let range =
                isDirect
                ? number..<(try CheckedSize.add(number, length, of: "a value")) : huge[number]
            guard let range else { throw Self.missing() }
            return try taken(range, in: &file)
        case 2:
            let length = Int(first & 15) + 1
            return HDF5Cursor(try cursor.bytes.bytes(length), at: 0, file.sizes)
        default: throw Self.missing()
        }
    }

    private static func missing() -> FormatError {
        FormatError(
            .corrupt, format: HDF5File.format,
            "A member or an attribute has a number in its heap, and the heap has no such value.")
    }

    private mutating func taken(
        _ range: Range<UInt64>, in file: inout HDF5File
    ) throws(FormatError) -> HDF5Cursor {
        let count = try CheckedSize.int(range.upperBound - range.lowerBound, of: "a value")
        guard UInt64(count) <= left else {
            throw FormatError(
                .corrupt, format: HDF5File.format, offset: range.lowerBound,
                "The values of a heap overlap: together they have more bytes than the heap.")
        }
        left -= UInt64(count)
        try AvailableMemory.expect(count)
        return HDF5Cursor(
            try file.source.read(at: range.lowerBound, byteCount: count), at: range.lowerBound,
            file.sizes)
    }

    private mutating func managed(
        _ offset: UInt64, _ length: UInt64, in file: inout HDF5File
    ) throws(FormatError) -> HDF5Cursor {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { throw Self.missing() }
        let block = blocks[low - 1]
        let place = offset - block.start
        guard place < block.byteCount, length <= block.byteCount - place else {
            throw Self.missing()
        }
        let start = block.address + place
        return try taken(start..<start + length, in: &file)
    }

    private mutating func readHuge(
        _ address: UInt64, in file: inout HDF5File
    ) throws(FormatError) {
        let tree = try HDF5Tree2(at: address, kinds: 1...4, in: &file)
        var found: [UInt64: Range<UInt64>] = [:]
        var total: UInt64 = 0
        let expected = file.sizes.offset + 2 * file.sizes.length
        // Others have the place in their numbers.
        guard tree.recordByteCount == expected else { return }
        try tree.forEachRecord(in: &file) { record, file throws(FormatError) in
            let start = try record.place(of: "a value")
            let length = try record.length()
            let number = try record.length()
            try file.claim(start, byteCount: length, "a long value of a heap")
            try file.keep(64)
            found[number] = start..<start + length
            total += length
        }
        huge = found
        left += total
    }
}

// Blocks.
extension HDF5FractalHeap {
    /// How long the blocks of each row are.
    private struct Table {
        let width: Int
        let first: UInt64
        let largest: UInt64
        let offsetByteCount: Int
        let root: UInt64?
        let rootRowCount: Int
        let hasChecksums: Bool

        init(_ cursor: inout HDF5Cursor, hasChecksums: Bool) throws(FormatError) {
            self.hasChecksums = hasChecksums
            width = try cursor.u16()
            first = try cursor.length()
            largest = try cursor.length()
            let bits = try cursor.u16()
            offsetByteCount = (bits + 7) / 8
            try cursor.skip(2)
            root = try cursor.address()
            rootRowCount = try cursor.u16()
            guard width > 0, first > 0, first.nonzeroBitCount == 1, largest >= first,
                largest.nonzeroBitCount == 1, largest < 1 << 40, (1...64).contains(bits)
            else { throw cursor.error(.corrupt, "A heap has blocks of impossible lengths.") }
        }

        /// How many rows are blocks of values.
        var directRowCount: Int {
            largest.trailingZeroBitCount - first.trailingZeroBitCount + 2
        }

        /// Of a block in a row; nil: it is too long for any file.
        func byteCount(row: Int) -> UInt64? {
            let shift = max(0, row - 1)
            guard shift < first.leadingZeroBitCount else { return nil }
            return first << UInt64(shift)
        }

        /// How many rows a block of blocks of that length has.
        func rowCount(byteCount: UInt64) -> Int {
            let all = UInt64(width) &* first
            return byteCount.trailingZeroBitCount - (63 - all.leadingZeroBitCount) + 1
        }
    }

    /// A block of blocks that is still to be read.
    private struct Pending {
        var address: UInt64
        var start: UInt64
        var rowCount: Int
    }

    private mutating func readBlocks(
        _ root: UInt64, _ table: Table, header: UInt64, in file: inout HDF5File
    ) throws(FormatError) {
        guard table.rootRowCount > 0 else {
            return try add(root, start: 0, byteCount: table.first, table, in: &file)
        }
        var pending = [Pending(address: root, start: 0, rowCount: table.rootRowCount)]
        while let block = pending.popLast() {
            guard (1...64).contains(block.rowCount) else { throw Self.missing() }
            let head = 5 + file.sizes.offset + table.offsetByteCount
            let count = block.rowCount * table.width
            var cursor = try file.checkedStructure(
                at: block.address, byteCount: head + count * file.sizes.offset + 4,
                "a block of a heap")
            try cursor.expect("FHIB", version: 0)
            try cursor.skip(head - 5)
            var start = block.start
            for row in 0..<block.rowCount {
                guard let byteCount = table.byteCount(row: row) else { throw Self.missing() }
                for _ in 0..<table.width {
                    if let child = try cursor.address() {
                        if row < table.directRowCount {
                            try add(child, start: start, byteCount: byteCount, table, in: &file)
                        } else {
                            try pending.makeRoomForOne()
                            pending.append(
                                Pending(
                                    address: child, start: start,
                                    rowCount: table.rowCount(byteCount: byteCount)))
                        }
                    }
                    start = CheckedSize.total(start, byteCount)
                }
            }
        }
    }

    private mutating func add(
        _ address: UInt64, start: UInt64, byteCount: UInt64, _ table: Table,
        in file: inout HDF5File
    ) throws(FormatError) {
        // Its length is known to be an Int, and its checksum is that of all its bytes with zeros in
        // the place of the checksum.
        var cursor = try file.structure(at: address, byteCount: byteCount, "a block of a heap")
        try cursor.expect("FHDB", version: 0)
        let place = 5 + file.sizes.offset + table.offsetByteCount
        if table.hasChecksums {
            var bytes = try file.source.read(at: address, byteCount: Int(byteCount))
            try cursor.skip(place - 5)
            let stored = try cursor.u32()
            bytes.replaceSubrange(place..<place + 4, with: [0, 0, 0, 0])
            guard Int(HDF5Checksum.lookup3(bytes[...])) == stored else {
                throw cursor.error(
                    .checksumMismatch,
                    "The checksum of a block of a heap is wrong: its bytes are not those that were "
                        + "written.")
            }
        }
        try blocks.makeRoomForOne()
        blocks.append(Block(start: start, byteCount: byteCount, address: address))
        left += byteCount
    }
}
