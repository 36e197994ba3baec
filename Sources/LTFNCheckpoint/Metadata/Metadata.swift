import LTFNBytes

/// A value of the file's or a variable's metadata.
public indirect enum MetadataValue: Hashable, Sendable {
    case bool(Bool)
    case i64(Int64)
    case u64(UInt64)
    /// Compared by its bits, so that NaN equals itself and 0 differs from -0.
    case f64(bits: UInt64)
    case string(String)
    case bytes([UInt8])
    case list([MetadataValue])
    case map(Metadata)

    public static func f64(_ value: Double) -> MetadataValue { .f64(bits: value.bitPattern) }

    /// How deep lists and maps may be nested.
    public static let maximumDepth = 64
}

/// Keys with typed values, ordered by the UTF-8 bytes of the keys.
public struct Metadata: Hashable, Sendable {
    /// A key and its value.
    public struct Entry: Hashable, Sendable {
        public let key: ByteString
        public let value: MetadataValue
    }

    /// In ascending order of the keys' UTF-8 bytes, every key once.
    public private(set) var entries: [Entry] = []

    public init() {}

    /// All of `pairs`, which may come in any order.
    ///
    /// Complexity: O(n log n).
    ///
    /// - Throws: `corrupt` for a key that stands twice.
    public init(
        unordered pairs: [(key: String, value: MetadataValue)]
    ) throws(FormatError) {
        entries = pairs.map { Entry(key: ByteString($0.key), value: $0.value) }
            .sorted { $0.key < $1.key }
        for index in entries.indices.dropFirst() where entries[index - 1].key == entries[index].key
        {
            throw FormatError(
                .corrupt, "The key \"\(entries[index].key)\" of the metadata stands twice.")
        }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// Complexity: O(log n) to read, O(n) to insert.
    public subscript(key: String) -> MetadataValue? {
        get {
            let key = ByteString(key)
            let index = position(of: key)
            return index < entries.count && entries[index].key == key ? entries[index].value : nil
        }
        set {
            let key = ByteString(key)
            let index = position(of: key)
            let exists = index < entries.count && entries[index].key == key
            switch (newValue, exists) {
            case (let value?, true): entries[index] = Entry(key: key, value: value)
            case (let value?, false): entries.insert(Entry(key: key, value: value), at: index)
            case (nil, true): entries.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Adds a key after all others, in O(1).
    ///
    /// - Parameter value: made when `key` is known to sort after the last one.
    /// - Returns: false, and nothing changes, when it does not.
    /// - Throws: what `value` throws; `io` when memory is short.
    public mutating func append(
        _ key: String, _ value: () throws(FormatError) -> MetadataValue
    ) throws(FormatError) -> Bool {
        let key = ByteString(key)
        if let last = entries.last, !(last.key < key) { return false }
        try entries.makeRoomForOne()
        entries.append(Entry(key: key, value: try value()))
        return true
    }

    private func position(of key: ByteString) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Metadata: ExpressibleByDictionaryLiteral {
    /// A later value of the same key replaces the earlier one.
    public init(dictionaryLiteral elements: (String, MetadataValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}
