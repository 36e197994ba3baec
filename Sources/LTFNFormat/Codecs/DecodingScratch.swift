import LTFNBytes

/// What decoding a chunk needs on the way, and what the next chunk can use again.
struct DecodingTools: Sendable {
    /// Room for planes; what is in it is of no meaning afterwards.
    private(set) var scratch: [UInt8] = []
    /// Room for the stored bytes of a chunk.
    var stored: [UInt8] = []

    /// Makes sure that `scratch` has `byteCount` bytes.
    ///
    /// - Throws: `io` when memory is short.
    mutating func reserve(_ byteCount: Int) throws(FormatError) {
        guard scratch.count < byteCount else { return }
        scratch = []
        try MemoryRoom.expect(byteCount)
        scratch = [UInt8](repeating: 0, count: byteCount)
    }

    /// Fills a part of `scratch` with a plane, whose body is at `range` of `stored`.
    ///
    /// - Parameter offset: where the body stands in the file.
    mutating func unpack(
        _ head: PackedPlane.Head, from stored: [UInt8], _ range: Range<Int>, at offset: UInt64,
        into place: Range<Int>
    ) throws(FormatError) {
        var all = scratch.mutableRawSpan
        var plane = all._mutatingExtracting(place)
        switch head.mode {
        case .raw: ByteKernels.copy(stored.rawSpan.extracting(range), to: &plane)
        case .constant: ByteKernels.fill(&plane, with: stored[range.lowerBound])
        case .deflate:
            do {
                try Inflater().decompress(stored.rawSpan.extracting(range), into: &plane)
            } catch {
                throw FormatError(
                    .corrupt, format: NativeFormat.formatName, rule: "LTFN-C3", offset: offset,
                    "A deflate stream is damaged. \(error.message)")
            }
        }
    }
}
