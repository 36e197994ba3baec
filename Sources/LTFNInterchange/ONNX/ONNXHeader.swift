import LTFNBytes
import LTFNCheckpoint

/// What a model says of itself beside its graph.
struct ONNXHeader {
    private(set) var irVersion: Int64 = 0
    /// For every domain the version of its operators; "" is that of ONNX itself.
    private(set) var opsets: [(domain: String, version: Int64)] = []
    private(set) var properties: [(key: String, value: String)] = []
    private var texts: [Int: String] = [:]
    private var modelVersion: Int64 = 0

    /// The newest that are known.
    static let newestIRVersion: Int64 = 14
    static let newestOpset: Int64 = 28
    /// What our own files say who made them.
    static let ownProducer = "ltfn"

    var isOwn: Bool { texts[ONNXField.Model.producerName] == Self.ownProducer }

    /// The version of ONNX's own operators; nil: none is said.
    var opset: Int64? {
        opsets.last { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version
    }

    mutating func take(
        _ field: ProtobufField, _ reader: ProtobufReader, limits: DecodingLimits
    ) throws(FormatError) {
        typealias Field = ONNXField.Model
        switch (field.number, field.value) {
        case (Field.irVersion, .varint(let bits)): irVersion = Int64(bitPattern: bits)
        case (Field.modelVersion, .varint(let bits)): modelVersion = Int64(bitPattern: bits)
        case (Field.producerName, .bytes(let range)), (Field.producerVersion, .bytes(let range)),
            (Field.domain, .bytes(let range)), (Field.docString, .bytes(let range)):
            texts[field.number] = try reader.string(range)
        case (Field.opsetImport, .bytes(let range)):
            opsets.append(try Self.opset(try reader.message(range)))
        case (Field.metadataProps, .bytes(let range)):
            let entry = try ONNXEntry(reader.message(range), limit: limits.indexByteCount)
            properties.append((entry.key, entry.value))
        case (Field.irVersion...Field.opsetImport, _), (Field.metadataProps, _),
            (Field.trainingInfo, _), (Field.functions, _), (Field.configuration, _):
            guard case .bytes = field.value, field.number == Field.configuration else {
                throw reader.error(
                    .corrupt, at: field.offset,
                    "Field \(field.number) of the model is of another kind than it is in every model."
                )
            }
        // What a later version may have added.
        default: break
        }
    }

    static func opset(
        _ message: ProtobufReader
    ) throws(FormatError) -> (domain: String, version: Int64) {
        var reader = message
        var (domain, version) = ("", Int64(0))
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (ONNXField.OperatorSet.domain, .bytes(let range)):
                domain = try reader.string(range)
            case (ONNXField.OperatorSet.version, .varint(let bits)):
                version = Int64(bitPattern: bits)
            default: break
            }
        }
        return (domain, version)
    }

    /// The metadata of the file: its properties as they are, and, of a file of another program, who
    /// made it and for which runtimes, under keys that begin with `onnx.`.
    ///
    /// - Returns: also how many properties another one of the same key replaced.
    func metadata() -> (strings: [(key: String, value: String)], replacedCount: Int) {
        var known: [ByteString: Int] = [:]
        var strings: [(key: String, value: String)] = []
        for property in properties {
            if let index = known[ByteString(property.key)] {
                strings[index].value = property.value
            } else {
                known[ByteString(property.key)] = strings.count
                strings.append(property)
            }
        }
        let replacedCount = properties.count - strings.count
        if isOwn { return (strings, replacedCount) }
        for fact in facts where known[ByteString(fact.key)] == nil { strings.append(fact) }
        return (strings, replacedCount)
    }

    private var facts: [(key: String, value: String)] {
        typealias Field = ONNXField.Model
        let names = [
            (Field.producerName, "producer_name"), (Field.producerVersion, "producer_version"),
            (Field.domain, "domain"), (Field.docString, "doc_string"),
        ]
        var facts: [(key: String, value: String)] = []
        for (field, name) in names {
            if let text = texts[field], !text.isEmpty { facts.append(("onnx." + name, text)) }
        }
        if irVersion != 0 { facts.append(("onnx.ir_version", String(irVersion))) }
        if modelVersion != 0 { facts.append(("onnx.model_version", String(modelVersion))) }
        if !opsets.isEmpty {
            let list = opsets.map { ($0.domain.isEmpty ? "ai.onnx" : $0.domain) + " \($0.version)" }
            facts.append(("onnx.opset_import", list.joined(separator: ", ")))
        }
        return facts
    }

    /// What is newer than what is known, a sentence each.
    var notes: [String] {
        var notes: [String] = []
        if irVersion > Self.newestIRVersion {
            notes.append(
                "The file is of version \(irVersion) of ONNX's format; what came after version "
                    + "\(Self.newestIRVersion) is passed over.")
        }
        if let opset, opset > Self.newestOpset {
            notes.append(
                "The model uses operators of version \(opset); what came after version "
                    + "\(Self.newestOpset) is not known here.")
        }
        return notes
    }
}
