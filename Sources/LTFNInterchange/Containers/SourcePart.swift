import LTFNBytes

/// A range of another source, as a source of its own.
struct SourcePart: ByteSource {
    private let whole: any ByteSource
    private let start: UInt64
    let byteCount: UInt64

    /// - Throws: `truncated` when the source ends before.
    init(
        _ whole: any ByteSource, at start: UInt64, byteCount: UInt64
    ) throws(FormatError) {
        guard start <= whole.byteCount, byteCount <= whole.byteCount - start else {
            throw FormatError(
                .truncated, offset: whole.byteCount,
                "\(byteCount) bytes from byte \(start) on were expected; the file has "
                    + "\(whole.byteCount).")
        }
        self.whole = whole
        self.start = start
        self.byteCount = byteCount
    }

    func read(at offset: UInt64, byteCount count: Int) throws(FormatError) -> [UInt8] {
        try expectRange(at: offset, byteCount: count)
        return try whole.read(at: start + offset, byteCount: count)
    }

    func map(at offset: UInt64, byteCount count: Int) throws(FormatError) -> MappedBytes? {
        try expectRange(at: offset, byteCount: count)
        return try whole.map(at: start + offset, byteCount: count)
    }
}
