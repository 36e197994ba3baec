import LTFNBytes
import LTFNCheckpoint
import LTFNParallel

extension NativeReader {
    /// Opens a file whose footer is missing or damaged, by its last index that is whole.
    ///
    /// What the index does not speak of is ignored; chunks are believed by their checksums.
    ///
    /// - Throws: `corrupt` when there is no such index, `io`, `limitExceeded`.
    public static func recovering(
        _ source: any ByteSource, limits: DecodingLimits = .standard, bases: [NativeReader] = [],
        threadCount: Int = ThreadPool.coreCount
    ) throws(FormatError) -> NativeReader {
        let head = try source.read(
            at: 0, byteCount: Int(min(source.byteCount, UInt64(Header.byteCount))))
        _ = try Header(
            parsing: head, fileByteCount: max(source.byteCount, NativeFormat.minimumByteCount))
        let pieceByteCount: UInt64 = 1 << 20
        // Pieces overlap by a magic less one byte.
        var end = source.byteCount
        while end > UInt64(Header.byteCount) {
            let start = max(end, pieceByteCount) - pieceByteCount
            let overlap = min(UInt64(Index.magic.count - 1), source.byteCount - end)
            let piece = try source.read(at: start, byteCount: Int(end + overlap - start))
            for position in magicPositions(in: piece) {
                let offset = start + UInt64(position)
                if let parsed = try? wholeIndex(source, at: offset, limits) {
                    return try NativeReader(
                        source, limits, parsed,
                        gaps: [UInt8](repeating: 0, count: parsed.index.chunks.count), footer: nil,
                        bases: bases, threadCount: threadCount)
                }
            }
            end = start
        }
        throw FormatError(
            .corrupt, format: NativeFormat.formatName, rule: "LTFN-R6",
            "No whole index is left in the file: nothing can be recovered.")
    }

    /// The last first.
    private static func magicPositions(in piece: [UInt8]) -> [Int] {
        guard piece.count >= Index.magic.count else { return [] }
        return (0...piece.count - Index.magic.count).reversed().filter {
            piece[$0] == Index.magic[0]
                && piece[$0..<$0 + Index.magic.count].elementsEqual(Index.magic)
        }
    }

    private static func wholeIndex(
        _ source: any ByteSource, at offset: UInt64, _ limits: DecodingLimits
    ) throws(FormatError) -> Index.Parsed {
        let head = try source.read(at: offset, byteCount: Index.headByteCount)
        guard let byteCount = Index.byteCount(head: head), byteCount <= limits.indexByteCount,
            UInt64(byteCount) <= source.byteCount - offset
        else {
            throw FormatError(.truncated, format: NativeFormat.formatName, "The index is cut.")
        }
        let parsed = try Index.parse(
            try source.read(at: offset, byteCount: byteCount), at: offset, limits: limits)
        try parsed.checkChunks()
        return parsed
    }
}
