public import LTFNBytes

/// Where the values of a variable stand in a file just as they are read: in one piece, row-major,
/// little-endian, packed.
public struct StoredValues: Sendable {
    public let source: any ByteSource
    public let offset: UInt64
    public let byteCount: Int

    public init(_ source: any ByteSource, at offset: UInt64, byteCount: Int) {
        self.source = source
        self.offset = offset
        self.byteCount = byteCount
    }

    /// The first byte that is not the same as in other values of as many bytes; nil: all are.
    ///
    /// - Parameter observer: told how many bytes have been compared.
    /// - Throws: `truncated`, `io`.
    package func firstDifference(
        from other: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) -> Int? {
        var (mine, theirs): ([UInt8], [UInt8]) = ([], [])
        for start in stride(from: 0, to: byteCount, by: Self.pieceByteCount) {
            let count = min(Self.pieceByteCount, byteCount - start)
            try source.read(at: offset + UInt64(start), byteCount: count, into: &mine)
            try other.source.read(
                at: other.offset + UInt64(start), byteCount: count, into: &theirs)
            if let place = mine.firstDifference(from: theirs) { return start + place }
            observer(start + count)
        }
        return nil
    }

    private static let pieceByteCount = 1 << 20
}
