import LTFNBytes

/// Memory that encoding a chunk needs on the way, and that the next chunk can use again.
///
/// What is in it is of no meaning before it is written and after the chunk is encoded.
struct EncodingScratch: Sendable {
    /// For the planes of the words.
    private var planes = AlignedBytes(byteCount: 0)
    /// For the symbols of a residual.
    private var symbols = AlignedBytes(byteCount: 0)
    /// For the tails of a residual.
    private var tails = AlignedBytes(byteCount: 0)
    /// For initial values.
    var initial = AlignedBytes(byteCount: 0)

    /// Cuts planes out of `words`.
    ///
    /// - Parameters:
    ///   - isWanted: for each plane, the lowest first.
    ///   - body: gets a byte for every word and plane, the lowest plane first; those of a plane
    ///     that is not wanted are of no meaning.
    mutating func split<Result>(
        _ words: RawSpan, _ coding: WordCoding, where isWanted: [Bool], _ body: (RawSpan) -> Result
    ) -> Result {
        let count = words.byteCount / coding.byteCount
        planes.makeRoom(forBytes: count * coding.byteCount)
        var all = planes.mutableBytes
        PlaneKernels.selected.split(
            words, coding, into: &all,
            at: isWanted.enumerated().map { plane, isWanted in isWanted ? plane * count : nil })
        return body(all.bytes.extracting(0..<count * coding.byteCount))
    }

    /// Looks at an eighth of the words or less, when there are many.
    mutating func sample(_ words: RawSpan, _ coding: WordCoding) -> PlaneSample? {
        let places = PlaneSample.places(of: words.byteCount / coding.byteCount)
        guard !places.isEmpty else { return nil }
        let count = places.reduce(0) { $0 + $1.count }
        planes.makeRoom(forBytes: count * coding.byteCount)
        var all = planes.mutableBytes
        var done = 0
        for place in places {
            let bytes = place.lowerBound * coding.byteCount..<place.upperBound * coding.byteCount
            PlaneKernels.selected.split(
                words.extracting(bytes), coding, into: &all,
                at: (0..<coding.byteCount).map { $0 * count + done })
            done += place.count
        }
        return PlaneSample(
            (0..<coding.byteCount).map { plane in
                ByteHistogram(all.bytes.extracting(plane * count..<(plane + 1) * count))
            })
    }

    /// Makes the residual that leads from `origins` to `words`.
    ///
    /// - Parameters:
    ///   - origins: as many bytes as `words`.
    ///   - body: gets a symbol for every word, and the tails in whole bytes.
    mutating func residual<Result>(
        from origins: RawSpan, to words: RawSpan, _ coding: WordCoding,
        _ body: (_ symbols: RawSpan, _ tails: RawSpan) -> Result
    ) -> Result {
        let count = words.byteCount / coding.byteCount
        let nothing = AlignedBytes(byteCount: 0)
        var (symbols, tails) = (exchange(&symbols, with: nothing), exchange(&tails, with: nothing))
        defer { (self.symbols, self.tails) = (symbols, tails) }
        symbols.makeRoom(forBytes: count)
        tails.makeRoom(forBytes: PlaneKernels.tailByteLimit(forWordsOf: count * coding.byteCount))
        var allSymbols = symbols.mutableBytes
        var target = allSymbols._mutatingExtracting(0..<count)
        var allTails = tails.mutableBytes
        let bitCount = PlaneKernels.selected.residual(
            from: origins, to: words, coding, symbols: &target, tails: &allTails)
        return body(target.bytes, allTails.bytes.extracting(0..<(bitCount + 7) / 8))
    }
}
