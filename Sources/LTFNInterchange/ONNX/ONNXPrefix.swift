import LTFNBytes
import LTFNCheckpoint

/// How a model of ONNX begins, by which it is told: protocol buffers have no mark of their own.
struct ONNXPrefix {
    /// Whether it begins with a version of the format, and goes on with fields of a model, among
    /// them the graph or the operators that it uses.
    private(set) var isModel = false

    /// - Parameter byteCount: of the whole file.
    init(_ prefix: [UInt8], byteCount: UInt64) {
        let source = PaddedSource(prefix, byteCount: byteCount)
        guard var reader = try? ProtobufReader(source, format: ONNXFormat.name) else { return }
        // The head of a field takes no more.
        let end =
            byteCount > UInt64(prefix.count) ? max(0, prefix.count - 20) : prefix.count
        var isFirst = true
        while let field = try? reader.next(), field.offset < UInt64(end) {
            guard Self.isPossible(field, reader, isFirst: isFirst) else {
                isModel = false
                return
            }
            isModel = isModel || Self.isTelling(field, reader)
            isFirst = false
        }
    }

    private static func isTelling(_ field: ProtobufField, _ reader: ProtobufReader) -> Bool {
        guard case .bytes(let range) = field.value else { return false }
        switch field.number {
        case ONNXField.Model.graph: return true
        case ONNXField.Model.opsetImport:
            guard let message = try? reader.message(range),
                let opset = try? ONNXHeader.opset(message)
            else { return false }
            return opset.version > 0
        default: return false
        }
    }

    private static func isPossible(
        _ field: ProtobufField, _ reader: ProtobufReader, isFirst: Bool
    ) -> Bool {
        typealias Field = ONNXField.Model
        switch (field.number, field.value) {
        case (Field.irVersion, .varint(let version)): return (1...99).contains(version)
        case (Field.modelVersion, .varint): return !isFirst
        case (Field.producerName, .bytes(let range)), (Field.producerVersion, .bytes(let range)),
            (Field.domain, .bytes(let range)), (Field.docString, .bytes(let range)):
            guard !isFirst, let text = try? reader.string(range, limit: 1 << 16) else {
                return false
            }
            return !text.unicodeScalars.contains { $0.value < 9 }
        case (Field.graph, .bytes), (Field.opsetImport, .bytes), (Field.metadataProps, .bytes),
            (Field.trainingInfo, .bytes), (Field.functions, .bytes),
            (Field.configuration, .bytes):
            return !isFirst
        default: return false
        }
    }
}
