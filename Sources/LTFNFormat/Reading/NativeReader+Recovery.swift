import LTFNBytes
import LTFNCheckpoint
import LTFNParallel

extension NativeReader {
    /// Opens a file whose footer is missing or damaged, by its last index that is whole and takes
    /// every byte before it into account. That of another file, which is held as values or
    /// metadata, does not.
    ///
    /// What the index does not speak of is ignored; chunks are believed by their checksums.
    ///
    /// Complexity: linear in the length of the file.
    ///
    /// - Throws: `corrupt` when there is no such index, `io`; `limitExceeded`, also when the file
    ///   has too many beginnings of an index.
    public static func recovering(
        _ source: any ByteSource, limits: DecodingLimits = .standard, bases: [NativeReader] = [],
        threadCount: Int = Parallelism.coreCount
    ) throws(FormatError) -> NativeReader {
        let head = try source.read(
            at: 0, byteCount: Int(min(source.byteCount, UInt64(Header.byteCount))))
        // A file may be cut anywhere, but in its header.
        let isCut = source.byteCount >= Header.byteCount
        _ = try Header(
            parsing: head,
            fileByteCount: isCut
                ? max(source.byteCount, NativeFormat.minimumByteCount) : source.byteCount)
        var search = IndexSearch(source, limits)
        let pieceByteCount: UInt64 = 1 << 20
        // Pieces overlap by a magic less one byte.
        var end = source.byteCount
        while end > UInt64(Header.byteCount) {
            let start = max(end, pieceByteCount) - pieceByteCount
            let overlap = min(UInt64(Index.magic.count - 1), source.byteCount - end)
            let piece = try source.read(at: start, byteCount: Int(end + overlap - start))
            for position in magicPositions(in: piece) {
                let offset = start + UInt64(position)
                if let parsed = try search.wholeIndex(at: offset) {
                    return try NativeReader(
                        source, limits, parsed,
                        gaps: [UInt8](repeating: 0, count: parsed.index.chunks.count), footer: nil,
                        bases: bases, threadCount: threadCount)
                }
            }
            end = start
        }
        throw FormatError(
            .corrupt, format: NativeFormat.formatName, rule: "LTFN-R5",
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
}

/// Tries where an index may begin.
private struct IndexSearch {
    private let source: any ByteSource
    private let limits: DecodingLimits
    /// How many bytes of indexes may still be looked at. Those of an honest file lie side by side;
    /// in a file that is made for it one may begin every few bytes and reach to the end.
    private var allowance: UInt64

    init(_ source: any ByteSource, _ limits: DecodingLimits) {
        self.source = source
        self.limits = limits
        let (product, overflow) = source.byteCount.multipliedReportingOverflow(by: 4)
        allowance = overflow ? .max : product
    }

    /// The index that begins at `offset`; nil when there is none that is whole and of this file.
    ///
    /// - Throws: `limitExceeded` when too much has been looked at in vain.
    mutating func wholeIndex(at offset: UInt64) throws(FormatError) -> Index.Parsed? {
        guard let head = try? source.read(at: offset, byteCount: Index.headByteCount),
            let byteCount = Index.byteCount(head: head), byteCount <= limits.indexByteCount,
            UInt64(byteCount) <= source.byteCount - offset
        else { return nil }
        guard UInt64(byteCount) <= allowance else {
            throw FormatError(
                .limitExceeded, format: NativeFormat.formatName, rule: "LTFN-R5", offset: offset,
                "Too many indexes begin within one another, and none of those after this one is "
                    + "whole: nothing can be recovered.")
        }
        allowance -= UInt64(byteCount)
        return try? parsed(at: offset, byteCount: byteCount)
    }

    private func parsed(
        at offset: UInt64, byteCount: Int
    ) throws(FormatError) -> Index.Parsed {
        let parsed = try Index.parse(
            try source.read(at: offset, byteCount: byteCount), at: offset, limits: limits)
        // Chunks are believed by their checksums alone: that padding is zero is not asked for.
        _ = try parsed.index.checkRegions(indexOffset: offset)
        return parsed
    }
}
