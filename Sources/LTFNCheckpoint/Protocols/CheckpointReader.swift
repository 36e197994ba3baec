import LTFNBytes

/// An open checkpoint, from which variables are read one at a time.
///
/// Safe to use from several threads at once.
public protocol CheckpointReader: Sendable {
    var manifest: Manifest { get }

    /// The values of `manifest.variables[index]`; for a tied variable those of its target.
    ///
    /// - Throws: `truncated`, `corrupt`, `checksumMismatch`, `limitExceeded`, `io`.
    func read(_ index: Int) throws(FormatError) -> TensorData

    /// How `manifest.variables[index]` is stored.
    func storage(_ index: Int) -> StorageInfo
}

/// How a variable is stored.
public struct StorageInfo: Hashable, Sendable {
    /// The bytes that the values take in the file; 0 for a tied variable.
    public var storedByteCount: UInt64
    /// The codecs used, each with its number of chunks: `planes ×3, raw ×1`.
    public var codec: String

    public init(storedByteCount: UInt64, codec: String) {
        self.storedByteCount = storedByteCount
        self.codec = codec
    }
}
