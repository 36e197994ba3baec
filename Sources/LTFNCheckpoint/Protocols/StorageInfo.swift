/// How a variable is stored.
public struct StorageInfo: Hashable, Sendable {
    /// The bytes that the values take in the file; 0 for a tied variable.
    public var storedByteCount: UInt64
    /// The codecs used; of values that do not stand in the file, the word for where they come from.
    public var codecs: [StoredCodec]
    /// What else is to be undone when reading: `column-major`, `big-endian`.
    public var layout: [String]

    public init(storedByteCount: UInt64, codecs: [StoredCodec], layout: [String] = []) {
        self.storedByteCount = storedByteCount
        self.codecs = codecs
        self.layout = layout
    }

    public init(storedByteCount: UInt64, codec: String, layout: [String] = []) {
        self.init(
            storedByteCount: storedByteCount, codecs: [StoredCodec(codec)], layout: layout)
    }

    /// In words: `planes ×3, raw ×1`.
    public var text: String {
        (codecs.map(\.text) + layout).joined(separator: ", ")
    }
}

/// A codec that values are stored with.
public struct StoredCodec: Hashable, Sendable {
    /// `planes`
    public let name: String
    /// How many chunks are stored so; nil: the format has no chunks.
    public let chunkCount: Int?

    public init(_ name: String, chunkCount: Int? = nil) {
        self.name = name
        self.chunkCount = chunkCount
    }

    /// `planes ×3`
    public var text: String { chunkCount.map { "\(name) ×\($0)" } ?? name }
}
