import LTFNBytes

/// A chunk as it will stand in the file, and what it adds to the digest of its variable.
struct FinishedChunk: Sendable {
    var chunk: EncodedChunk
    /// Of the values in the chunk; nil when the digest is made elsewhere.
    var leaves: ValueHash.Leaves?
    /// The variable whose last leaves these are.
    var endOf: Int?
    /// Of the base file's values in the place of the chunk; nil when it has none.
    var original: OriginalPart?
}

/// A part of a variable of the base file that has been read for a chunk.
struct OriginalPart: Sendable {
    var leaves: ValueHash.Leaves
    /// The variable in the base file whose last leaves these are.
    var endOf: Int?
}
