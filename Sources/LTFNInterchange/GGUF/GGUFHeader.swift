import LTFNBytes
import LTFNCheckpoint

/// What stands before the values of a GGUF file.
///
///     4   GGUF        4   version         8   number of tensors      8   number of keys
///     keys: string, type, value
///     tensors: string, 4 number of axes, 8 each axis, 4 type, 8 offset
///     zeros up to the alignment, from where offsets count
///
/// A string is 8 bytes of length and its bytes; the fastest axis comes first.
struct GGUFHeader {
    /// A tensor as it is described.
    struct Tensor {
        var name: String
        /// The slowest axis first.
        var dimensions: [Int]
        var type: UInt32
        /// From where the values of the file begin.
        var offset: UInt64
    }

    let metadata: GGUFMetadata
    private(set) var tensors: [Tensor] = []
    /// Where values begin.
    let valueOffset: UInt64
    let alignment: UInt64
    /// Where the header itself ends.
    let byteCount: UInt64

    static let magic = Array("GGUF".utf8)
    /// The version that is written, and the one before, which only differs in its number.
    static let version: UInt32 = 3
    private static let oldestVersion: UInt32 = 2

    /// - Throws: `notThisFormat`, `unsupportedVersion`, `unsupportedFeature`, `corrupt`,
    ///   `truncated`, `limitExceeded`, `io`.
    init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        var cursor = GGUFCursor(source, limit: limits.indexByteCount)
        guard try cursor.bytes(4) == Self.magic else {
            throw FormatError(
                .notThisFormat, format: GGUFFormat.name,
                "The file does not begin with GGUF, as such files do.")
        }
        try Self.expectVersion(&cursor)
        let tensorCount: UInt64 = try cursor.number()
        let keyCount: UInt64 = try cursor.number()
        guard tensorCount <= UInt64(max(limits.variableCount, 0)) else {
            throw cursor.error(
                .limitExceeded,
                "The file has \(tensorCount) tensors; \(limits.variableCount) are allowed.")
        }
        // The length of a name, the number of axes, a type and an offset.
        try cursor.expect(tensorCount, of: 24, "tensors")
        metadata = try GGUFMetadata(&cursor, count: keyCount)
        alignment = try metadata.alignment
        var tally = AvailableMemory.Tally()
        for _ in 0..<tensorCount {
            let tensor = try Self.tensor(&cursor, limits)
            try tally.add(tensor.name.utf8.count + 8 * tensor.dimensions.count)
            try tensors.makeRoomForOne()
            tensors.append(tensor)
        }
        byteCount = cursor.position
        valueOffset = try CheckedSize.alignUp(byteCount, to: alignment, of: "the header")
    }

    private static func expectVersion(_ cursor: inout GGUFCursor) throws(FormatError) {
        let found: UInt32 = try cursor.number()
        if (oldestVersion...version).contains(found) { return }
        if (1...version).contains(found.byteSwapped) {
            throw cursor.error(
                .unsupportedFeature,
                "The file is big-endian; expected little-endian.")
        }
        throw cursor.error(
            .unsupportedVersion,
            "The file is of version \(found); expected \(oldestVersion) or \(version).")
    }

    private static func tensor(
        _ cursor: inout GGUFCursor, _ limits: DecodingLimits
    ) throws(FormatError) -> Tensor {
        let start = cursor
        guard let name = String(validating: try cursor.string(), as: UTF8.self) else {
            throw start.error(.corrupt, "The name of a tensor is not valid UTF-8.")
        }
        let rank: UInt32 = try cursor.number()
        guard rank <= UInt32(clamping: limits.rank) else {
            throw start.error(
                .limitExceeded, "A tensor has \(rank) axes; \(limits.rank) are allowed."
            ).naming(String(name.prefix(100)))
        }
        var dimensions: [Int] = []
        for _ in 0..<rank {
            let extent: UInt64 = try cursor.number()
            guard let dimension = Int(exactly: extent) else {
                throw start.error(
                    .limitExceeded, "An axis of \(extent) elements is more than 2^63 - 1."
                ).naming(String(name.prefix(100)))
            }
            dimensions.append(dimension)
        }
        return Tensor(
            name: name, dimensions: dimensions.reversed(), type: try cursor.number(),
            offset: try cursor.number())
    }
}
