import LTFNBytes

/// A chunk as it will stand in the file, and what it adds to the digest of its variable.
struct FinishedChunk: Sendable {
    var chunk: EncodedChunk
    /// Of the values in the chunk; nil when the digest is made elsewhere.
    var leaves: ValueHash.Leaves?
    /// The variable whose last leaves these are.
    var endOf: Int?
}
