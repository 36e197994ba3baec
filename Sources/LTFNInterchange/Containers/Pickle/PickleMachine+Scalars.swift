import LTFNBytes

// Numbers and constants.
extension PickleMachine {
    /// The value of an instruction that makes a number or a constant; nil for others.
    mutating func scalar(_ opcode: PickleOpcode) throws(FormatError) -> PickleNode? {
        switch opcode {
        case .none: return PickleNode.none
        case .newTrue: return .bool(true)
        case .newFalse: return .bool(false)
        case .binInt1: return .int(Int64(try input.byte()))
        case .binInt2: return .int(Int64(try input.number(byteCount: 2)))
        case .binInt:
            let bits = UInt32(truncatingIfNeeded: try input.number(byteCount: 4))
            return .int(Int64(Int32(bitPattern: bits)))
        case .long1: return Self.integer(try input.bytes(UInt64(try input.byte())))
        case .long4: return Self.integer(try input.bytes(try input.number(byteCount: 4)))
        case .int: return try intLine()
        case .long: return try longLine()
        case .binFloat:
            return .float(Double(bitPattern: try input.number(byteCount: 8).byteSwapped))
        case .float:
            let line = String(decoding: try input.line(), as: UTF8.self)
            guard let value = Double(line) else {
                throw input.error(.corrupt, "\"\(line.prefix(40))\" is no number.")
            }
            return .float(value)
        default: return nil
        }
    }

    /// - Parameter bytes: two's complement, the low byte first.
    static func integer(_ bytes: [UInt8]) -> PickleNode {
        let isNegative = (bytes.last ?? 0) >= 0x80
        let filler: UInt8 = isNegative ? 0xFF : 0
        var significant = bytes[...]
        while significant.count > 8, significant.last == filler { significant.removeLast() }
        guard significant.count <= 8 else { return .wideInt(Array(significant)) }
        var value: UInt64 = isNegative ? .max : 0
        for (index, byte) in significant.enumerated() {
            let shift = UInt64(8 * index)
            value = value & ~(0xFF << shift) | UInt64(byte) << shift
        }
        let result = Int64(bitPattern: value)
        // The ninth byte was the sign.
        return (result < 0) == isNegative ? .int(result) : .wideInt(Array(significant) + [filler])
    }

    private mutating func intLine() throws(FormatError) -> PickleNode {
        let line = String(decoding: try input.line(), as: UTF8.self)
        if line == "00" { return .bool(false) }
        if line == "01" { return .bool(true) }
        return try decimal(line)
    }

    private mutating func longLine() throws(FormatError) -> PickleNode {
        let line = String(decoding: try input.line(), as: UTF8.self)
        return try decimal(line.hasSuffix("L") ? String(line.dropLast()) : line)
    }

    private func decimal(_ text: String) throws(FormatError) -> PickleNode {
        if let value = Int64(text) { return .int(value) }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw input.error(.corrupt, "\"\(text.prefix(40))\" is no number.")
        }
        // Of so many digits none is a number that anything of a checkpoint needs.
        return .wideInt([])
    }
}

// Strings and bytes.
extension PickleMachine {
    /// The value of an instruction that makes a string or bytes; nil for others.
    mutating func string(_ opcode: PickleOpcode) throws(FormatError) -> PickleNode? {
        switch opcode {
        case .shortBinUnicode: return .text(try utf8(1))
        case .binUnicode: return .text(try utf8(4))
        case .binUnicode8: return .text(try utf8(8))
        case .shortBinString: return .text(Self.python2(try counted(1)))
        case .binString: return .text(Self.python2(try counted(4)))
        case .shortBinBytes: return .bytes(try counted(1))
        case .binBytes: return .bytes(try counted(4))
        case .binBytes8, .byteArray8: return .bytes(try counted(8))
        case .string: return .text(Self.python2(try quoted()))
        case .unicode:
            // Escapes (`\u00e9`) stay as they are written: protocol 0 has long been out of use.
            return .text(String(decoding: try input.line(), as: UTF8.self))
        default: return nil
        }
    }

    /// - Parameter width: how many bytes the length takes.
    private mutating func counted(_ width: Int) throws(FormatError) -> [UInt8] {
        try input.bytes(try input.number(byteCount: width))
    }

    private mutating func utf8(_ width: Int) throws(FormatError) -> String {
        guard let text = String(validating: try counted(width), as: UTF8.self) else {
            throw input.error(.corrupt, "A string of the pickle is not valid UTF-8.")
        }
        return text
    }

    /// The text of a byte string of Python 2: UTF-8, or else Latin-1.
    private static func python2(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    /// The bytes between the quotes of a line.
    private mutating func quoted() throws(FormatError) -> [UInt8] {
        let line = try input.line()
        guard line.count >= 2, let quote = line.first, quote == line.last,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { throw input.error(.corrupt, "A string of the pickle is not quoted.") }
        return Array(line[1..<line.count - 1])
    }
}
