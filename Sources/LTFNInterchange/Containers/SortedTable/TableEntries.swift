import LTFNBytes

/// The entries of a block of a `SortedTable`, front to back.
///
///     entries, u32 restart[n], u32 n
///     entry: varint32 shared, varint32 unshared, varint32 length, end of the key, value
///
/// A key begins with as many bytes of the one before as it shares. Restarts, where nothing is
/// shared, are for who searches.
struct TableEntries {
    private var reader: ByteReader
    private let restartsByteCount: Int
    private var key: [UInt8] = []

    /// - Parameter offset: where the block stands in the file.
    init(_ block: [UInt8], at offset: UInt64, format: String) {
        reader = ByteReader(block, at: offset, format: format)
        var count = 0
        for byte in block.suffix(4).reversed() { count = count << 8 | Int(byte) }
        restartsByteCount = block.count < 4 ? .max : 4 + 4 * count
    }

    /// The next entry; nil at the end.
    ///
    /// - Throws: `truncated`, `corrupt`.
    mutating func next() throws(FormatError) -> (key: [UInt8], value: [UInt8])? {
        guard restartsByteCount <= reader.remaining else {
            throw reader.error(.corrupt, "A block of the table has no room for its restarts.")
        }
        guard restartsByteCount < reader.remaining else { return nil }
        let shared = try reader.varint32()
        let unshared = try reader.varint32()
        let length = try reader.varint32()
        guard shared <= key.count else {
            throw reader.error(
                .corrupt,
                "A key shares \(shared) bytes with the one before, which has \(key.count).")
        }
        guard unshared + length <= reader.remaining - restartsByteCount else {
            throw reader.error(
                .truncated,
                "An entry of the table has \(unshared + length) bytes; its block ends before.")
        }
        key.removeSubrange(shared...)
        key += try reader.bytes(unshared)
        return (key, try reader.bytes(length))
    }
}

extension ByteReader {
    /// A number of 32 bits, seven of them in a byte, the lowest first.
    ///
    /// - Throws: `truncated`; `corrupt` when it has more.
    mutating func varint32() throws(FormatError) -> Int {
        let number = try varint64()
        guard number <= UInt64(UInt32.max) else {
            throw error(.corrupt, "A number has more than 32 bits.")
        }
        return Int(number)
    }

    /// A number of 64 bits, seven of them in a byte, the lowest first.
    ///
    /// - Throws: `truncated`; `corrupt` when it has more.
    mutating func varint64() throws(FormatError) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = try u8()
            // The tenth byte has room for one bit.
            guard shift < 63 || byte < 2 else { break }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw error(.corrupt, "A number has more than 64 bits.")
    }

    mutating func handle() throws(FormatError) -> SortedTable.Handle {
        SortedTable.Handle(offset: try varint64(), byteCount: try varint64())
    }
}

extension CRC32C {
    /// The checksum as tables keep it: a checksum of bytes that hold one would else be a poor one.
    var masked: UInt32 { (value >> 15 | value << 17) &+ 0xA282_EAD8 }

    static func masked(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        checksum.update(bytes)
        return checksum.masked
    }
}
