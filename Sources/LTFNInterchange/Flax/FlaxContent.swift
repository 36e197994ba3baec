import LTFNBytes
import LTFNCheckpoint

/// All arrays of a tree that Flax packed, and the numbers and texts in it, by the keys that lead to
/// them, joined by slashes.
struct FlaxContent {
    /// An array, in one piece or in several.
    struct Leaf {
        var name: String
        /// nil: that of the one piece.
        var dimensions: [Int]?
        var pieces: [FlaxArray]
    }

    private(set) var leaves: [Leaf] = []
    private(set) var metadata: [(key: String, value: MetadataValue)] = []
    /// Extensions of other types, and what is null.
    private(set) var strangerCount = 0
    private(set) var nullCount = 0
    private let limits: DecodingLimits
    private var tally = AvailableMemory.Tally()

    /// How deep maps may stand in maps.
    private static let depthLimit = 128
    /// How long the keys to a leaf may be together.
    private static let pathByteLimit = 4096
    /// The key that says that a map is an array in pieces.
    private static let chunked = "__msgpack_chunked_array__"

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ source: any ByteSource, limits: DecodingLimits) throws(FormatError) {
        self.limits = limits
        var reader = MessagePackReader(
            WindowedSource(source), 0..<source.byteCount, format: FlaxFormat.name)
        try walk(&reader, path: "", depth: 0)
        guard reader.remaining == 0 else {
            throw reader.error(
                .corrupt,
                "\(NumberText.counted(reader.remaining, "byte")) after the end of the tree; expected "
                    + "none.")
        }
    }

    private mutating func walk(
        _ reader: inout MessagePackReader, path: String, depth: Int
    ) throws(FormatError) {
        guard depth <= Self.depthLimit else {
            throw reader.error(
                .limitExceeded, "Maps stand in maps more than \(Self.depthLimit) deep.")
        }
        switch try reader.next() {
        case .map(let count): try walk(map: count, &reader, path: path, depth: depth)
        case .array(let count):
            for index in 0..<count {
                try walk(
                    &reader, path: try join(path, String(index), reader), depth: depth + 1)
            }
        case .extended(let type, let count):
            try add(type, try reader.subreader(count), path: path)
        case .null: nullCount += 1
        case .bool(let flag): try note(path, .bool(flag))
        case .int(let number): try note(path, .i64(number))
        case .uint(let number): try note(path, .u64(number))
        case .float(let bits): try note(path, .f64(bits: WidenedFloat.bits(of: bits)))
        case .double(let bits): try note(path, .f64(bits: bits))
        case .bytes(let count):
            try tally.add(Int(clamping: count))
            try note(path, .bytes(try reader.bytes(count)))
        case .string(let count):
            try tally.add(Int(clamping: count))
            try note(path, .string(try Self.text(count, &reader)))
        }
    }

    private static func text(
        _ count: UInt64, _ reader: inout MessagePackReader
    ) throws(FormatError) -> String {
        let start = reader
        guard let text = String(validating: try reader.bytes(count), as: UTF8.self) else {
            throw start.error(.corrupt, "A string is not valid UTF-8.")
        }
        return text
    }

    private func join(
        _ path: String, _ key: String, _ reader: MessagePackReader
    ) throws(FormatError) -> String {
        let result = path.isEmpty ? key : path + "/" + key
        guard result.utf8.count <= Self.pathByteLimit else {
            throw reader.error(
                .limitExceeded,
                "The keys that lead to a value have more than \(Self.pathByteLimit) bytes.")
        }
        return result
    }

    private mutating func note(_ path: String, _ value: MetadataValue) throws(FormatError) {
        try tally.add(path.utf8.count + MemoryLayout<MetadataValue>.stride)
        try metadata.makeRoomForOne()
        metadata.append((path.isEmpty ? "value" : path, value))
    }
}

// Maps and arrays.
extension FlaxContent {
    private mutating func walk(
        map count: UInt64, _ reader: inout MessagePackReader, path: String, depth: Int
    ) throws(FormatError) {
        for index in 0..<count {
            let key = try Self.key(&reader)
            if index == 0, key == Self.chunked {
                return try add(chunks: &reader, count: count, path: path)
            }
            try walk(&reader, path: try join(path, key, reader), depth: depth + 1)
        }
    }

    /// Lists become maps of numbers.
    private static func key(_ reader: inout MessagePackReader) throws(FormatError) -> String {
        let start = reader
        switch try reader.next() {
        case .string(let count):
            guard count <= UInt64(pathByteLimit) else { break }
            return try text(count, &reader)
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        default: break
        }
        throw start.error(
            .unsupportedFeature,
            "A key of a map is neither a number nor a text of up to \(pathByteLimit) bytes.")
    }

    private mutating func add(
        _ type: Int8, _ reader: MessagePackReader, path: String
    ) throws(FormatError) {
        switch type {
        case FlaxArray.array, FlaxArray.scalar:
            let array = try FlaxArray(reader, limits: limits)
            try add(Leaf(name: path.isEmpty ? "array" : path, pieces: [array]), reader)
        case FlaxArray.complex:
            var parts = reader
            guard case .array(2) = try parts.next(), case .double(let real) = try parts.next(),
                case .double(let imaginary) = try parts.next(), parts.remaining == 0
            else { throw reader.error(.corrupt, "A complex number is no pair of numbers.") }
            try note(path, .list([.f64(bits: real), .f64(bits: imaginary)]))
        default: strangerCount += 1
        }
    }

    private mutating func add(
        _ leaf: Leaf, _ reader: MessagePackReader
    ) throws(FormatError) {
        guard leaves.count < limits.variableCount else {
            throw reader.error(
                .limitExceeded,
                "The file holds more than the \(limits.variableCount) arrays that are allowed.")
        }
        try tally.add(MemoryLayout<Leaf>.stride + leaf.name.utf8.count + 128)
        try leaves.makeRoomForOne()
        leaves.append(leaf)
    }

    /// An array in pieces: `{"__msgpack_chunked_array__": true, "shape": {"0": …}, "chunks": {"0":
    /// …}}`, the first key of which has been read.
    private mutating func add(
        chunks reader: inout MessagePackReader, count: UInt64, path: String
    ) throws(FormatError) {
        let start = reader
        guard count == 3, case .bool = try reader.next(),
            try Self.key(&reader) == "shape", case .map(let rank) = try reader.next()
        else { throw Self.noChunks(start) }
        guard rank <= UInt64(max(limits.rank, 0)) else {
            throw start.error(
                .limitExceeded, "An array has \(rank) axes; \(limits.rank) are allowed.")
        }
        var dimensions: [Int] = []
        for index in 0..<rank {
            guard try Self.key(&reader) == String(index), case .int(let extent) = try reader.next(),
                extent >= 0, let dimension = Int(exactly: extent)
            else { throw Self.noChunks(start) }
            dimensions.append(dimension)
        }
        guard try Self.key(&reader) == "chunks", case .map(let chunkCount) = try reader.next(),
            chunkCount > 0
        else { throw Self.noChunks(start) }
        var pieces: [FlaxArray] = []
        for index in 0..<chunkCount {
            guard try Self.key(&reader) == String(index),
                case .extended(FlaxArray.array, let byteCount) = try reader.next()
            else { throw Self.noChunks(start) }
            try tally.add(MemoryLayout<FlaxArray>.stride)
            try pieces.makeRoomForOne()
            pieces.append(try FlaxArray(try reader.subreader(byteCount), limits: limits))
        }
        try add(
            Leaf(name: path.isEmpty ? "array" : path, dimensions: dimensions, pieces: pieces), start
        )
    }

    private static func noChunks(_ reader: MessagePackReader) -> FormatError {
        reader.error(
            .corrupt,
            "An array in pieces is not described as Flax does it: by its shape and its chunks, "
                + "numbered from 0 on.")
    }
}
