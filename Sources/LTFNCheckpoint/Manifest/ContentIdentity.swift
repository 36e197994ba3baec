import LTFNBytes

/// What other files know the content of a checkpoint by, and what it knows others by.
public struct ContentIdentity: Hashable, Sendable {
    /// The content digest, the same however the values are stored.
    public var digest: SHA256Digest
    /// The content digests of the files that values are stored relative to.
    public var bases: [SHA256Digest]

    public init(digest: SHA256Digest, bases: [SHA256Digest] = []) {
        self.digest = digest
        self.bases = bases
    }
}
