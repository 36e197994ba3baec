import LTFNBytes
import LTFNCheckpoint

/// An ONNX model that is being written: what it says of itself first, then the graph, whose
/// initializers are its last fields, so that values are written as they come.
///
/// When the model would be longer than a message of protocol buffers may be, its values go into a
/// file beside it.
struct ONNXWriter: SequentialWriter {
    /// What all runtimes of the last years read.
    static let irVersion = 8
    static let opset = 13

    private let layout: ONNXFileLayout
    private(set) var sequence: WritingSequence
    /// Where values go.
    private let sink: any ByteSink

    init(
        _ files: any FileSetSink, _ manifest: Manifest, order: [Int], byteLimit: UInt64
    ) throws(FormatError) {
        sequence = WritingSequence(manifest: manifest, order: order)
        layout = ONNXFileLayout(manifest, order: order, name: files.name, byteLimit: byteLimit)
        guard !layout.isExternal || layout.byteCount <= ONNXFormat.longestModel else {
            throw FormatError(
                .notRepresentable, format: ONNXFormat.name,
                "A model may have \(ONNXFormat.longestModel) bytes; the description of the variables "
                    + "alone takes \(layout.byteCount).")
        }
        try files.main.write(layout.head)
        guard layout.isExternal else {
            sink = files.main
            return
        }
        for index in order { try files.main.write(layout.tensorHead(index)) }
        sink = try files.file(ONNXFileLayout.valueFile(of: files.name))
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let tensor = try sequence.expect(at: index).tensor
        if layout.isExternal {
            let gap = layout.offset(of: index) - sink.position
            try sink.write([UInt8](repeating: 0, count: Int(gap)))
        } else {
            try sink.write(layout.tensorHead(index))
        }
        try forEachPiece(byteCount: tensor.byteCount, of: values) {
            piece throws(FormatError) in try sink.write(piece)
        }
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
    }
}
