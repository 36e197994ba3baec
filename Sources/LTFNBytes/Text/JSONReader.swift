/// Reads JSON (RFC 8259) with one meaning or none: duplicate keys, numbers that do not fit, lone
/// surrogates, invalid UTF-8 and anything after the document are errors.
public struct JSONReader {
    /// The most arrays and objects within each other.
    public static let depthLimit = 64

    private let bytes: [UInt8]
    private let base: UInt64
    private let format: String?
    private let minusZero: MinusZero
    private var position = 0
    private var tally = AvailableMemory.Tally()

    /// What a number without point and exponent is that says `-0`.
    public enum MinusZero: Hashable, Sendable {
        /// A float64, the only one of the two kinds that has a minus zero.
        case double
        /// The integer 0: whoever tells integers from other numbers by how they are spelled.
        case integer
    }

    /// The document that is all of `bytes`, but for white space around it. Complexity: linear.
    ///
    /// - Parameters:
    ///   - limit: the most bytes that are looked at.
    ///   - baseOffset: where the first byte stands in its file, for errors.
    ///   - minusZero: what a bare `-0` is.
    /// - Throws: `corrupt`, `truncated`; `limitExceeded` when it is too long or too deep;
    ///   `notRepresentable` for numbers beyond 64 bits.
    public static func read(
        _ bytes: [UInt8], limit: Int = 100_000_000, at baseOffset: UInt64 = 0,
        format: String? = "json", minusZero: MinusZero = .double
    ) throws(FormatError) -> JSONValue {
        var reader = JSONReader(
            bytes: bytes, base: baseOffset, format: format, minusZero: minusZero)
        if bytes.count > limit {
            throw reader.error(
                .limitExceeded, "The JSON text has \(bytes.count) bytes, the limit is \(limit).")
        }
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.position < bytes.count {
            throw reader.error(.corrupt, "Something follows the end of the JSON text.")
        }
        return value
    }

    private init(bytes: [UInt8], base: UInt64, format: String?, minusZero: MinusZero) {
        self.bytes = bytes
        self.base = base
        self.format = format
        self.minusZero = minusZero
    }

    private func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: format, offset: base &+ UInt64(position), message)
    }
}

// The bytes, one by one.
extension JSONReader {
    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    /// - Returns: whether `byte` came next; then it is passed over.
    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: byte) else { return false }
        position += 1
        return true
    }

    private func unexpected(_ expected: String) -> FormatError {
        guard next != nil else {
            return error(.truncated, "The JSON text ends where \(expected) should be.")
        }
        return error(.corrupt, "In the JSON text, something else stands where \(expected) should.")
    }

    private mutating func expect(_ byte: Unicode.Scalar) throws(FormatError) {
        if take(byte) { return }
        throw unexpected("'\(byte)'")
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(FormatError) -> JSONValue {
        for scalar in word.unicodeScalars { try expect(scalar) }
        return value
    }
}

// Values.
extension JSONReader {
    private mutating func value(depth: Int) throws(FormatError) -> JSONValue {
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return .object(try members(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || JSONReader.isDigit(byte):
            return try number()
        default: throw unexpected("a value")
        }
    }

    private func check(depth: Int) throws(FormatError) {
        if depth > JSONReader.depthLimit {
            throw error(
                .limitExceeded, "The JSON text is nested deeper than \(JSONReader.depthLimit).")
        }
    }

    private mutating func elements(depth: Int) throws(FormatError) -> [JSONValue] {
        try check(depth: depth)
        try expect("[")
        try tally.add(0)
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return elements }
        repeat {
            try elements.makeRoomForOne()
            elements.append(try value(depth: depth))
            skipSpace()
        } while take(",")
        if !take("]") { throw unexpected("',' or ']'") }
        return elements
    }

    private mutating func members(depth: Int) throws(FormatError) -> [JSONMember] {
        try check(depth: depth)
        try expect("{")
        try tally.add(0)
        var members: [JSONMember] = []
        var keys = KeySet()
        skipSpace()
        if take("}") { return members }
        repeat {
            skipSpace()
            let start = position
            if next != UInt8(ascii: "\"") { throw unexpected("a key") }
            let key = try string()
            if try !keys.insert(key, after: members) {
                position = start
                throw error(.corrupt, "The JSON text has the key \"\(key)\" twice.")
            }
            skipSpace()
            try expect(":")
            try members.makeRoomForOne()
            members.append(JSONMember(key, try value(depth: depth)))
            skipSpace()
        } while take(",")
        if !take("}") { throw unexpected("',' or '}'") }
        return members
    }

    /// The keys of one object, told apart by their bytes.
    private struct KeySet {
        /// Strings are the same here when they are canonically equivalent: that is faster to know,
        /// and enough while no two keys are.
        private var strings: Set<String> = []
        private var exact: Set<[UInt8]> = []
        private var tally = AvailableMemory.Tally()

        /// - Returns: false when `members`, the ones so far, have `key` already.
        /// - Throws: `io` when memory is short.
        mutating func insert(
            _ key: String, after members: [JSONMember]
        ) throws(FormatError) -> Bool {
            if members.count < 8 {
                return !members.contains {
                    $0.key == key && $0.key.utf8.elementsEqual(key.utf8)
                }
            }
            if strings.isEmpty { strings = Set(members.map(\.key)) }
            try strings.makeRoomForOne()
            let isNew = strings.insert(key).inserted
            if isNew && exact.isEmpty { return true }
            if exact.isEmpty { try fillExact(members) }
            try tally.add(key.utf8.count)
            try exact.makeRoomForOne()
            return exact.insert(Array(key.utf8)).inserted
        }

        private mutating func fillExact(_ members: [JSONMember]) throws(FormatError) {
            for member in members {
                try tally.add(member.key.utf8.count)
                try exact.makeRoomForOne()
                exact.insert(Array(member.key.utf8))
            }
        }
    }
}

// Numbers.
extension JSONReader {
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private mutating func skipDigits() throws(FormatError) {
        let start = position
        while let byte = next, JSONReader.isDigit(byte) { position += 1 }
        if position == start { throw unexpected("a digit") }
    }

    private mutating func number() throws(FormatError) -> JSONValue {
        let start = position
        var isInteger = true
        let isNegative = take("-")
        if !take("0") { try skipDigits() }
        if take(".") {
            isInteger = false
            try skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
        let digits = bytes[(isNegative ? start + 1 : start)..<position]
        let isMinusZero = isNegative && digits.first == UInt8(ascii: "0")
        if isInteger && (minusZero == .integer || !isMinusZero) {
            if let number = JSONReader.integer(digits, isNegative: isNegative) { return number }
        } else {
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            if let number = Double(text), number.isFinite { return .double(number) }
        }
        position = start
        throw error(.notRepresentable, "A number in the JSON text does not fit into 64 bits.")
    }
}

extension JSONReader {
    /// The integer of `digits`, or nil when it does not fit.
    private static func integer(_ digits: ArraySlice<UInt8>, isNegative: Bool) -> JSONValue? {
        var magnitude: UInt64 = 0
        for digit in digits {
            let (tenfold, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (next, carry) = tenfold.addingReportingOverflow(UInt64(digit & 0xF))
            if overflow || carry { return nil }
            magnitude = next
        }
        if let number = Int64(exactly: magnitude) { return .int(isNegative ? -number : number) }
        if !isNegative { return .uint(magnitude) }
        return magnitude == Int64.min.magnitude ? .int(.min) : nil
    }
}

// Strings.
extension JSONReader {
    private mutating func string() throws(FormatError) -> String {
        try expect("\"")
        let start = position
        skipPlain()
        if next == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try text(bytes[start..<position], from: start)
        }
        try AvailableMemory.expect(position - start)
        var unescaped = Array(bytes[start..<position])
        while !take("\"") {
            if take("\\") {
                let scalar = try escape()
                try unescaped.makeRoom(forMore: 4)
                unescaped.append(
                    contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            } else {
                let plain = position
                skipPlain()
                if plain == position {
                    throw unexpected("a character of a string (controls must be escaped)")
                }
                try unescaped.makeRoom(forMore: position - plain)
                unescaped += bytes[plain..<position]
            }
        }
        return try text(unescaped[...], from: start)
    }

    /// Passes over what stands for itself.
    private mutating func skipPlain() {
        while let byte = next, byte >= 0x20 && byte != 0x22 && byte != 0x5C { position += 1 }
    }

    private mutating func text(
        _ utf8: ArraySlice<UInt8>, from start: Int
    ) throws(FormatError) -> String {
        // What is short stands in the string itself.
        if utf8.count > 15 {
            try AvailableMemory.expect(utf8.count)
            try tally.add(utf8.count)
        }
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw FormatError(
                .corrupt, format: format, offset: base &+ UInt64(start),
                "A string in the JSON text is not valid UTF-8.")
        }
        return text
    }

    /// What follows a backslash.
    private mutating func escape() throws(FormatError) -> Unicode.Scalar {
        let simple: [(Unicode.Scalar, Unicode.Scalar)] = [
            ("\"", "\""), ("\\", "\\"), ("/", "/"), ("b", "\u{8}"), ("f", "\u{C}"), ("n", "\n"),
            ("r", "\r"), ("t", "\t"),
        ]
        for (letter, meaning) in simple where take(letter) { return meaning }
        let start = position
        if !take("u") { throw unexpected("an escape") }
        let unit = try hexUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if unit < 0xDC00, take("\\"), take("u") {
            let low = try hexUnit()
            if UTF16.isTrailSurrogate(low) {
                let offset = ((UInt32(unit) - 0xD800) << 10) + (UInt32(low) - 0xDC00)
                if let scalar = Unicode.Scalar(0x10000 + offset) { return scalar }
            }
        }
        position = start
        throw error(.corrupt, "An escape in the JSON text is half of a surrogate pair.")
    }

    private mutating func hexUnit() throws(FormatError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next,
                let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80
            else { throw unexpected("a hexadecimal digit") }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
