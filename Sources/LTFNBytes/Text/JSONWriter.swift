extension JSONValue {
    /// How a document is laid out.
    public enum Layout: Sendable {
        /// On one line, without spaces.
        case compact
        /// Indented by two spaces a level; arrays of plain values on one line.
        case pretty
    }

    /// The document as text, without a line break at its end. The same value gives the same text.
    public func rendered(_ layout: Layout = .compact) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self, indent: 0)
        return writer.text
    }
}

/// An object that is written member by member, one of them an array that is written element by element:
/// a document that need not be in memory as a whole. The same as `rendered(.pretty)`, when the caller keeps
/// the order of keys, and a line break at its end.
public struct JSONDocument {
    private var isFirst = true

    /// Begins the document with `members`, which are in the order of `rendered`.
    public init(_ members: KeyValuePairs<String, JSONValue>, to write: (String) -> Void) {
        write("{")
        append(members, to: write)
    }

    private mutating func append(
        _ members: KeyValuePairs<String, JSONValue>, to write: (String) -> Void
    ) {
        for (key, value) in members { append(key, value, to: write) }
    }

    private mutating func append(_ key: String, _ value: JSONValue?, to write: (String) -> Void) {
        var writer = JSONWriter(layout: .pretty)
        writer.text = isFirst ? "\n  " : ",\n  "
        isFirst = false
        writer.write(key)
        writer.text += ": "
        if let value { writer.write(value, indent: 1) }
        write(writer.text)
    }

    /// Begins a member that is an array.
    public mutating func beginArray(_ key: String, to write: (String) -> Void) {
        append(key, nil, to: write)
        write("[")
        isFirst = true
    }

    /// Adds an element to the array.
    public mutating func append(_ element: JSONValue, to write: (String) -> Void) {
        var writer = JSONWriter(layout: .pretty)
        writer.text = isFirst ? "\n    " : ",\n    "
        isFirst = false
        writer.write(element, indent: 2)
        write(writer.text)
    }

    /// Ends the array.
    public mutating func endArray(to write: (String) -> Void) {
        write(isFirst ? "]" : "\n  ]")
        isFirst = false
    }

    /// Ends the document with `members`.
    public mutating func finish(
        _ members: KeyValuePairs<String, JSONValue>, to write: (String) -> Void
    ) {
        append(members, to: write)
        write("\n}\n")
    }
}

private struct JSONWriter {
    let layout: JSONValue.Layout
    var text = ""

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let flag): text += flag ? "true" : "false"
        case .int(let number): text += String(number)
        case .uint(let number): text += String(number)
        case .double(let number): text += number.isFinite ? number.description : "null"
        case .string(let string): write(string)
        case .array(let elements): write(elements, indent: indent)
        case .object(let members): write(members, indent: indent)
        }
    }

    private mutating func write(_ elements: [JSONValue], indent: Int) {
        let isPlain = elements.allSatisfy(\.isPlain)
        text += "["
        for (index, element) in elements.enumerated() {
            if index > 0 { text += layout == .pretty && isPlain ? ", " : "," }
            if !isPlain { breakLine(indent + 1) }
            write(element, indent: indent + 1)
        }
        if !isPlain { breakLine(indent) }
        text += "]"
    }

    private mutating func write(_ members: [JSONMember], indent: Int) {
        text += "{"
        let sorted = members.sorted { JSONWriter.precedes($0.key, $1.key) }
        for (index, member) in sorted.enumerated() {
            if index > 0 { text += "," }
            breakLine(indent + 1)
            write(member.key)
            text += layout == .pretty ? ": " : ":"
            write(member.value, indent: indent + 1)
        }
        if !members.isEmpty { breakLine(indent) }
        text += "}"
    }

    private static func precedes(_ a: String, _ b: String) -> Bool {
        if a == "schema" || b == "schema" { return a == "schema" && b != "schema" }
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    }

    private mutating func breakLine(_ indent: Int) {
        guard layout == .pretty else { return }
        text += "\n"
        for _ in 0..<indent { text += "  " }
    }

    mutating func write(_ string: String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                // A terminal must be able to show the document, too.
                if TerminalText.isDangerous(scalar) && scalar != "\u{FFFD}" {
                    escape(scalar)
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        for unit in String(scalar).utf16 {
            let digits = String(unit, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}

extension JSONValue {
    fileprivate var isPlain: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
