import LTFNBytes

/// A format whose checkpoints are kept in several files: an index, and parts that it names.
public protocol SetFormat: CheckpointFormat {
    /// The most bytes of values in a part that is written; a longer variable gets its own. nil: all
    /// in one part.
    var shardByteCount: UInt64? { get set }

    /// What of a set a file called `name` is; nil: nothing.
    func member(named name: String) -> SetMember?

    /// What the index is called of the set that `name`, which is the name of no index, stands for:
    /// the beginning that all its files share, a part that cannot be read alone. nil: of none.
    func index(naming name: String) -> String?

    /// What the index of the set is called that is to be written as `name`.
    func index(writing name: String) -> String

    /// Which files the index `name` speaks of that are called as the parts of this very set are;
    /// none when it cannot be read.
    func ownParts(
        ofIndex source: any ByteSource, named name: String, limits: DecodingLimits
    ) -> [String]
}

/// What a file of a set is.
public enum SetMember: Hashable, Sendable {
    case index
    /// A file of values, that the index called so names.
    case part(index: String, isReadAlone: Bool)
}
