import LTFNBytes

/// Words cut into byte planes, each packed for itself.
enum PlanesCodec {
    /// The stored bytes, or nil when they would not be fewer than `limit`.
    ///
    /// - Parameters:
    ///   - limit: at most the bytes of `words`.
    ///   - scratch: memory for what is needed on the way.
    static func encode(
        _ words: RawSpan, _ coding: WordCoding, effort: Effort, limit: Int,
        with scratch: inout EncodingScratch
    ) -> [UInt8]? {
        let count = words.byteCount / coding.byteCount
        let sample = effort == .standard ? scratch.sample(words, coding) : nil
        if let sample, isHopeless(sample.leastByteCount(of: count), limit) { return nil }
        let isNoise = sample?.isNoise ?? [Bool](repeating: false, count: coding.byteCount)
        let planes = pack(words, coding, isNoise, effort: effort, limit: limit, with: &scratch)
        return planes.map { write($0, of: words, coding) }
    }

    /// Whether a residual that takes `limit` bytes is so much shorter than planes are by their
    /// sample that they need not be tried.
    private static func isHopeless(_ least: Int, _ limit: Int) -> Bool {
        least - least / 16 > limit
    }

    /// The planes, the lowest first, unless they take `limit` bytes or more.
    ///
    /// - Parameter isNoise: for each plane, whether it stays as it is.
    private static func pack(
        _ words: RawSpan, _ coding: WordCoding, _ isNoise: [Bool], effort: Effort, limit: Int,
        with scratch: inout EncodingScratch
    ) -> [PackedPlane]? {
        let count = words.byteCount / coding.byteCount
        return scratch.split(words, coding, where: isNoise.map { !$0 }) { split -> [PackedPlane]? in
            let planes = (0..<coding.byteCount).map { $0 * count..<($0 + 1) * count }
            let forecasts = zip(planes, isNoise).map { range, isNoise in
                isNoise
                    ? .noise(byteCount: count)
                    : PlaneForecast(split.extracting(range), effort: effort)
            }
            // Codes are not made when it is plain that they do not pay.
            let least = forecasts.reduce(coding.byteCount * PackedPlane.headByteCount) {
                $0 + $1.leastByteCount
            }
            guard least < limit else { return nil }
            let packed = zip(planes, forecasts).map { range, forecast in
                PackedPlane(packing: split.extracting(range), forecast, effort: effort)
            }
            return packed.reduce(0) { $0 + $1.byteCount } < limit ? packed : nil
        }
    }

    /// - Parameter planes: those of `words`, the lowest first.
    private static func write(
        _ planes: [PackedPlane], of words: RawSpan, _ coding: WordCoding
    ) -> [UInt8] {
        ByteKernels.bytes(count: planes.reduce(0) { $0 + $1.byteCount }) { target in
            var starts = [Int?](repeating: nil, count: planes.count)
            var head = 0
            var body = planes.count * PackedPlane.headByteCount
            for (number, plane) in planes.enumerated().reversed() {
                target.storeBytes(of: plane.head.littleEndian, toByteOffset: head, as: UInt32.self)
                head += PackedPlane.headByteCount
                let range = body..<body + plane.bodyByteCount
                body = range.upperBound
                if plane.mode == .raw {
                    starts[number] = range.lowerBound
                } else {
                    var part = target._mutatingExtracting(range)
                    ByteKernels.copy(plane.body.rawSpan, to: &part)
                }
            }
            // What stays as it is needs no room of its own.
            PlaneKernels.selected.split(words, coding, into: &target, at: starts)
        }
    }

    /// - Parameters:
    ///   - offset: where the stored bytes stand in the file.
    ///   - scratch: memory for what is needed on the way.
    ///   - words: whole words.
    static func decode(
        _ stored: [UInt8], at offset: UInt64, _ coding: WordCoding,
        with scratch: inout DecodingScratch,
        into words: inout MutableRawSpan
    ) throws(FormatError) {
        let count = words.byteCount / coding.byteCount
        let heads = try readHeads(stored, at: offset, count: count, coding)
        let packed = heads.count { $0.mode != .raw }
        try scratch.reserve(packed * count)
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
            try scratch.unpack(
                head, from: stored, range, at: offset + UInt64(range.lowerBound),
                into: used..<used + count)
            used += count
        }
        PlaneKernels.selected.join(
            stored: stored, scratch: scratch.planes, places: places.reversed(), coding, into: &words
        )
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
