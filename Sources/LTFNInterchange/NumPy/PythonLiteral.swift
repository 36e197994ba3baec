import LTFNBytes

/// The few Python literals that the header of an npy file may hold.
enum PythonLiteral {
    case string(String)
    case bool(Bool)
    case integer(Int)
    case tuple([PythonLiteral])
    case list([PythonLiteral])
    case dictionary([Entry])

    /// A key of a dict with its value.
    struct Entry {
        var key: String
        var value: PythonLiteral
    }
}

/// Parses a literal by a closed grammar: nothing is evaluated, and nothing else is accepted.
///
///     value  = dict | tuple | list | string | "True" | "False" | digits ["L"]
///     dict   = "{" [string ":" value {"," string ":" value} [","]] "}"
///     tuple  = "(" ")" | "(" value "," [value {"," value} [","]] ")"
///     list   = "[" [value {"," value} [","]] "]"
///     string = "'" characters "'" | '"' characters '"'      (no escapes)
struct PythonLiteralParser {
    private let text: [UInt8]
    private let base: UInt64
    private var position = 0
    private var depth = 0

    private static let maximumDepth = 16

    /// - Parameter base: where `text` begins in the file.
    init(_ text: [UInt8], at base: UInt64) {
        self.text = text
        self.base = base
    }

    /// Parses the whole text.
    ///
    /// - Throws: `corrupt`.
    static func parse(_ text: [UInt8], at base: UInt64) throws(FormatError) -> PythonLiteral {
        var parser = PythonLiteralParser(text, at: base)
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == text.count else {
            throw parser.error("the literal has ended, but more text follows")
        }
        return value
    }

    private mutating func value() throws(FormatError) -> PythonLiteral {
        skipSpace()
        guard let next = peek else { throw error("the text ends too early") }
        switch next {
        case UInt8(ascii: "{"), UInt8(ascii: "("), UInt8(ascii: "["):
            guard depth < Self.maximumDepth else { throw error("the literal is nested too deep") }
            depth += 1
            defer { depth -= 1 }
            position += 1
            return try container(opening: next)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .integer(try integer())
        default:
            if accept("True") { return .bool(true) }
            if accept("False") { return .bool(false) }
            throw error("a dict, tuple, list, string, number, True or False was expected")
        }
    }

    private mutating func container(opening: UInt8) throws(FormatError) -> PythonLiteral {
        switch opening {
        case UInt8(ascii: "{"): try dictionary()
        case UInt8(ascii: "("): try tuple()
        default: .list(try items(until: UInt8(ascii: "]")).values)
        }
    }

    private mutating func dictionary() throws(FormatError) -> PythonLiteral {
        var entries: [PythonLiteral.Entry] = []
        while true {
            skipSpace()
            if accept(UInt8(ascii: "}")) { return .dictionary(entries) }
            let key = try string()
            guard !entries.contains(where: { $0.key.utf8.elementsEqual(key.utf8) }) else {
                throw error("the key '\(key.prefix(40))' stands twice")
            }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            entries.append(PythonLiteral.Entry(key: key, value: try value()))
            skipSpace()
            if peek != UInt8(ascii: "}") { try expect(UInt8(ascii: ",")) }
        }
    }

    private mutating func tuple() throws(FormatError) -> PythonLiteral {
        let (values, endsWithComma) = try items(until: UInt8(ascii: ")"))
        // To Python, `(3)` is a number in parentheses.
        guard values.count != 1 || endsWithComma else {
            throw error("a tuple of one element needs a comma")
        }
        return .tuple(values)
    }

    private mutating func items(
        until end: UInt8
    ) throws(FormatError) -> (values: [PythonLiteral], endsWithComma: Bool) {
        var values: [PythonLiteral] = []
        var comma = false
        while true {
            skipSpace()
            if accept(end) { return (values, comma) }
            guard values.isEmpty || comma else { throw error("a comma was expected") }
            values.append(try value())
            skipSpace()
            comma = accept(UInt8(ascii: ","))
        }
    }

    private mutating func string() throws(FormatError) -> String {
        guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw error("a string was expected")
        }
        position += 1
        let start = position
        while let byte = peek, byte != quote {
            guard byte >= 0x20, byte != UInt8(ascii: "\\") else {
                throw error("a string may hold neither escapes nor control characters")
            }
            position += 1
        }
        guard let text = String(validating: text[start..<position], as: UTF8.self) else {
            throw error("a string is not valid UTF-8")
        }
        try expect(quote)
        return text
    }

    private mutating func integer() throws(FormatError) -> Int {
        let start = position
        var value = 0
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflowed, !carried else { throw error("a number is above 2^63 - 1") }
            value = sum
            position += 1
        }
        guard text[start] != UInt8(ascii: "0") || position == start + 1 else {
            throw error("a number begins with a zero")
        }
        // Python 2 wrote long integers so.
        _ = accept(UInt8(ascii: "L"))
        return value
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func accept(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func accept(_ word: StaticString) -> Bool {
        let word = Array(word.description.utf8)
        guard text[position...].starts(with: word) else { return false }
        position += word.count
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(FormatError) {
        guard accept(byte) else {
            throw error("'\(Character(Unicode.Scalar(byte)))' was expected")
        }
    }

    private func error(_ message: String) -> FormatError {
        FormatError(
            .corrupt, format: NPYFormat.name, offset: base + UInt64(position),
            "In the header, " + message + ".")
    }
}
