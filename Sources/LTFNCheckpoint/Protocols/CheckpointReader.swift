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

    /// The length of the other files that values are read from.
    var baseByteCount: UInt64 { get }

    /// Makes sure that the other files that values are read from are there.
    ///
    /// - Throws: `io`.
    func expectBases() throws(FormatError)
}

extension CheckpointReader {
    public var baseByteCount: UInt64 { 0 }

    public func expectBases() throws(FormatError) {}

    /// How many bytes of values may be made out of the files that are read.
    ///
    /// - Parameter fileByteCount: the length of the file that was opened.
    public func expansion(_ limits: DecodingLimits, fileByteCount: UInt64) -> UInt64 {
        let (sum, overflow) = fileByteCount.addingReportingOverflow(baseByteCount)
        return limits.expansion(ofFileWith: overflow ? .max : sum)
    }
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
