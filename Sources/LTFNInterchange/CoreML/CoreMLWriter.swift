import LTFNBytes
import LTFNCheckpoint

/// A model of Core ML that is being written: values go into the gaps of a message whose lengths are
/// all known, as they come.
struct CoreMLWriter: SequentialWriter {
    private let layout: CoreMLFileLayout
    private(set) var sequence: WritingSequence
    private let sink: any ByteSink
    /// Of the next gap.
    private var place = 0

    init(_ sink: any ByteSink, _ manifest: Manifest) throws(FormatError) {
        self.sink = sink
        layout = CoreMLFileLayout(manifest)
        sequence = WritingSequence(manifest: manifest, order: layout.order)
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let byteCount = try sequence.expect(at: index).tensor.byteCount
        // The order of the gaps is that of the sequence.
        try sink.write(layout.model.gaps[place].before)
        place += 1
        try forEachPiece(byteCount: byteCount, of: values) { piece throws(FormatError) in
            try sink.write(piece)
        }
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
        try sink.write(layout.model.tail)
    }
}
