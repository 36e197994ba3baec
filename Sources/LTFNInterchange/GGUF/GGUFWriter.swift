import LTFNBytes
import LTFNCheckpoint

/// A GGUF file that is being written: keys in ascending order, tensors in the order of their names,
/// zeros after each up to the alignment.
struct GGUFWriter: SequentialWriter {
    private let sink: any ByteSink
    private let alignment: UInt64
    private(set) var sequence: WritingSequence

    init(
        _ sink: any ByteSink, manifest: Manifest, order: [Int]
    ) throws(FormatError) {
        self.sink = sink
        sequence = WritingSequence(manifest: manifest, order: order)
        let metadata = GGUFMetadata(writing: manifest)
        alignment = try metadata.alignment
        let variables = order.map { manifest.variables[$0] }
        try sink.write(Self.header(metadata, variables, alignment))
        try pad()
    }

    private static func header(
        _ metadata: GGUFMetadata, _ variables: [VariableInfo], _ alignment: UInt64
    ) throws(FormatError) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(GGUFHeader.magic)
        writer.u32(GGUFHeader.version)
        writer.u64(UInt64(variables.count))
        writer.u64(UInt64(metadata.entries.count))
        for entry in metadata.entries {
            var value = GGUFValueWriter()
            value.string(entry.key.utf8)
            value.write(entry.value, entry.type)
            writer.append(value.writer.bytes)
        }
        var offset: UInt64 = 0
        for variable in variables {
            let dimensions = variable.elementShape.dimensions
            var name = GGUFValueWriter()
            name.string(variable.name.string.utf8)
            writer.append(name.writer.bytes)
            writer.u32(UInt32(clamping: dimensions.count))
            for extent in dimensions.reversed() { writer.u64(UInt64(extent)) }
            writer.u32(GGUFTensorType(of: variable)?.id ?? 0)
            writer.u64(offset)
            let end = try CheckedSize.add(
                offset, UInt64(variable.tensor.byteCount), of: "the file", code: .limitExceeded)
            offset = try CheckedSize.alignUp(
                end, to: alignment, of: "the file", code: .limitExceeded)
        }
        return writer.bytes
    }

    private func pad() throws(FormatError) {
        let excess = sink.position % alignment
        if excess > 0 {
            try sink.write([UInt8](repeating: 0, count: Int(alignment - excess)))
        }
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let tensor = try sequence.expect(at: index).tensor
        try forEachPiece(byteCount: tensor.byteCount, of: values) {
            piece throws(FormatError) in try sink.write(piece)
        }
        try pad()
    }

    var copiesStored: Bool { true }

    mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) {
        _ = try sequence.expect(at: index)
        try sink.copy(
            from: stored.source, at: stored.offset, byteCount: stored.byteCount,
            observer: observer)
        try pad()
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
    }
}
