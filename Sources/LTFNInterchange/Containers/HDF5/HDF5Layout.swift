import LTFNBytes

/// Where the values of a data set are.
enum HDF5Layout: Sendable {
    /// In the header itself.
    case compact([UInt8])
    /// In one piece; nil: they were never written.
    case contiguous(UInt64?, byteCount: UInt64)
    case chunked(HDF5Chunking)

    /// - Throws: `unsupportedVersion`, `unsupportedFeature`, `truncated`, `corrupt`.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let version = try cursor.expect(version: 3...4, of: "the layout of the values")
        let kind = try cursor.u8()
        switch kind {
        case 0: self = .compact(try cursor.bytes.bytes(cursor.u16()))
        case 1: self = .contiguous(try cursor.address(), byteCount: try cursor.length())
        case 2: self = .chunked(try HDF5Chunking(&cursor, version: version))
        case 3:
            throw cursor.error(
                .unsupportedFeature,
                "It is a virtual data set, whose values are in other ones: it cannot be read.")
        default:
            throw cursor.error(.corrupt, "The layout of the values is \(kind), which is not known.")
        }
    }
}

/// How a data set is cut into chunks, and what finds them.
struct HDF5Chunking: Sendable {
    enum Index: Sendable {
        /// A tree of version 1.
        case tree1(UInt64?)
        /// One chunk for all; what it has when it is packed.
        case single(UInt64?, packed: HDF5PackedSize?)
        /// All chunks, one after the other.
        case implicit(UInt64?)
        case fixedArray(UInt64?)
        case extensibleArray(UInt64?)
        case tree2(UInt64?)
    }

    /// Of a chunk.
    var shape: [Int]
    var elementByteCount: Int
    var index: Index
    /// Whether chunks that go beyond the end of the data set are packed, too.
    var packsEdges: Bool

    /// - Throws: `unsupportedFeature`, `truncated`, `corrupt`.
    init(_ cursor: inout HDF5Cursor, version: Int) throws(FormatError) {
        let flags = version == 4 ? try cursor.u8() : 0
        let count = try cursor.u8()
        guard (2...33).contains(count) else {
            throw cursor.error(.corrupt, "Chunks have \(count - 1) axes; expected 1 to 32.")
        }
        let address = version == 3 ? try cursor.address() : nil
        let width = version == 3 ? 4 : try cursor.u8()
        guard (1...8).contains(width) else {
            throw cursor.error(.corrupt, "The extents of chunks have \(width) bytes.")
        }
        var extents: [Int] = []
        for _ in 0..<count {
            let extent = try CheckedSize.int(cursor.number(width), of: "a chunk")
            guard extent > 0 else { throw cursor.error(.corrupt, "A chunk has an extent of 0.") }
            extents.append(extent)
        }
        elementByteCount = extents.removeLast()
        shape = extents
        packsEdges = flags & 1 == 0
        index = .tree1(address)
        if version == 4 { index = try Self.index(&cursor, isPacked: flags & 2 != 0) }
    }

    private static func index(
        _ cursor: inout HDF5Cursor, isPacked: Bool
    ) throws(FormatError) -> Index {
        switch try cursor.u8() {
        case 1:
            let packed =
                isPacked
                ? HDF5PackedSize(
                    byteCount: try cursor.length(), mask: UInt32(try cursor.u32())) : nil
            return .single(try cursor.address(), packed: packed)
        case 2: return .implicit(try cursor.address())
        case 3:
            try cursor.skip(1)
            return .fixedArray(try cursor.address())
        case 4:
            try cursor.skip(5)
            return .extensibleArray(try cursor.address())
        case 5:
            try cursor.skip(6)
            return .tree2(try cursor.address())
        case let number:
            throw cursor.error(
                .unsupportedFeature,
                "Chunks are found by an index of the kind \(number), which is not "
                    + "known.")
        }
    }
}

/// What a chunk has when it is packed.
struct HDF5PackedSize: Hashable, Sendable {
    var byteCount: UInt64
    /// Bit n: filter n was not used.
    var mask: UInt32
}

/// A chunk that has been written.
struct HDF5Chunk: Hashable, Sendable {
    /// Its number, row-major among all chunks of the data set.
    var number: Int
    var address: UInt64
    var byteCount: UInt64
    var mask: UInt32
}
