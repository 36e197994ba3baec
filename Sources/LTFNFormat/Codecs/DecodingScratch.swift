import LTFNBytes

/// Memory that decoding a chunk needs on the way, and that the next chunk can use again.
struct DecodingScratch: Sendable {
    /// For planes; what is in it is of no meaning afterwards.
    private(set) var planes: [UInt8] = []
    /// For the stored bytes of a chunk.
    var stored: [UInt8] = []

    /// Makes sure that `planes` has `byteCount` bytes.
    ///
    /// - Throws: `io` when memory is short.
    mutating func reserve(_ byteCount: Int) throws(FormatError) {
        guard planes.count < byteCount else { return }
        planes = []
        try AvailableMemory.expect(byteCount)
        planes = [UInt8](repeating: 0, count: byteCount)
    }

    /// Fills a part of `planes` with a plane, whose body is at `range` of `stored`.
    ///
    /// - Parameter offset: where the body stands in the file.
    mutating func unpack(
        _ head: PackedPlane.Head, from stored: [UInt8], _ range: Range<Int>, at offset: UInt64,
        into place: Range<Int>
    ) throws(FormatError) {
        var all = planes.mutableRawSpan
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
