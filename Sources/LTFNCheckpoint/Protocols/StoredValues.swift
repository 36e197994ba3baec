public import LTFNBytes

/// Where the values of a variable stand in a file just as they are read: in one piece, row-major,
/// little-endian, packed.
public struct StoredValues: Sendable {
    public let source: any ByteSource
    public let offset: UInt64
    public let byteCount: Int
    /// The CRC-32 that the file says they have; nil: it says none.
    public let crc32: UInt32?

    public init(
        _ source: any ByteSource, at offset: UInt64, byteCount: Int, crc32: UInt32? = nil
    ) {
        self.source = source
        self.offset = offset
        self.byteCount = byteCount
        self.crc32 = crc32
    }

    /// The first byte that is not the same as in other values of as many bytes; nil: all are, and
    /// have the CRC-32 that the file says.
    ///
    /// - Parameter observer: told how many bytes have been compared.
    /// - Throws: `checksumMismatch`, `truncated`, `io`.
    package func firstDifference(
        from other: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) -> Int? {
        var (mine, theirs): ([UInt8], [UInt8]) = ([], [])
        var checksum = CRC32()
        for start in stride(from: 0, to: byteCount, by: Self.pieceByteCount) {
            let count = min(Self.pieceByteCount, byteCount - start)
            try source.read(at: offset + UInt64(start), byteCount: count, into: &mine)
            try other.source.read(
                at: other.offset + UInt64(start), byteCount: count, into: &theirs)
            if let place = mine.firstDifference(from: theirs) { return start + place }
            if crc32 != nil { checksum.update(mine) }
            observer(start + count)
        }
        if let crc32 { try checksum.expect(crc32, at: offset) }
        return nil
    }

    private static let pieceByteCount = 1 << 20
}
