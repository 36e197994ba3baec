import LTFNBytes

/// Something that was done to the bytes of each chunk.
enum HDF5Filter: Hashable, Sendable {
    case deflate
    /// The first bytes of all elements, then the second ones, and so on.
    case shuffle(elementByteCount: Int)
    /// A checksum stands after the bytes.
    case fletcher32
    /// What cannot be undone: its name.
    case other(String)

    var name: String {
        switch self {
        case .deflate: "deflate"
        case .shuffle: "shuffle"
        case .fletcher32: "fletcher32"
        case .other(let name): name
        }
    }

    private static let otherNames = [
        4: "szip", 5: "nbit", 6: "scaleoffset", 307: "bzip2", 32000: "lzf", 32001: "blosc",
        32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd",
    ]

    /// The filters in the order of writing.
    ///
    /// - Throws: `unsupportedVersion`, `truncated`, `corrupt`.
    static func all(_ cursor: inout HDF5Cursor) throws(FormatError) -> [HDF5Filter] {
        let version = try cursor.expect(version: 1...2, of: "the list of filters")
        let count = try cursor.u8()
        guard count <= 32 else {
            throw cursor.error(.corrupt, "A list has \(count) filters; HDF5 has 32 at most.")
        }
        if version == 1 { try cursor.skip(6) }
        var filters: [HDF5Filter] = []
        for _ in 0..<count { filters.append(try one(&cursor, version)) }
        return filters
    }

    private static func one(
        _ cursor: inout HDF5Cursor, _ version: Int
    ) throws(FormatError) -> HDF5Filter {
        let id = try cursor.u16()
        let nameByteCount = version == 1 || id >= 256 ? try cursor.u16() : 0
        try cursor.skip(2)
        let count = try cursor.u16()
        let nameBytes = try cursor.bytes.bytes(nameByteCount)
        if version == 1 { try cursor.pad(after: nameByteCount) }
        var parameters: [Int] = []
        for _ in 0..<count { parameters.append(try cursor.u32()) }
        if version == 1, count % 2 == 1 { try cursor.skip(4) }
        switch id {
        case 1: return .deflate
        case 2:
            guard let byteCount = parameters.first, byteCount > 0 else {
                throw cursor.error(
                    .corrupt, "The filter shuffle does not say how long elements are.")
            }
            return .shuffle(elementByteCount: byteCount)
        case 3: return .fletcher32
        default:
            let text = String(decoding: nameBytes.prefix { $0 != 0 }.prefix(40), as: UTF8.self)
            return .other(otherNames[id] ?? (text.isEmpty ? "number \(id)" : text))
        }
    }
}

extension [HDF5Filter] {
    /// Undoes the filters.
    ///
    /// - Parameters:
    ///   - mask: bit n is set when filter n was not used.
    ///   - byteCount: what the result has.
    /// - Throws: `corrupt`, `checksumMismatch`, `io`. The offset counts from the first byte.
    func undo(
        _ stored: [UInt8], mask: UInt32, byteCount: Int
    ) throws(FormatError) -> [UInt8] {
        var bytes = stored
        for (number, filter) in enumerated().reversed() where mask >> UInt32(number) & 1 == 0 {
            // What still has a checksum after it when all filters from here on are undone.
            let checksums = self[..<number].enumerated().count {
                $0.element == .fletcher32 && mask >> UInt32($0.offset) & 1 == 0
            }
            let expected = byteCount + 4 * checksums
            switch filter {
            case .deflate:
                bytes = try Deflate.decompress(bytes, exactly: expected, framing: .zlib)
            case .shuffle(let size): bytes = try Self.unshuffled(bytes, size)
            case .fletcher32: bytes = try Self.checked(bytes)
            case .other(let name):
                throw FormatError(
                    .unsupportedFeature, "Its chunks are packed with \(name), which cannot be read."
                )
            }
        }
        guard bytes.count == byteCount else {
            throw FormatError(
                .corrupt, "A chunk has \(bytes.count) bytes; expected \(byteCount).")
        }
        return bytes
    }

    private static func unshuffled(
        _ bytes: [UInt8], _ size: Int
    ) throws(FormatError) -> [UInt8] {
        let count = bytes.count / size
        guard size > 1, count > 1 else { return bytes }
        var result = try AlignedBytes(reserving: bytes.count)
        result.copyElements(
            ofByteCount: 1, from: bytes.rawSpan,
            at: ElementGrid(
                rows: ElementPlaces((0..<size).map { $0 * count }),
                columns: ElementPlaces([Int](0..<count))),
            to: ElementGrid(
                rows: ElementPlaces([Int](0..<size)),
                columns: ElementPlaces((0..<count).map { $0 * size })))
        let rest = count * size
        result.replaceBytes(at: rest, with: [UInt8](bytes[rest...]))
        return result.copy(of: 0..<bytes.count)
    }

    private static func checked(_ bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        guard bytes.count >= 4 else {
            throw FormatError(.corrupt, "A chunk has no room for its checksum.")
        }
        let content = bytes.dropLast(4)
        let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard HDF5Checksum.fletcher32(content) == stored else {
            throw FormatError(
                .checksumMismatch,
                "The checksum of a chunk is wrong: its bytes are not those that were written.")
        }
        return [UInt8](content)
    }
}
