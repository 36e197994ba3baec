/// A JSON document or a part of it (RFC 8259).
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Read only for numbers beyond `Int64`.
    case uint(UInt64)
    /// Written as the shortest digits that come back to the same number, or `null` when it is not
    /// finite.
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// Written in the order of the keys' UTF-8 bytes, but for a key `schema`, which comes first.
    /// Keys are different when their bytes are.
    case object([JSONMember])
}

/// A key and its value in a JSON object.
public struct JSONMember: Hashable, Sendable {
    public var key: String
    public var value: JSONValue

    public init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue {
    /// The value of `key` in an object, nil in anything else. Complexity: O(members).
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// About how many bytes of memory the value takes. Complexity: O(values in it).
    package var footprint: Int {
        let place = MemoryLayout<JSONMember>.stride
        switch self {
        case .null, .bool, .int, .uint, .double: return place
        case .string(let text): return place + 48 + text.utf8.count
        case .array(let elements): return elements.reduce(place + 48) { $0 + $1.footprint }
        case .object(let members):
            return members.reduce(place + 48) { $0 + 48 + $1.key.utf8.count + $1.value.footprint }
        }
    }

    /// An object of `members`.
    public static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { JSONMember($0.key, $0.value) })
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0.0, $0.1) })
    }
}
