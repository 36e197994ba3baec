import LTFNBytes
import LTFNCheckpoint

/// How a model of Core ML begins, by which it is told: protocol buffers have no mark of their own.
struct CoreMLPrefix {
    /// Whether it begins with a version of the specification and a description, and goes on with
    /// what the model is.
    private(set) var isModel = false

    /// - Parameter byteCount: of the whole file.
    init(_ prefix: [UInt8], byteCount: UInt64) {
        let source = PaddedSource(prefix, byteCount: byteCount)
        guard var reader = try? ProtobufReader(source, format: CoreMLFormat.name) else { return }
        var hasVersion = false
        var isDescribed = false
        // The head of a field takes no more.
        let isWhole = byteCount <= UInt64(prefix.count)
        let end = isWhole ? prefix.count : max(0, prefix.count - 20)
        while let field = try? reader.next(), field.offset < UInt64(end) {
            typealias Field = CoreMLField.Model
            switch (field.number, field.value) {
            case (Field.specificationVersion, .varint(let version)):
                guard !hasVersion, (1...99).contains(version) else { return }
                hasVersion = true
            case (Field.description, .bytes(let range)):
                guard hasVersion, !isDescribed,
                    let message = try? reader.message(range),
                    Self.isDescription(message, knownTo: UInt64(end))
                else { return }
                isDescribed = true
                // What comes next is not in sight.
                if range.upperBound >= UInt64(end), !isWhole {
                    isModel = !range.isEmpty
                    return
                }
            case (Field.isUpdatable, .varint): guard isDescribed else { return }
            case (CoreMLModelKind.firstField..., .bytes):
                isModel = hasVersion && CoreMLModelKind(field: field.number) != nil
                return
            default: return
            }
        }
    }

    /// Whether all that is in sight of a message is as in the description of a model.
    private static func isDescription(
        _ message: ProtobufReader, knownTo end: UInt64
    ) -> Bool {
        var reader = message
        var isFirst = true
        while let field = try? reader.next(), field.offset < end {
            guard field.number <= 100, case .bytes(let range) = field.value else { return false }
            if field.number == CoreMLField.Description.input, isFirst,
                let feature = try? reader.message(range), !isFeature(feature)
            {
                return false
            }
            isFirst = false
        }
        return true
    }

    /// Whether a message begins as an input of a model.
    private static func isFeature(_ message: ProtobufReader) -> Bool {
        var reader = message
        guard let field = try? reader.next(), case .bytes(let range) = field.value else {
            return false
        }
        guard field.number == CoreMLField.Feature.name else { return field.number <= 3 }
        let name = try? reader.string(range, limit: 1 << 12)
        return name.map { name in !name.unicodeScalars.contains { $0.value < 0x20 } } ?? false
    }
}
