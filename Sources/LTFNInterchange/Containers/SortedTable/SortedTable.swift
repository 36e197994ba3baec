import LTFNBytes
import LTFNCheckpoint

/// A table of keys and values in the order of the keys, as LevelDB keeps them.
///
/// Blocks of entries stand one after the other, then a block that tells where they are, then a
/// footer that tells where that one is. The page `doc/table_format.md` of LevelDB describes it.
struct SortedTable {
    static let footerByteCount = 48
    /// What a table ends with.
    static let mark: UInt64 = 0xDB47_7524_8B80_FB57

    private let source: any ByteSource
    private let format: String
    private let index: Handle

    /// Where a block stands, less its trailer.
    struct Handle {
        var offset: UInt64
        var byteCount: UInt64

        static let trailerByteCount: UInt64 = 5

        /// Where the next block may begin; nil when there is no such place.
        var end: UInt64? {
            let (sum, first) = offset.addingReportingOverflow(byteCount)
            let (end, second) = sum.addingReportingOverflow(Self.trailerByteCount)
            return first || second ? nil : end
        }
    }

    /// - Throws: `truncated`, `corrupt`, `limitExceeded`, `io`.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits
    ) throws(FormatError) {
        self.source = source
        self.format = format
        let byteCount = source.byteCount
        guard byteCount >= UInt64(Self.footerByteCount) else {
            throw FormatError(
                .truncated, format: format,
                "A table has \(Self.footerByteCount) bytes at least; the file has \(byteCount).")
        }
        guard byteCount <= UInt64(max(limits.indexByteCount, 0)) else {
            throw FormatError(
                .limitExceeded, format: format,
                "The index has \(byteCount) bytes; \(limits.indexByteCount) are allowed.")
        }
        let start = byteCount - UInt64(Self.footerByteCount)
        let footer = try source.read(at: start, byteCount: Self.footerByteCount)
        var reader = ByteReader(footer, at: start, format: format)
        var end = reader
        try end.skip(Self.footerByteCount - 8)
        guard try end.u64() == Self.mark else {
            throw FormatError(
                .truncated, format: format, offset: byteCount - 8,
                "The file does not end as a table does: its end is missing, or it is no table.")
        }
        _ = try reader.handle()
        index = try reader.handle()
        guard let indexEnd = index.end, indexEnd <= start else {
            throw FormatError(
                .corrupt, format: format, offset: start,
                "The footer says that the index of the table has \(index.byteCount) bytes from byte "
                    + "\(index.offset) on; expected it before the footer.")
        }
    }

    /// Calls `body` with every key and its value, in ascending order of the keys.
    ///
    /// Memory: a block.
    ///
    /// - Throws: `truncated`, `corrupt`, `checksumMismatch`, `unsupportedFeature`, `limitExceeded`,
    ///   `io`, and what `body` throws.
    func forEachEntry(
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws(FormatError) -> Void
    ) throws(FormatError) {
        var places = TableEntries(try block(index), at: index.offset, format: format)
        var order = KeyOrder(tableByteCount: source.byteCount)
        var position: UInt64 = 0
        while let place = try places.next() {
            var reader = ByteReader(place.value, at: index.offset, format: format)
            let handle = try reader.handle()
            // Blocks follow one another, so that none is read twice and none is the index.
            guard handle.offset >= position, let end = handle.end, end <= index.offset else {
                throw FormatError(
                    .corrupt, format: format, offset: index.offset,
                    "The table names a block of \(handle.byteCount) bytes at byte \(handle.offset); "
                        + "expected it between byte \(position) and the index at byte "
                        + "\(index.offset).")
            }
            position = end
            var entries = TableEntries(try block(handle), at: handle.offset, format: format)
            while let entry = try entries.next() {
                do throws(FormatError) {
                    try order.expect(entry.key)
                } catch {
                    var error = error.named(format)
                    error.offset = handle.offset
                    throw error
                }
                try body(entry.key, entry.value)
            }
        }
    }

    /// The bytes of a block, unpacked.
    private func block(_ handle: Handle) throws(FormatError) -> [UInt8] {
        let byteCount = try CheckedSize.int(
            handle.byteCount + Handle.trailerByteCount, of: "a block")
        try AvailableMemory.expect(2 * byteCount)
        var bytes = try source.read(at: handle.offset, byteCount: byteCount)
        var trailer = ByteReader(Array(bytes.suffix(5)), at: handle.offset, format: format)
        let kind = try trailer.u8()
        let stored = try trailer.u32()
        bytes.removeLast(4)
        guard CRC32C.masked(bytes) == stored else {
            throw FormatError(
                .checksumMismatch, format: format, offset: handle.offset,
                "The CRC-32C of a block is wrong: its bytes are not those that were written.")
        }
        bytes.removeLast()
        switch kind {
        case 0: return bytes
        case 1:
            do throws(FormatError) {
                return try Snappy.unpack(bytes)
            } catch {
                var error = error.named(format)
                error.offset = handle.offset
                throw error
            }
        default:
            throw FormatError(
                .unsupportedFeature, format: format, offset: handle.offset,
                "A block is packed in way \(kind); 0 (as it is) and 1 (snappy) can be read.")
        }
    }
}

/// Makes sure that keys ascend, and are not many times what the table takes.
private struct KeyOrder {
    private static let longestKey = 65_536
    private var last: [UInt8]?
    private var remaining: UInt64

    /// Keys share beginnings: what is made of them must stay in proportion to the table.
    init(tableByteCount: UInt64) {
        remaining = CheckedSize.total(1 << 24, tableByteCount << 5)
    }

    mutating func expect(_ key: [UInt8]) throws(FormatError) {
        if let last, !last.lexicographicallyPrecedes(key) {
            throw FormatError(
                .corrupt,
                "The keys of the table do not ascend: one of \(key.count) bytes stands after one "
                    + "of \(last.count) that it should stand before.")
        }
        guard key.count <= Self.longestKey, UInt64(key.count) <= remaining else {
            throw FormatError(
                .limitExceeded,
                "A key of \(key.count) bytes is too long, alone or with those before it; expected "
                    + "\(Self.longestKey) bytes at most, and all in proportion to the table.")
        }
        remaining -= UInt64(key.count)
        last = key
    }
}
