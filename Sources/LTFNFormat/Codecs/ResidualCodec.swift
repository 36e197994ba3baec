import LTFNBytes

/// Words as the change since other words: lengths, packed as a plane, and the bits after the
/// first.
enum ResidualCodec {
    /// The stored bytes, or nil when they would not be fewer than `words`.
    ///
    /// - Parameters:
    ///   - origins: as many bytes as `words`.
    ///   - scratch: memory for what is needed on the way.
    static func encode(
        _ words: RawSpan, from origins: RawSpan, _ coding: WordCoding, effort: Effort,
        with scratch: inout EncodingScratch
    ) -> [UInt8]? {
        scratch.residual(from: origins, to: words, coding) { symbols, tails -> [UInt8]? in
            guard tails.byteCount + PackedPlane.headByteCount < words.byteCount else { return nil }
            let forecast = PlaneForecast(symbols, effort: effort)
            let plane = PackedPlane(packing: symbols, forecast, effort: effort)
            let total = plane.byteCount + tails.byteCount
            guard total < words.byteCount else { return nil }
            var writer = ByteWriter(reservingCapacity: total)
            writer.u32(plane.head)
            plane.writeBody(of: symbols, to: &writer)
            writer.append(tails)
            return writer.bytes
        }
    }

    /// - Parameters:
    ///   - offset: where the stored bytes stand in the file.
    ///   - scratch: memory for what is needed on the way.
    ///   - words: the origins; then what they are changed to.
    static func decode(
        _ stored: [UInt8], at offset: UInt64, _ coding: WordCoding,
        with scratch: inout DecodingScratch,
        changing words: inout MutableRawSpan
    ) throws(FormatError) {
        let count = words.byteCount / coding.byteCount
        var reader = ByteReader(stored, at: offset, format: NativeFormat.formatName)
        guard stored.count >= PackedPlane.headByteCount else {
            throw cut(at: offset)
        }
        let head = try PackedPlane.Head(try reader.u32(), byteCount: count, at: offset)
        let bodyEnd = PackedPlane.headByteCount + head.bodyByteCount
        guard bodyEnd <= stored.count else {
            throw cut(at: offset)
        }
        try scratch.reserve(count)
        try scratch.unpack(
            head, from: stored, PackedPlane.headByteCount..<bodyEnd,
            at: offset + UInt64(PackedPlane.headByteCount), into: 0..<count)
        let outcome = PlaneKernels.selected.apply(
            symbols: scratch.planes.rawSpan.extracting(0..<count),
            tails: stored.rawSpan.extracting(bodyEnd..<stored.count),
            to: &words, coding)
        switch outcome {
        case .applied: break
        case .badSymbol:
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-C6", offset: offset,
                "A residual has a symbol without meaning.")
        case .badTails:
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-C7",
                offset: offset + UInt64(bodyEnd),
                "The tails are not those that the symbols ask for, or an unused bit is not zero.")
        }
    }

    private static func cut(at offset: UInt64) -> FormatError {
        FormatError(
            .corrupt, format: NativeFormat.formatName, rule: "LTFN-C4", offset: offset,
            "The chunk ends within the plane of its symbols.")
    }
}
