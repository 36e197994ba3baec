import LTFNBytes

/// The members of a JSON object of which every one has to be understood.
struct JSONFields {
    private var members: [JSONMember]
    private let owner: String

    /// - Parameter owner: what the object is, for errors: `the graph`.
    init(_ value: JSONValue, of owner: String) throws(FormatError) {
        guard case .object(let members) = value else {
            throw EmbeddedManifest.error("\(owner) is no object")
        }
        self.members = members
        self.owner = owner
    }

    /// The value of a key that may be missing; it then counts as understood.
    mutating func optional(_ key: String) -> JSONValue? {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
        return members.remove(at: index).value
    }

    mutating func required(_ key: String) throws(FormatError) -> JSONValue {
        guard let value = optional(key) else {
            throw EmbeddedManifest.error("\(owner) has no \(key)")
        }
        return value
    }

    mutating func string(_ key: String) throws(FormatError) -> String {
        guard case .string(let string) = try required(key) else { throw mismatch(key) }
        return string
    }

    mutating func u64(_ key: String) throws(FormatError) -> UInt64 {
        guard let number = try required(key).u64 else { throw mismatch(key) }
        return number
    }

    mutating func f64(_ key: String) throws(FormatError) -> Double {
        guard let number = try required(key).f64 else { throw mismatch(key) }
        return number
    }

    mutating func integers(_ key: String) throws(FormatError) -> [Int] {
        guard case .array(let values) = try required(key) else { throw mismatch(key) }
        var numbers: [Int] = []
        for value in values {
            guard let number = value.u64.flatMap({ Int(exactly: $0) }) else { throw mismatch(key) }
            numbers.append(number)
        }
        return numbers
    }

    /// Makes sure that no member is left.
    func finish() throws(FormatError) {
        if let member = members.first {
            throw EmbeddedManifest.error("\(owner) has an unknown key \"\(member.key)\"")
        }
    }

    func mismatch(_ key: String) -> FormatError {
        EmbeddedManifest.error("\(key) of \(owner) is not of its kind")
    }
}

extension JSONValue {
    /// A whole number, of any size that has 64 bits.
    static func number(_ value: UInt64) -> JSONValue {
        Int64(exactly: value).map { .int($0) } ?? .uint(value)
    }

    var u64: UInt64? {
        switch self {
        case .int(let number): UInt64(exactly: number)
        case .uint(let number): number
        default: nil
        }
    }

    /// A number with all its bits: what JSON has no digits for stands in hexadecimal.
    static func bits(_ value: Double) -> JSONValue {
        value.isFinite ? .double(value) : .string(String(value.bitPattern, radix: 16))
    }

    var f64: Double? {
        switch self {
        case .double(let number): return number
        case .string(let digits):
            guard digits.utf8.count == 16, let bits = UInt64(digits, radix: 16) else { return nil }
            let number = Double(bitPattern: bits)
            return number.isFinite ? nil : number
        default: return nil
        }
    }
}
