import LTFNBytes

/// Where everything stands in an index, by the text of the specification.
///
/// The index may be damaged: what stands after the damage is then not in the map.
public struct IndexMap: Sendable {
    /// A number of 1 to 8 bytes.
    public struct Field: Hashable, Sendable {
        public var offset: Int
        public var byteCount: Int
    }

    /// A variable's record.
    public struct Record: Hashable, Sendable {
        public var content: Range<Int>
        public var storage: Range<Int>
        /// Where the digest of the values stands; nil for a tied variable.
        public var digest: Int?
    }

    /// The part of the index before its sections.
    public static let headByteCount = 88

    public private(set) var fields: [Field] = []
    public private(set) var records: [Record] = []
    public private(set) var metadata = 0..<0
    public private(set) var graph = 0..<0
    public private(set) var bases = 0..<0
    public private(set) var retired = 0..<0
    public private(set) var variables = 0..<0
    public private(set) var table = 0..<0
    /// Whether every variable has been found.
    public private(set) var isWhole = false

    private let index: [UInt8]
    private var reader: ByteReader

    /// Deeper than any metadata may be.
    private static let maximumDepth = 80

    public init(_ index: [UInt8]) {
        self.index = index
        reader = ByteReader(index)
        do {
            try walk()
            isWhole = true
        } catch {
            return
        }
    }

    /// The content digest that the index should have; nil when the index is damaged.
    public var contentDigest: [UInt8]? {
        guard isWhole else { return nil }
        var content = ByteWriter()
        content.string("ltfn content 1\0\0")
        content.u64(UInt64(metadata.count))
        content.append(index[metadata])
        content.u64(UInt64(graph.count))
        content.append(index[graph])
        content.u64(UInt64(records.count))
        for record in records { content.append(index[record.content]) }
        return SHA256.digest(content.bytes).bytes
    }

    /// Where the records of the chunk table begin.
    public var recordStarts: [Int] {
        Array(stride(from: table.lowerBound, to: table.upperBound - 23, by: 24))
    }

    private var position: Int { index.count - reader.remaining }

    private mutating func walk() throws(FormatError) {
        try reader.skip(40)
        var counts: [Int] = []
        for _ in 0..<5 { counts.append(try CheckedSize.int(try number(8))) }
        let baseCount = Int(try number(4))
        let retiredCount = Int(try number(4))
        metadata = position..<position
        graph = metadata
        try map(depth: 0)
        metadata = metadata.lowerBound..<position
        guard metadata.count == counts[2] else { throw damage }
        graph = position..<position
        if counts[3] > 0 { try walkGraph() }
        graph = graph.lowerBound..<position
        guard graph.count == counts[3] else { throw damage }
        bases = try section(baseCount, of: 32)
        retired = try section(retiredCount, of: 24)
        for start in stride(from: retired.lowerBound, to: retired.upperBound, by: 24) {
            add(start, [8, 8, 4, 4])
        }
        variables = position..<position
        for _ in 0..<counts[0] { try walkVariable() }
        variables = variables.lowerBound..<position
        guard variables.count == counts[4] else { throw damage }
        table = position..<index.count
        for start in recordStarts { add(start, [1, 1, 2, 4, 8, 8]) }
    }

    private var damage: FormatError { reader.error(.corrupt, "The index is damaged.") }

    private mutating func section(_ count: Int, of byteCount: Int) throws(FormatError) -> Range<Int>
    {
        let start = position
        guard count <= reader.remaining / byteCount else { throw damage }
        try reader.skip(count * byteCount)
        return start..<position
    }

    private mutating func add(_ offset: Int, _ byteCounts: [Int]) {
        var offset = offset
        for byteCount in byteCounts {
            fields.append(Field(offset: offset, byteCount: byteCount))
            offset += byteCount
        }
    }

    private mutating func number(_ byteCount: Int) throws(FormatError) -> UInt64 {
        let field = Field(offset: position, byteCount: byteCount)
        var value: UInt64 = 0
        for place in 0..<byteCount { value |= UInt64(try reader.u8()) << UInt64(8 * place) }
        fields.append(field)
        return value
    }

    private mutating func text() throws(FormatError) {
        try reader.skip(try CheckedSize.int(try number(8)))
    }

    private mutating func map(depth: Int) throws(FormatError) {
        guard depth < Self.maximumDepth else { throw damage }
        let count = try number(8)
        guard count <= UInt64(reader.remaining) else { throw damage }
        for _ in 0..<count {
            try text()
            try value(depth: depth)
        }
    }

    private mutating func value(depth: Int) throws(FormatError) {
        guard depth < Self.maximumDepth else { throw damage }
        switch try number(1) {
        case 1: _ = try number(1)
        case 2, 3, 4: _ = try number(8)
        case 5, 6: try text()
        case 7:
            let count = try number(8)
            guard count <= UInt64(reader.remaining) else { throw damage }
            for _ in 0..<count { try value(depth: depth + 1) }
        case 8: try map(depth: depth + 1)
        default: throw damage
        }
    }

    private mutating func walkGraph() throws(FormatError) {
        try text()
        for _ in 0..<(try number(1)) { _ = try number(8) }
        _ = try number(8)
        _ = try number(8)
        let count = try number(8)
        guard count <= UInt64(reader.remaining) else { throw damage }
        for _ in 0..<count {
            try text()
            switch try number(1) {
            case 1:
                try weights()
                for byteCount in [8, 8, 1] { _ = try number(byteCount) }
            case 2, 4: break
            case 3: for byteCount in [8, 8, 8, 8, 1] { _ = try number(byteCount) }
            case 5: try weights()
            default: throw damage
            }
        }
    }

    /// The names of a kernel and of a bias that may be left out.
    private mutating func weights() throws(FormatError) {
        try text()
        if try number(1) != 0 { try text() }
    }

    private mutating func walkVariable() throws(FormatError) {
        let start = position
        try reader.skip(Int(try number(2)))
        _ = try number(1)
        for _ in 0..<(try number(1)) { _ = try number(8) }
        let presence = try number(1)
        let isTied = presence & 4 != 0
        let digest = isTied ? nil : position
        if isTied { _ = try number(8) } else { try reader.skip(32) }
        if presence & 1 != 0 { try initializer() }
        if presence & 2 != 0 { try map(depth: 0) }
        let content = start..<position
        if !isTied {
            switch try number(1) {
            case 0: _ = try number(1)
            case 2: _ = try number(2)
            default: break
            }
        }
        records.append(
            Record(content: content, storage: content.upperBound..<position, digest: digest))
    }

    private mutating func initializer() throws(FormatError) {
        let kind = try number(1)
        let presence = try number(1)
        let parameters: [Int]
        switch kind {
        case 3, 7: parameters = [8]
        case 4, 5, 6: parameters = [8, 8]
        case 8: parameters = [8, 1, 1]
        default: parameters = []
        }
        for byteCount in parameters { _ = try number(byteCount) }
        if kind == 15 {
            try text()
            try map(depth: 0)
        }
        for _ in 0..<(presence & 1 != 0 ? 4 : 2) { _ = try number(8) }
        if presence & 2 != 0 {
            _ = try number(4)
            try reader.skip(32)
        }
    }
}
