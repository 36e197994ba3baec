import LTFNBytes

/// What encoding a chunk needs on the way, and what the next chunk can use again.
///
/// What is in the rooms is of no meaning before they are written and after the chunk is encoded.
struct EncodingTools: Sendable {
    /// Room for the planes of the words.
    private var planes: [UInt8] = []
    /// Room for the symbols of a residual.
    private var symbols: [UInt8] = []
    /// Room for the tails of a residual.
    private var tails: [UInt8] = []
    /// Room for initial values.
    var initial = AlignedBytes(byteCount: 0)

    /// Cuts `words` into planes, the lowest first.
    ///
    /// - Parameter body: gets them, one after the other.
    mutating func split<Result>(
        _ words: RawSpan, _ coding: WordCoding, _ body: (RawSpan) -> Result
    ) -> Result {
        let byteCount = words.byteCount / coding.byteCount * coding.byteCount
        Self.reserve(byteCount, in: &planes)
        var all = planes.mutableRawSpan
        var room = all._mutatingExtracting(0..<byteCount)
        PlaneKernels.selected.split(words, coding, into: &room)
        return body(room.bytes)
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
        Self.reserve(count, in: &symbols)
        Self.reserve(PlaneKernels.tailRoom(forWordsOf: count * coding.byteCount), in: &tails)
        var (symbols, tails) = (exchange(&symbols, with: []), exchange(&tails, with: []))
        defer { (self.symbols, self.tails) = (symbols, tails) }
        var allSymbols = symbols.mutableRawSpan
        var room = allSymbols._mutatingExtracting(0..<count)
        var allTails = tails.mutableRawSpan
        let bitCount = PlaneKernels.selected.residual(
            from: origins, to: words, coding, symbols: &room, tails: &allTails)
        return body(room.bytes, allTails.bytes.extracting(0..<(bitCount + 7) / 8))
    }

    private static func reserve(_ byteCount: Int, in room: inout [UInt8]) {
        if room.count < byteCount { room = [UInt8](repeating: 0, count: byteCount) }
    }
}
