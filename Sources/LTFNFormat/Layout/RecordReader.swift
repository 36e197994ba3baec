import LTFNBytes
import LTFNCheckpoint

/// Reads the fields of an index: a `ByteReader` whose errors carry the rules of the specification.
struct RecordReader {
    private var reader: ByteReader

    init(_ bytes: [UInt8], at offset: UInt64) {
        reader = ByteReader(bytes, at: offset, format: NativeFormat.formatName)
    }

    private init(_ reader: ByteReader) {
        self.reader = reader
    }

    var remaining: Int { reader.remaining }
    var offset: UInt64 { reader.offset }

    /// A broken rule at `offset`, or at the next byte.
    func broken(
        _ rule: String, at offset: UInt64? = nil, _ message: String
    ) -> FormatError {
        broken(rule, .corrupt, at: offset ?? reader.offset, message)
    }

    /// An error at `offset`.
    func broken(
        _ rule: String, _ code: FormatError.Code, at offset: UInt64, _ message: String
    ) -> FormatError {
        FormatError(
            code, format: NativeFormat.formatName, rule: rule, offset: offset, message)
    }

    private mutating func take<T>(
        _ body: (inout ByteReader) throws(FormatError) -> T
    ) throws(FormatError) -> T {
        do {
            return try body(&reader)
        } catch {
            throw broken("LTFN-A2", "The section ends within a field. \(error.message)")
        }
    }

    mutating func u8() throws(FormatError) -> UInt8 {
        try take { (reader) throws(FormatError) in try reader.u8() }
    }

    mutating func u16() throws(FormatError) -> UInt16 {
        try take { (reader) throws(FormatError) in try reader.u16() }
    }

    mutating func u32() throws(FormatError) -> UInt32 {
        try take { (reader) throws(FormatError) in try reader.u32() }
    }

    mutating func u64() throws(FormatError) -> UInt64 {
        try take { (reader) throws(FormatError) in try reader.u64() }
    }

    mutating func i64() throws(FormatError) -> Int64 {
        try take { (reader) throws(FormatError) in try reader.i64() }
    }

    mutating func bytes(_ byteCount: Int) throws(FormatError) -> [UInt8] {
        try take { (reader) throws(FormatError) in try reader.bytes(byteCount) }
    }

    mutating func digest() throws(FormatError) -> SHA256Digest {
        guard let digest = SHA256Digest(bytes: try bytes(32)) else {
            throw broken("LTFN-A2", "A digest has 32 bytes.")
        }
        return digest
    }

    /// A `u64` number of things, each of which takes at least `minimumByteCount` bytes.
    mutating func count(
        minimumByteCount: Int, of what: String
    ) throws(FormatError) -> Int {
        let start = offset
        let count = try u64()
        guard let value = Int(exactly: count), value <= remaining / minimumByteCount else {
            throw broken(
                "LTFN-A2", at: start,
                "\(count) \(what) were declared, the section has \(remaining) bytes left.")
        }
        return value
    }

    /// A `u64` that is at most 2^63 - 1.
    mutating func int(rule: String, of what: String) throws(FormatError) -> Int {
        let start = offset
        let value = try u64()
        guard let result = Int(exactly: value) else {
            throw broken(rule, at: start, "\(what) is \(value); expected at most 2^63 - 1.")
        }
        return result
    }

    mutating func string() throws(FormatError) -> String {
        let byteCount = try count(minimumByteCount: 1, of: "bytes of text")
        return try text(byteCount: byteCount, rule: "LTFN-A3")
    }

    mutating func text(byteCount: Int, rule: String) throws(FormatError) -> String {
        let start = offset
        guard byteCount <= remaining else {
            throw broken(
                "LTFN-A2", "\(byteCount) bytes of text were declared, \(remaining) are left.")
        }
        do {
            return try reader.string(byteCount)
        } catch {
            throw broken(rule, at: start, "The text is not valid UTF-8.")
        }
    }

    /// A reader over the next `byteCount` bytes, which this one passes over.
    mutating func section(byteCount: Int) throws(FormatError) -> RecordReader {
        RecordReader(
            try take { (reader) throws(FormatError) in try reader.subreader(byteCount) })
    }

    /// - Throws: `corrupt` when something is left.
    func expectEnd(of what: String) throws(FormatError) {
        if remaining > 0 {
            throw broken(
                "LTFN-X4", "\(remaining) bytes are left after the end of the \(what) section.")
        }
    }
}
