import LTFNBytes
import LTFNCheckpoint

/// A key of a dict.
struct TorchKey {
    /// What tells it from other keys, also from those that are spelled alike.
    enum Identity: Hashable {
        case none
        case bool(Bool)
        case int(Int64)
        case float(Double)
        case text(ByteString)
        case bytes([UInt8])
        case tuple([Identity])
        /// Anything else is itself alone; so is NaN.
        case node(Int)
    }

    let identity: Identity
    /// In the words of a name.
    let name: String

    /// - Throws: `limitExceeded`.
    init(
        _ number: Int, of pickle: TorchPickle, _ budget: inout TorchBudget
    ) throws(FormatError) {
        switch pickle.graph[number] {
        case .none: (identity, name) = (.none, "None")
        case .bool(let value): (identity, name) = (.bool(value), value ? "True" : "False")
        case .int(let value): (identity, name) = (.int(value), String(value))
        case .float(let value):
            (identity, name) = (value.isNaN ? .node(number) : .float(value), "\(value)")
        case .text(let text):
            try budget.spend(text.utf8.count)
            (identity, name) = (.text(ByteString(text)), text)
        case .bytes(let bytes):
            try budget.spend(bytes.count)
            (identity, name) = (.bytes(bytes), Self.name(bytes))
        case .tuple(let elements):
            try budget.step(elements.count)
            var identities: [Identity] = []
            var names: [String] = []
            for element in elements {
                let key = try TorchKey(element, of: pickle, &budget)
                identities.append(key.identity)
                if names.count < Self.elementLimit { names.append(key.name) }
            }
            identity = .tuple(identities)
            // Only what can be told in a few words.
            guard Self.areShort(identities) else {
                name = "key\(number)"
                return
            }
            try budget.spend(names.reduce(0) { $0 + $1.utf8.count })
            name = "(" + names.joined(separator: ", ") + ")"
        default:
            guard let bytes = try Self.encoded(number, pickle, &budget) else {
                (identity, name) = (.node(number), "key\(number)")
                return
            }
            (identity, name) = (.bytes(bytes), Self.name(bytes))
        }
    }

    private static let elementLimit = 16

    private static func areShort(_ elements: [Identity]) -> Bool {
        elements.count <= elementLimit
            && elements.allSatisfy { if case .tuple = $0 { false } else { true } }
    }

    private static func name(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix(1024), as: UTF8.self)
    }

    /// Bytes as they are kept in protocol 2: as a text, encoded in Latin-1; nil for anything else.
    private static func encoded(
        _ number: Int, _ pickle: TorchPickle, _ budget: inout TorchBudget
    ) throws(FormatError) -> [UInt8]? {
        guard case .object(let object) = pickle.graph[number],
            object.function == "_codecs.encode",
            let arguments = pickle.graph.elements(object.arguments), arguments.count == 2,
            let text = pickle.graph.text(arguments[0]),
            pickle.graph.text(arguments[1]) == "latin1"
        else { return nil }
        try budget.spend(text.utf8.count)
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
