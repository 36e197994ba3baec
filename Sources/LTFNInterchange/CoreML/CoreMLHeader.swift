import LTFNBytes
import LTFNCheckpoint

/// What a model says of itself beside its network.
struct CoreMLHeader {
    private(set) var specificationVersion: UInt64 = 0
    /// Its description, in one piece or several.
    private(set) var description: [Range<UInt64>] = []
    /// The entries of its metadata that are free.
    private(set) var entries: [(key: String, value: String)] = []
    private var texts: [Int: String] = [:]

    /// The newest that is known.
    static let newestVersion: UInt64 = 10
    /// The key under which our own files say which variable a weight of a layer is.
    static let namesKey = "ltfn.names"

    /// Whether it is a file of ours.
    var isOwn: Bool { entries.contains { $0.key == Self.namesKey } }

    mutating func take(version: UInt64) { specificationVersion = version }

    mutating func take(description range: Range<UInt64>) throws(FormatError) {
        try description.makeRoomForOne()
        description.append(range)
    }

    /// Reads the metadata of the description.
    mutating func readMetadata(
        _ model: ProtobufMessage, limits: DecodingLimits
    ) throws(FormatError) {
        typealias Field = CoreMLField.Metadata
        var pieces: [Range<UInt64>] = []
        try model.message(description).forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value,
                field.number == CoreMLField.Description.metadata
            else { return }
            try pieces.makeRoomForOne()
            pieces.append(range)
        }
        var tally = AvailableMemory.Tally()
        try model.message(pieces).forEachField { field, reader throws(FormatError) in
            guard case .bytes(let range) = field.value else { return }
            switch field.number {
            case Field.shortDescription, Field.version, Field.author, Field.license:
                texts[field.number] = try reader.string(range)
            case Field.userDefined:
                let entry = try CoreMLEntry(
                    reader.message(range), limit: limits.indexByteCount)
                try tally.add(entry.key.utf8.count + entry.value.utf8.count)
                try entries.makeRoomForOne()
                entries.append((entry.key, entry.value))
            default: break
            }
        }
    }

    /// The metadata of the file: its free entries as they are, and, of a file of another program,
    /// what else it says, under keys that begin with `coreml.`.
    ///
    /// - Returns: also how many entries another one of the same key replaced.
    func metadata() -> (strings: [(key: String, value: String)], replacedCount: Int) {
        var known: [ByteString: Int] = [:]
        var strings: [(key: String, value: String)] = []
        for entry in entries {
            if let index = known[ByteString(entry.key)] {
                strings[index].value = entry.value
            } else {
                known[ByteString(entry.key)] = strings.count
                strings.append(entry)
            }
        }
        let replacedCount = entries.count - strings.count
        if isOwn {
            return (strings.filter { $0.key != Self.namesKey }, replacedCount)
        }
        for fact in facts where known[ByteString(fact.key)] == nil { strings.append(fact) }
        return (strings, replacedCount)
    }

    private var facts: [(key: String, value: String)] {
        typealias Field = CoreMLField.Metadata
        let names = [
            (Field.shortDescription, "short_description"), (Field.version, "version"),
            (Field.author, "author"), (Field.license, "license"),
        ]
        var facts = [("coreml.specification_version", String(specificationVersion))]
        for (field, name) in names {
            if let text = texts[field], !text.isEmpty { facts.append(("coreml." + name, text)) }
        }
        return facts
    }

    /// What is newer than what is known, a sentence each.
    var notes: [String] {
        guard specificationVersion > Self.newestVersion else { return [] }
        return [
            "The model is of version \(specificationVersion) of Core ML's specification; what came "
                + "after version \(Self.newestVersion) is passed over."
        ]
    }
}

/// A key with a value that is text, as maps have them.
struct CoreMLEntry {
    private(set) var key = ""
    private(set) var value = ""

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufReader, limit: Int) throws(FormatError) {
        var reader = message
        while let field = try reader.next() {
            guard case .bytes(let range) = field.value else { continue }
            switch field.number {
            case CoreMLField.Entry.key: key = try reader.string(range)
            case CoreMLField.Entry.value: value = try reader.string(range, limit: limit)
            default: break
            }
        }
    }
}

/// A key with a value that is a message, as maps have them.
struct CoreMLMapEntry {
    private(set) var key = ""
    private(set) var value: [Range<UInt64>] = []

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ message: ProtobufReader) throws(FormatError) {
        var reader = message
        while let field = try reader.next() {
            guard case .bytes(let range) = field.value else { continue }
            switch field.number {
            case CoreMLField.Entry.key: key = try reader.string(range)
            case CoreMLField.Entry.value:
                try value.makeRoomForOne()
                value.append(range)
            default: break
            }
        }
    }
}
