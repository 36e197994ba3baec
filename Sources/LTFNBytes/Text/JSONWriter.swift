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

    private mutating func write(_ string: String) {
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
