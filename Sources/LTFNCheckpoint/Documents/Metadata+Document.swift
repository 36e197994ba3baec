import LTFNBytes

extension Metadata {
    /// For a program that reads reports: an object; bytes are written in hexadecimal.
    package var document: JSONValue {
        .object(entries.map { JSONMember($0.key.string, $0.value.document) })
    }
}

extension MetadataValue {
    /// For a program that reads reports.
    package var document: JSONValue {
        switch self {
        case .bool(let value): .bool(value)
        case .i64(let value): .int(value)
        case .u64(let value): .uint(value)
        case .f64(let bits): .double(Double(bitPattern: bits))
        case .string(let value): .string(value)
        case .bytes(let value): .string(Hexadecimal.string(value))
        case .list(let values): .array(values.map(\.document))
        case .map(let value): value.document
        }
    }
}
