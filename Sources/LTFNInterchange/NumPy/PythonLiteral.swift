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
///     value  = dict | tuple | list | "(" value ")" | strings | "True" | "False" | integer
///     dict   = "{" [strings ":" value {"," strings ":" value} [","]] "}"    (the last of a key counts)
///     tuple  = "(" ")" | "(" value "," [value {"," value} [","]] ")"
///     list   = "[" [value {"," value} [","]] "]"
///     strings = string {string}
///     string = ["u" | "r"] ("'" characters "'" | '"' characters '"')
///     integer = ["+" | "-"] (decimal | "0x" hexadecimal | "0o" octal | "0b" binary) ["L"]
///
/// Blanks, line ends and comments (`#` to the end of the line) may stand between. `L` is Python
/// 2's, which wrote no version 3.
struct PythonLiteralParser {
    private let text: [UInt8]
    private let base: UInt64
    private var position = 0
    private var depth = 0
    private let allowsLong: Bool

    private static let maximumDepth = 16

    /// - Parameters:
    ///   - base: where `text` begins in the file.
    ///   - allowsLong: whether integers may end with `L`.
    init(_ text: [UInt8], at base: UInt64, allowsLong: Bool) {
        self.text = text
        self.base = base
        self.allowsLong = allowsLong
    }

    /// Parses the whole text.
    ///
    /// - Throws: `corrupt`.
    static func parse(
        _ text: [UInt8], at base: UInt64, allowsLong: Bool
    ) throws(FormatError) -> PythonLiteral {
        var parser = PythonLiteralParser(text, at: base, allowsLong: allowsLong)
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
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            return .integer(try integer())
        default:
            if beginsString { return .string(try string()) }
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
            skipSpace()
            try expect(UInt8(ascii: ":"))
            entries.removeAll { $0.key.utf8.elementsEqual(key.utf8) }
            entries.append(PythonLiteral.Entry(key: key, value: try value()))
            skipSpace()
            if peek != UInt8(ascii: "}") { try expect(UInt8(ascii: ",")) }
        }
    }

    private mutating func tuple() throws(FormatError) -> PythonLiteral {
        let (values, endsWithComma) = try items(until: UInt8(ascii: ")"))
        // To Python, `(3)` is a number in parentheses.
        return values.count == 1 && !endsWithComma ? values[0] : .tuple(values)
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

    /// Whether a string begins here, after its prefix.
    private var beginsString: Bool {
        guard let first = peek else { return false }
        if Self.quotes.contains(first) { return true }
        guard Array("uUrR".utf8).contains(first), position + 1 < text.count else { return false }
        return Self.quotes.contains(text[position + 1])
    }

    private static let quotes = Array("'\"".utf8)

    /// A string, or several that stand in a row and are one.
    private mutating func string() throws(FormatError) -> String {
        guard beginsString else { throw error("a string was expected") }
        var result = ""
        while beginsString {
            result += try stringPart()
            skipSpace()
        }
        return result
    }

    private mutating func stringPart() throws(FormatError) -> String {
        if let first = peek, !Self.quotes.contains(first) { position += 1 }
        guard let quote = peek else { throw error("a string was expected") }
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
        var isNegative = false
        while let sign = peek, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            if sign == UInt8(ascii: "-") { isNegative.toggle() }
            position += 1
            skipSpace()
        }
        let radix = acceptRadix()
        let value = try digits(radix ?? 10, isPrefixed: radix != nil)
        if allowsLong {
            skipSpace()
            _ = accept(UInt8(ascii: "L"))
        }
        return isNegative ? -value : value
    }

    /// The radix that `0x`, `0o` or `0b` tells.
    private mutating func acceptRadix() -> Int? {
        guard peek == UInt8(ascii: "0"), position + 1 < text.count else { return nil }
        let radix: Int? =
            switch text[position + 1] | 0x20 {
            case UInt8(ascii: "x"): 16
            case UInt8(ascii: "o"): 8
            case UInt8(ascii: "b"): 2
            default: nil
            }
        if radix != nil { position += 2 }
        return radix
    }

    /// Digits, single underscores between them.
    private mutating func digits(_ radix: Int, isPrefixed: Bool) throws(FormatError) -> Int {
        let start = position
        var value = 0
        var digitCount = 0
        // After a prefix one may stand before the first digit as well.
        var mayUnderscore = isPrefixed
        while let byte = peek {
            if byte == UInt8(ascii: "_"), mayUnderscore {
                mayUnderscore = false
                position += 1
                continue
            }
            guard let digit = Self.digit(byte), digit < radix else { break }
            let (product, overflowed) = value.multipliedReportingOverflow(by: radix)
            let (sum, carried) = product.addingReportingOverflow(digit)
            guard !overflowed, !carried else { throw error("a number is above 2^63 - 1") }
            value = sum
            digitCount += 1
            mayUnderscore = true
            position += 1
        }
        guard digitCount > 0, mayUnderscore else { throw error("a digit was expected") }
        guard isPrefixed || text[start] != UInt8(ascii: "0") || value == 0 else {
            throw error("a number begins with a zero")
        }
        return value
    }

    private static func digit(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }

    private var peek: UInt8? { position < text.count ? text[position] : nil }

    mutating func skipSpace() {
        while let byte = peek {
            if byte == UInt8(ascii: "#") {
                while let byte = peek, byte != 0x0A, byte != 0x0D { position += 1 }
            } else if [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(byte) {
                position += 1
            } else {
                return
            }
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
