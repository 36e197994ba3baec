import LTFNBytes

/// Words cut into byte planes, each packed for itself.
enum PlanesCodec {
    /// The stored bytes, or nil when they would not be fewer than `limit`.
    ///
    /// - Parameter limit: at most the bytes of `words`.
    static func encode(
        _ words: RawSpan, _ coding: WordCoding, effort: Effort, limit: Int
    ) -> [UInt8]? {
        let count = words.byteCount / coding.byteCount
        let split = PlaneKernels.selected.split(words, coding)
        let ranges = (0..<coding.byteCount).reversed().map { $0 * count..<($0 + 1) * count }
        let histograms = ranges.map { ByteHistogram(split.rawSpan.extracting($0)) }
        // Codes are not made when it is plain that they do not pay.
        let least = histograms.reduce(coding.byteCount * PackedPlane.headByteCount) {
            $0 + $1.leastByteCount(effort: effort)
        }
        guard least < limit else { return nil }
        var planes: [PackedPlane] = []
        var total = 0
        for (range, histogram) in zip(ranges, histograms) {
            let bytes = split.rawSpan.extracting(range)
            planes.append(PackedPlane(packing: bytes, histogram, effort: effort))
            total += planes[planes.count - 1].byteCount
        }
        guard total < limit else { return nil }
        var writer = ByteWriter(reservingCapacity: total)
        for plane in planes { writer.u32(plane.head) }
        for plane in planes { writer.append(plane.body) }
        return writer.bytes
    }

    /// - Parameters:
    ///   - offset: where the stored bytes stand in the file.
    ///   - tools: what is needed on the way.
    ///   - words: whole words.
    static func decode(
        _ stored: [UInt8], at offset: UInt64, _ coding: WordCoding, with tools: inout DecodingTools,
        into words: inout MutableRawSpan
    ) throws(FormatError) {
        let count = words.byteCount / coding.byteCount
        let heads = try readHeads(stored, at: offset, count: count, coding)
        let packed = heads.count { $0.mode != .raw }
        tools.reserve(packed * count)
        var places: [PlaneKernels.PlanePlace] = []
        var position = heads.count * PackedPlane.headByteCount
        var used = 0
        for head in heads {
            let range = position..<position + head.bodyByteCount
            position = range.upperBound
            if head.mode == .raw {
                places.append(.stored(range.lowerBound))
                continue
            }
            places.append(.scratch(used))
            try tools.unpack(
                head, from: stored, range, at: offset + UInt64(range.lowerBound),
                into: used..<used + count)
            used += count
        }
        PlaneKernels.selected.join(
            stored: stored, scratch: tools.scratch, places: places.reversed(), coding, into: &words)
    }

    private static func readHeads(
        _ stored: [UInt8], at offset: UInt64, count: Int, _ coding: WordCoding
    ) throws(FormatError) -> [PackedPlane.Head] {
        var reader = ByteReader(stored, at: offset, format: NativeFormat.formatName)
        guard stored.count >= coding.byteCount * PackedPlane.headByteCount else {
            throw reader.error(
                .corrupt, rule: "LTFN-C4", "The chunk ends within the heads of its planes.")
        }
        var heads: [PackedPlane.Head] = []
        var total = coding.byteCount * PackedPlane.headByteCount
        for _ in 0..<coding.byteCount {
            let start = reader.offset
            heads.append(try PackedPlane.Head(try reader.u32(), byteCount: count, at: start))
            total += heads[heads.count - 1].bodyByteCount
        }
        guard total == stored.count else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-C4", offset: offset,
                "The planes take \(total) bytes, the chunk stores \(stored.count).")
        }
        return heads
    }
}
