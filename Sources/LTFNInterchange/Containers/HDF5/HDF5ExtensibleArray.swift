import LTFNBytes

/// An array that grows (`EAHD`): one element for each chunk, in blocks of growing lengths.
struct HDF5ExtensibleArray {
    private let elementByteCount: Int
    /// How many bits the number of elements may have.
    private let countBits: Int
    private let indexElementCount: Int
    /// Of the smallest block.
    private let blockElementCount: UInt64
    private let blockPointerCount: Int
    private let pageElementCount: UInt64
    private let index: UInt64?
    /// Elements from this one on were never set, whatever stands there.
    let setCount: UInt64

    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `io`.
    init(at address: UInt64, in file: inout HDF5File) throws(FormatError) {
        var cursor = try file.checkedStructure(
            at: address, byteCount: 16 + 6 * file.sizes.length + file.sizes.offset,
            "the header of an array of chunks")
        try cursor.expect("EAHD", version: 0)
        try cursor.skip(1)
        elementByteCount = try cursor.u8()
        countBits = try cursor.u8()
        indexElementCount = try cursor.u8()
        let smallest = try cursor.u8()
        let pointers = try cursor.u8()
        let pageBits = try cursor.u8()
        for _ in 0..<4 { _ = try cursor.length() }
        setCount = try cursor.length()
        _ = try cursor.length()
        index = try cursor.address()
        guard elementByteCount >= file.sizes.offset, (1...62).contains(countBits), smallest > 0,
            smallest.nonzeroBitCount == 1, pointers > 1, pointers.nonzeroBitCount == 1,
            (1...countBits).contains(pageBits), smallest.trailingZeroBitCount <= countBits
        else {
            throw cursor.error(.corrupt, "An array of chunks has blocks of impossible lengths.")
        }
        blockElementCount = UInt64(smallest)
        blockPointerCount = pointers
        pageElementCount = 1 << UInt64(pageBits)
    }

    /// Blocks of one length.
    private struct Level {
        var blockCount: UInt64
        var elementCount: UInt64
        /// The number of the first element.
        var first: UInt64
    }

    private var levels: [Level] {
        var levels: [Level] = []
        var first = UInt64(indexElementCount)
        let count = 1 + countBits - blockElementCount.trailingZeroBitCount
        for number in 0..<count {
            let level = Level(
                blockCount: 1 << UInt64(number / 2),
                elementCount: (1 << UInt64((number + 1) / 2)) &* blockElementCount, first: first)
            levels.append(level)
            first = first &+ level.blockCount &* level.elementCount
        }
        return levels
    }

    /// Calls `body` for every element that is stored.
    ///
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `io`, and what `body` throws.
    func forEachElement(
        in file: inout HDF5File,
        _ body: (UInt64, inout HDF5Cursor, inout HDF5File) throws(FormatError) -> Void
    ) throws(FormatError) {
        guard let index else { return }
        let levels = levels
        // The blocks of the first levels are named by the index itself.
        let directLevelCount = min(
            2 * blockPointerCount.trailingZeroBitCount, levels.count)
        let blockCount = 2 * (blockPointerCount - 1)
        let pointerCount = blockCount + levels.count - directLevelCount
        let head = 6 + file.sizes.offset
        let byteCount =
            head + indexElementCount * elementByteCount + pointerCount * file.sizes.offset + 4
        var cursor = try file.checkedStructure(
            at: index, byteCount: byteCount, "the index of an array of chunks")
        try cursor.expect("EAIB", version: 0)
        try cursor.skip(head - 5)
        for number in 0..<UInt64(indexElementCount) {
            var element = try cursor.part(elementByteCount)
            try body(number, &element, &file)
        }
        var left = blockCount
        for level in levels[..<directLevelCount] {
            for block in 0..<level.blockCount where left > 0 {
                left -= 1
                guard let address = try cursor.address() else { continue }
                try readBlock(address, level, block, pages: nil, in: &file, body)
            }
        }
        for _ in 0..<left { _ = try cursor.address() }
        for level in levels[directLevelCount...] {
            guard let address = try cursor.address() else { continue }
            try readLevel(address, level, in: &file, body)
        }
    }

    private var offsetByteCount: Int { (countBits + 7) / 8 }

    /// How many pages a block of a level has; 0: it is in one piece.
    private func pageCount(_ level: Level) -> UInt64 {
        level.elementCount > pageElementCount ? level.elementCount / pageElementCount : 0
    }

    private func readLevel(
        _ address: UInt64, _ level: Level, in file: inout HDF5File,
        _ body: (UInt64, inout HDF5Cursor, inout HDF5File) throws(FormatError) -> Void
    ) throws(FormatError) {
        let head = 6 + file.sizes.offset + offsetByteCount
        let bitmapByteCount = (pageCount(level) + 7) / 8
        let pointers = try CheckedSize.multiply(
            level.blockCount, UInt64(file.sizes.offset), of: "an array of chunks")
        let bitmaps = try CheckedSize.multiply(
            level.blockCount, bitmapByteCount, of: "an array of chunks")
        let byteCount = try CheckedSize.add(
            CheckedSize.add(pointers, bitmaps, of: "an array of chunks"), UInt64(head + 4),
            of: "an array of chunks")
        var cursor = try file.checkedStructure(
            at: address, byteCount: byteCount, "a block of an array of chunks")
        try cursor.expect("EASB", version: 0)
        try cursor.skip(head - 5)
        let bitmap = try cursor.bytes.bytes(Int(bitmaps))
        for block in 0..<level.blockCount {
            guard let address = try cursor.address() else { continue }
            let start = Int(block * bitmapByteCount)
            try readBlock(
                address, level, block, pages: bitmap[start..<start + Int(bitmapByteCount)],
                in: &file, body)
        }
    }

    /// - Parameter pages: bit n, from the high ones on: page n was written.
    private func readBlock(
        _ address: UInt64, _ level: Level, _ block: UInt64, pages: ArraySlice<UInt8>?,
        in file: inout HDF5File,
        _ body: (UInt64, inout HDF5Cursor, inout HDF5File) throws(FormatError) -> Void
    ) throws(FormatError) {
        let head = 6 + file.sizes.offset + offsetByteCount
        let first = level.first &+ block &* level.elementCount
        let pageCount = pageCount(level)
        let elements = try CheckedSize.multiply(
            level.elementCount, UInt64(elementByteCount), of: "an array of chunks")
        let whole = pageCount == 0 ? elements : 0
        var cursor = try file.checkedStructure(
            at: address,
            byteCount: CheckedSize.add(whole, UInt64(head + 4), of: "an array of chunks"),
            "a block of an array of chunks")
        try cursor.expect("EADB", version: 0)
        try cursor.skip(head - 5)
        if pageCount == 0 {
            for number in 0..<level.elementCount {
                var element = try cursor.part(elementByteCount)
                try body(first &+ number, &element, &file)
            }
        }
        let pageByteCount = pageElementCount &* UInt64(elementByteCount) &+ 4
        for page in 0..<pageCount {
            let bit = pages?[(pages?.startIndex ?? 0) + Int(page / 8)] ?? 0xFF
            guard bit & 0x80 >> UInt8(page % 8) != 0 else { continue }
            let place = try CheckedSize.add(
                address, UInt64(head + 4) &+ page &* pageByteCount, of: "an array of chunks")
            var cursor = try file.checkedStructure(
                at: place, byteCount: pageByteCount, "a page of an array of chunks")
            for number in 0..<pageElementCount {
                var element = try cursor.part(elementByteCount)
                try body(first &+ page * pageElementCount &+ number, &element, &file)
            }
        }
    }
}
