extension JSONValue {
    /// How a document is laid out.
    public enum Layout: Sendable {
        /// On one line, without spaces, for our own reader, which knows all integers of 64 bits.
        case compact
        /// Indented by two spaces a level; arrays of plain values on one line. For any reader: many
        /// know float64 only, and would round an integer beyond ±(2^53 - 1), so that is written as
        /// a string of its digits (RFC 7493, section 2.2).
        case pretty
    }

    /// The document as text, without a line break at its end. The same value gives the same text.
    public func rendered(_ layout: Layout = .compact) -> String {
        var writer = JSONWriter(layout: layout)
        writer.write(self, indent: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// An object that is written member by member, one of them an array that is written element by
/// element: a document that need not be in memory as a whole. The same as `rendered(.pretty)`, when
/// the caller keeps the order of keys, and a line break at its end.
public struct JSONDocument {
    private var writer = JSONWriter(layout: .pretty)
    private var isFirst = true

    /// Pieces are gathered until they are worth a call.
    private static let pieceByteCount = 16_384

    /// Begins the document with `members`, which are in the order of `rendered`.
    public init(_ members: KeyValuePairs<String, JSONValue>, to write: (String) -> Void) {
        writer.plain("{")
        append(members, to: write)
    }

    private mutating func append(
        _ members: KeyValuePairs<String, JSONValue>, to write: (String) -> Void
    ) {
        for (key, value) in members {
            begin(key)
            writer.write(value, indent: 1)
            flush(to: write, above: Self.pieceByteCount)
        }
    }

    private mutating func begin(_ key: String) {
        writer.plain(isFirst ? "\n  " : ",\n  ")
        isFirst = false
        writer.write(key)
        writer.plain(": ")
    }

    private mutating func flush(to write: (String) -> Void, above byteCount: Int) {
        guard writer.bytes.count > byteCount else { return }
        write(String(decoding: writer.bytes, as: UTF8.self))
        writer.bytes.removeAll(keepingCapacity: true)
    }

    /// Begins a member that is an array.
    public mutating func beginArray(_ key: String, to write: (String) -> Void) {
        begin(key)
        writer.plain("[")
        isFirst = true
    }

    /// Adds an element to the array.
    public mutating func append(_ element: JSONValue, to write: (String) -> Void) {
        writer.plain(isFirst ? "\n    " : ",\n    ")
        isFirst = false
        writer.write(element, indent: 2)
        flush(to: write, above: Self.pieceByteCount)
    }

    /// Adds an element to the array: `template` with `text` in its gap.
    public mutating func append(
        _ template: JSONTemplate, filledWith text: String, to write: (String) -> Void
    ) {
        writer.plain(isFirst ? "\n    " : ",\n    ")
        isFirst = false
        writer.bytes.append(contentsOf: template.before)
        writer.write(text)
        writer.bytes.append(contentsOf: template.after)
        flush(to: write, above: Self.pieceByteCount)
    }

    /// Begins a member whose value is made elsewhere, as text.
    package mutating func beginText(_ key: String) {
        begin(key)
    }

    /// Adds text to that value: all of it is one value of JSON, indented as the document is.
    package mutating func append(text: String, to write: (String) -> Void) {
        writer.plain(text)
        flush(to: write, above: Self.pieceByteCount)
    }

    /// Ends the array.
    public mutating func endArray(to write: (String) -> Void) {
        writer.plain(isFirst ? "]" : "\n  ]")
        isFirst = false
    }

    /// Ends the document with `members`.
    public mutating func finish(
        _ members: KeyValuePairs<String, JSONValue>, to write: (String) -> Void
    ) {
        append(members, to: write)
        writer.plain("\n}\n")
        flush(to: write, above: 0)
    }
}

/// An object that stands often in the array of a document, each time with another text in one
/// place: all else is made once.
public struct JSONTemplate: Sendable {
    fileprivate let before: [UInt8]
    fileprivate let after: [UInt8]

    /// - Parameter gap: the key whose value changes; nothing is looked at of the one in `members`.
    public init(_ members: [JSONMember], gap: String) {
        var writer = JSONWriter(layout: .pretty)
        let position = writer.write(members, indent: 2, leavingOut: gap) ?? writer.bytes.count
        before = Array(writer.bytes[..<position])
        after = Array(writer.bytes[position...])
    }
}

/// Writes values as bytes: a document of a million variables is 250 MB.
private struct JSONWriter {
    let layout: JSONValue.Layout
    var bytes: [UInt8] = []

    init(layout: JSONValue.Layout) {
        self.layout = layout
    }

    /// Adds our own `text`, in which nothing needs an escape.
    mutating func plain(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: plain("null")
        case .bool(let flag): plain(flag ? "true" : "false")
        case .int(let number): write(number)
        case .uint(let number): write(number)
        case .double(let number): plain(number.isFinite ? number.description : "null")
        case .string(let string): write(string)
        case .array(let elements): write(elements, indent: indent)
        case .object(let members): _ = write(members, indent: indent)
        }
    }

    private mutating func write(_ number: some BinaryInteger) {
        let isExactEverywhere = number.magnitude < 1 << 53
        let quote = isExactEverywhere || layout == .compact ? "" : "\""
        plain(quote + String(number) + quote)
    }

    private mutating func write(_ elements: [JSONValue], indent: Int) {
        let isPlain = elements.allSatisfy(\.isPlain)
        plain("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { plain(layout == .pretty && isPlain ? ", " : ",") }
            if !isPlain { breakLine(indent + 1) }
            write(element, indent: indent + 1)
        }
        if !isPlain { breakLine(indent) }
        plain("]")
    }

    /// - Parameter gap: a key without its value.
    /// - Returns: where that value would stand.
    mutating func write(
        _ members: [JSONMember], indent: Int, leavingOut gap: String? = nil
    ) -> Int? {
        var position: Int?
        plain("{")
        let isSorted = members.indices.dropFirst().allSatisfy {
            !JSONWriter.precedes(members[$0].key, members[$0 - 1].key)
        }
        let sorted =
            isSorted ? members : members.sorted { JSONWriter.precedes($0.key, $1.key) }
        for (index, member) in sorted.enumerated() {
            if index > 0 { plain(",") }
            breakLine(indent + 1)
            write(member.key)
            plain(layout == .pretty ? ": " : ":")
            if member.key == gap {
                position = bytes.count
            } else {
                write(member.value, indent: indent + 1)
            }
        }
        if !members.isEmpty { breakLine(indent) }
        plain("}")
        return position
    }

    private static func precedes(_ a: String, _ b: String) -> Bool {
        if a == "schema" || b == "schema" { return a == "schema" && b != "schema" }
        return a.utf8.lexicographicallyPrecedes(b.utf8)
    }

    private mutating func breakLine(_ indent: Int) {
        guard layout == .pretty else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indent))
    }

    mutating func write(_ string: String) {
        plain("\"")
        let start = bytes.count
        plain(string)
        if !bytes[start...].allSatisfy(JSONWriter.isPlain) {
            bytes.removeLast(bytes.count - start)
            for scalar in string.unicodeScalars { write(scalar) }
        }
        plain("\"")
    }

    /// Whether a byte of text stands for itself whatever is beside it.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"": plain("\\\"")
        case "\\": plain("\\\\")
        case "\n": plain("\\n")
        case "\r": plain("\\r")
        case "\t": plain("\\t")
        // A terminal must be able to show the document, too.
        case _ where TerminalText.isDangerous(scalar) && scalar != "\u{FFFD}": escape(scalar)
        default: plain(String(scalar))
        }
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        for unit in String(scalar).utf16 {
            plain("\\u" + String(unit, radix: 16).aligned(4, with: "0"))
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
