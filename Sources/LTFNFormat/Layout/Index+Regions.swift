import LTFNBytes
import LTFNCheckpoint

extension Index {
    /// Makes sure that every byte before the index belongs to one region.
    ///
    /// - Returns: the bytes of padding before each chunk.
    func checkRegions(indexOffset: UInt64) throws(FormatError) -> [UInt8] {
        var gaps = [UInt8](repeating: 0, count: chunks.count)
        var end = UInt64(Header.byteCount)
        func pass(_ region: Region) throws(FormatError) {
            try check(region, behind: end)
            if let chunk = region.chunk { gaps[chunk] = UInt8(region.start - end) }
            end = region.start + region.byteCount
        }
        // Most files need no sorting, and large ones no second list.
        if retired.isEmpty, isAscending {
            for number in chunks.indices where !chunks[number].codec.storesNothing {
                try pass(region(ofChunk: number))
            }
        } else {
            for region in regionsInOrder() { try pass(region) }
        }
        guard end == indexOffset else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-R1", offset: indexOffset,
                "The index begins at byte \(indexOffset), the last region ends at \(end).")
        }
        return gaps
    }

    private var isAscending: Bool {
        var last: UInt64 = 0
        for chunk in chunks where !chunk.codec.storesNothing {
            guard chunk.offset >= last else { return false }
            last = chunk.offset
        }
        return true
    }

    private func region(ofChunk number: Int) -> Region {
        let chunk = chunks[number]
        return Region(
            start: chunk.offset, byteCount: chunk.storedByteCount,
            alignment: chunk.codec == .raw ? .aligned : .packed, chunk: number)
    }

    private func check(_ region: Region, behind end: UInt64) throws(FormatError) {
        let start = region.start
        let aligned = end.addingReportingOverflow(63).partialValue & ~63
        let allowed: Bool =
            switch region.alignment {
            case .packed: start == end
            case .aligned: start == aligned
            case .either: start == end || start == aligned
            }
        guard allowed else {
            let isHole = start < end || start - end >= 64
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                rule: isHole ? "LTFN-R1" : "LTFN-R2", offset: start,
                "A region begins at byte \(start), the one before it ends at \(end).")
        }
    }

    struct Region {
        enum Alignment {
            case packed, aligned, either
        }

        var start: UInt64
        /// Already known to end before the index.
        var byteCount: UInt64
        var alignment: Alignment
        var chunk: Int?
    }

    /// The chunks that have bytes and the retired regions, by their offsets.
    func regionsInOrder() -> [Region] {
        var regions: [Region] = []
        regions.reserveCapacity(chunks.count + retired.count)
        for number in chunks.indices where !chunks[number].codec.storesNothing {
            regions.append(region(ofChunk: number))
        }
        for region in retired {
            regions.append(
                Region(start: region.offset, byteCount: region.byteCount, alignment: .either))
        }
        regions.sort { $0.start < $1.start }
        return regions
    }
}
