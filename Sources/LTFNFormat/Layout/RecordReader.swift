import LTFNBytes
import LTFNCheckpoint

/// Reads the fields of an index, front to back; errors carry the rules of the specification.
///
/// Every read checks first that the bytes are there.
struct RecordReader {
    private let storage: [UInt8]
    private var position: Int
    private var end: Int
    private let base: UInt64
    private var tally = AvailableMemory.Tally()

    init(_ bytes: [UInt8], at offset: UInt64) {
        storage = bytes
        position = 0
        end = bytes.count
        base = offset
    }

    /// Counts a small block that is about to be allocated.
    ///
    /// - Throws: `io` when memory is short.
    mutating func charge(_ byteCount: Int) throws(FormatError) { try tally.add(byteCount) }

    var remaining: Int { end - position }
    var offset: UInt64 { base &+ UInt64(position) }

    /// A broken rule at `offset`, or at the next byte.
    func broken(
        _ rule: String, at offset: UInt64? = nil, _ message: String
    ) -> FormatError {
        broken(rule, .corrupt, at: offset ?? self.offset, message)
    }

    /// An error at `offset`.
    func broken(
        _ rule: String, _ code: FormatError.Code, at offset: UInt64, _ message: String
    ) -> FormatError {
        FormatError(
            code, format: NativeFormat.formatName, rule: rule, offset: offset, message)
    }

    /// Where the next `byteCount` bytes stand in the array, which are passed over.
    mutating func range(_ byteCount: Int) throws(FormatError) -> Range<Int> {
        guard byteCount >= 0, byteCount <= remaining else {
            throw broken(
                "LTFN-A2",
                "The section ends within a field: \(byteCount) bytes were expected, "
                    + "\(remaining) are left.")
        }
        let start = position
        position += byteCount
        return start..<position
    }

    /// The bytes at `range`, which the reader has passed over.
    func slice(_ range: Range<Int>) -> ArraySlice<UInt8> { storage[range] }

    /// Whether the bytes at `first` sort before those at `second`.
    func precedes(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        for (a, b) in zip(first, second) where storage[a] != storage[b] {
            return storage[a] < storage[b]
        }
        return first.count < second.count
    }

    /// Passes over the next bytes if they are those at `range`.
    ///
    /// - Returns: whether they are.
    mutating func skip(sameAs range: Range<Int>) -> Bool {
        guard range.count <= remaining else { return false }
        for (next, index) in zip(position..<position + range.count, range)
        where storage[next] != storage[index] {
            return false
        }
        position += range.count
        return true
    }

    /// The little-endian number of the next bytes, 8 at most.
    private mutating func number(_ byteCount: Int) throws(FormatError) -> UInt64 {
        var value: UInt64 = 0
        for index in try range(byteCount).reversed() { value = value << 8 | UInt64(storage[index]) }
        return value
    }

    mutating func u8() throws(FormatError) -> UInt8 { UInt8(try number(1)) }

    mutating func u16() throws(FormatError) -> UInt16 { UInt16(try number(2)) }

    mutating func u32() throws(FormatError) -> UInt32 { UInt32(try number(4)) }

    mutating func u64() throws(FormatError) -> UInt64 { try number(8) }

    mutating func i64() throws(FormatError) -> Int64 { Int64(bitPattern: try number(8)) }

    mutating func bytes(_ byteCount: Int) throws(FormatError) -> [UInt8] {
        let range = try range(byteCount)
        try AvailableMemory.expect(byteCount)
        try charge(byteCount)
        return Array(storage[range])
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
        // What is short stands in the string itself.
        if byteCount > 15 {
            try AvailableMemory.expect(byteCount)
            try charge(byteCount)
        }
        guard
            let text = String(
                validating: storage[position..<position + byteCount], as: UTF8.self)
        else { throw broken(rule, at: start, "The text is not valid UTF-8.") }
        position += byteCount
        return text
    }

    /// A reader over the next `byteCount` bytes, which this one passes over.
    mutating func section(byteCount: Int) throws(FormatError) -> RecordReader {
        var section = self
        section.end = try range(byteCount).upperBound
        return section
    }

    /// - Throws: `corrupt` when something is left.
    func expectEnd(of what: String) throws(FormatError) {
        if remaining > 0 {
            throw broken(
                "LTFN-X4", "\(remaining) bytes are left after the end of the \(what) section.")
        }
    }
}
