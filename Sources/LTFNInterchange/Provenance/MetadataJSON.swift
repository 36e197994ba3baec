import LTFNBytes
import LTFNCheckpoint

/// Typed metadata as JSON.
///
/// bool, string and list stand for themselves, an i64 is a number without a point, an f64 one with
/// a point or an exponent. The others are objects of one member: `{"u64": 3}`,
/// `{"f64": "7ff8000000000000"}` (bits, when not finite), `{"bytes": "00ff"}`, `{"map": {..}}`.
extension MetadataValue {
    var json: JSONValue {
        switch self {
        case .bool(let flag): .bool(flag)
        case .i64(let number): .int(number)
        case .u64(let number): ["u64": .number(number)]
        case .f64(let bits):
            Double(bitPattern: bits).isFinite
                ? .double(Double(bitPattern: bits)) : ["f64": .bits(Double(bitPattern: bits))]
        case .string(let string): .string(string)
        case .bytes(let bytes): ["bytes": .string(Hexadecimal.string(bytes))]
        case .list(let values): .array(values.map(\.json))
        case .map(let metadata): ["map": metadata.json]
        }
    }

    /// - Throws: `corrupt`.
    init(json: JSONValue) throws(FormatError) {
        switch json {
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .i64(number)
        case .double(let number): self = .f64(number)
        case .string(let string): self = .string(string)
        case .array(let values):
            var list: [MetadataValue] = []
            for value in values { list.append(try MetadataValue(json: value)) }
            self = .list(list)
        case .object(let members) where members.count == 1:
            self = try Self.tagged(members[0])
        default: throw EmbeddedManifest.error("a value of the metadata is of no known kind")
        }
    }

    private static func tagged(_ member: JSONMember) throws(FormatError) -> MetadataValue {
        switch (member.key, member.value) {
        case ("map", let value): return .map(try Metadata(json: value))
        case ("u64", let value):
            if let number = value.u64 { return .u64(number) }
        case ("f64", .string):
            if let number = member.value.f64 { return .f64(number) }
        case ("bytes", .string(let digits)):
            if let bytes = Hexadecimal.bytes(digits) { return .bytes(bytes) }
        default: break
        }
        throw EmbeddedManifest.error("a value of the metadata is of no known kind")
    }

    /// How deep the JSON of the value is nested.
    var jsonDepth: Int {
        switch self {
        case .bool, .i64, .string: 0
        case .u64, .f64, .bytes: 1
        case .list(let values): 1 + (values.map(\.jsonDepth).max() ?? 0)
        case .map(let metadata): 1 + metadata.jsonDepth
        }
    }
}

extension Metadata {
    var json: JSONValue {
        .object(entries.map { JSONMember($0.key.string, $0.value.json) })
    }

    /// - Throws: `corrupt`.
    init(json: JSONValue) throws(FormatError) {
        guard case .object(let members) = json else {
            throw EmbeddedManifest.error("metadata is no object")
        }
        var pairs: [(key: String, value: MetadataValue)] = []
        for member in members {
            pairs.append((member.key, try MetadataValue(json: member.value)))
        }
        try self.init(unordered: pairs)
    }

    var jsonDepth: Int { 1 + (entries.map(\.value.jsonDepth).max() ?? 0) }
}
