import LTFNBytes
import LTFNCheckpoint

/// A safetensors file that is being written, laid out as the reference writer does it:
/// `__metadata__` first, then the tensors by dtype and name, spaces up to a multiple of the
/// alignment.
struct SafetensorsWriter: SequentialWriter {
    private let sink: any ByteSink
    private(set) var sequence: WritingSequence

    /// - Parameter isPart: of a whole that has an embedded manifest.
    init(
        _ sink: any ByteSink, manifest: Manifest, order: [Int], alignment: Int,
        isPart: Bool = false
    ) throws(FormatError) {
        self.sink = sink
        sequence = WritingSequence(manifest: manifest, order: order)
        let metadata = EmbeddedManifest.strings(of: manifest, isPart: isPart)
        let text = try Self.text(manifest, order: order, metadata, alignment)
        guard UInt64(text.count) <= SafetensorsHeader.maximumTextByteCount else {
            throw FormatError(
                .notRepresentable, format: SafetensorsFormat.name,
                "The header would have \(text.count) bytes; readers accept "
                    + "\(SafetensorsHeader.maximumTextByteCount).")
        }
        var length = ByteWriter()
        length.u64(UInt64(text.count))
        try sink.write(length.bytes + text)
    }

    mutating func write(
        at index: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        let tensor = try sequence.expect(at: index).tensor
        try forEachPiece(byteCount: tensor.byteCount, of: values) {
            piece throws(FormatError) in try sink.write(piece)
        }
    }

    var copiesStored: Bool { true }

    mutating func copy(
        at index: Int, from stored: StoredValues, observer: (Int) -> Void
    ) throws(FormatError) {
        _ = try sequence.expect(at: index)
        try sink.copy(
            from: stored.source, at: stored.offset, byteCount: stored.byteCount,
            observer: observer)
    }

    mutating func finish() throws(FormatError) {
        try sequence.expectEnd()
    }

    private static func text(
        _ manifest: Manifest, order: [Int], _ metadata: [(key: String, value: String)],
        _ alignment: Int
    ) throws(FormatError) -> [UInt8] {
        var writer = ByteWriter()
        writer.string("{")
        var separator = ""
        if !metadata.isEmpty {
            let pairs = metadata.map { quoted($0.key) + ":" + quoted($0.value) }
            writer.string(
                quoted(SafetensorsHeader.metadataKey) + ":{" + pairs.joined(separator: ",") + "}")
            separator = ","
        }
        var position: UInt64 = 0
        for index in order {
            let variable = manifest.variables[index]
            let end = try CheckedSize.add(
                position, UInt64(variable.tensor.byteCount), of: "the data", code: .limitExceeded)
            writer.string(separator + quoted(variable.name.string) + ":")
            writer.string(entry(variable.tensor, from: position, to: end))
            position = end
            separator = ","
        }
        writer.string("}")
        // After the eight bytes of its length.
        while (8 + writer.count) % max(1, alignment) != 0 { writer.u8(0x20) }
        return writer.bytes
    }

    private static func entry(_ tensor: TensorInfo, from begin: UInt64, to end: UInt64) -> String {
        let dtype = SafetensorsElementType.name(of: tensor.dtype) ?? ""
        let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
        return "{\"dtype\":\"\(dtype)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
    }

    /// A JSON string with as few escapes as the reference writer has.
    private static func quoted(_ string: String) -> String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{8}": result += "\\b"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case "\u{C}": result += "\\f"
            case "\r": result += "\\r"
            case "\0"..<" ":
                result += "\\u" + String(scalar.value, radix: 16).aligned(4, with: "0")
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
