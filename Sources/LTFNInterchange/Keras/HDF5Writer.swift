import LTFNBytes
import LTFNCheckpoint

/// A file of HDF5 that is being written: all that is said first, then the values.
struct HDF5Writer: SequentialWriter {
    private let sink: any ByteSink
    private let layout: HDF5FileLayout
    private(set) var sequence: WritingSequence

    /// - Throws: `limitExceeded`, `io`.
    init(
        _ sink: any ByteSink, manifest: Manifest, order: [Int]
    ) throws(FormatError) {
        self.sink = sink
        sequence = WritingSequence(manifest: manifest, order: order)
        layout = try HDF5FileLayout(manifest, order: order)
        try sink.write(layout.head)
    }

    /// - Returns: how many bytes the values take.
    private mutating func begin(_ index: Int) throws(FormatError) -> Int {
        let tensor = try sequence.expect(at: index).tensor
        let gap = layout.offsets[index] - sink.position
        if gap > 0 { try sink.write([UInt8](repeating: 0, count: Int(gap))) }
        return tensor.byteCount
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let byteCount = try begin(index)
        try forEachPiece(byteCount: byteCount, of: values) {
            piece throws(FormatError) in try sink.write(piece)
        }
    }

    var copiesStored: Bool { true }

    mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) {
        _ = try begin(index)
        try sink.copy(
            from: stored.source, at: stored.offset, byteCount: stored.byteCount,
            observer: observer)
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
    }
}
