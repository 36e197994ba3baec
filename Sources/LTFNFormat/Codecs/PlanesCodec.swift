import LTFNBytes

/// Words cut into byte planes, each packed for itself.
enum PlanesCodec {
    /// The stored bytes, or nil when they would not be fewer than `limit`.
    ///
    /// - Parameters:
    ///   - limit: at most the bytes of `words`.
    ///   - tools: what is needed on the way.
    static func encode(
        _ words: RawSpan, _ coding: WordCoding, effort: Effort, limit: Int,
        with tools: inout EncodingTools
    ) -> [UInt8]? {
        tools.split(words, coding) { split -> [UInt8]? in
            let count = words.byteCount / coding.byteCount
            let planes = (0..<coding.byteCount).reversed().map { $0 * count..<($0 + 1) * count }
            let forecasts = planes.map { PlaneForecast(split.extracting($0), effort: effort) }
            // Codes are not made when it is plain that they do not pay.
            let least = forecasts.reduce(coding.byteCount * PackedPlane.headByteCount) {
                $0 + $1.leastByteCount
            }
            guard least < limit else { return nil }
            let packed = zip(planes, forecasts).map {
                PackedPlane(packing: split.extracting($0), $1, effort: effort)
            }
            let total = packed.reduce(0) { $0 + $1.byteCount }
            guard total < limit else { return nil }
            var writer = ByteWriter(reservingCapacity: total)
            for plane in packed { writer.u32(plane.head) }
            for (range, plane) in zip(planes, packed) {
                plane.writeBody(of: split.extracting(range), to: &writer)
            }
            return writer.bytes
        }
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
