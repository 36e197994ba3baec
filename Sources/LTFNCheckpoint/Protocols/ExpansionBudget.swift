import LTFNBytes

/// What may still be made out of a file, over all that a command does with it.
///
/// Each variable may be little enough and their sum too much: a thousand recipes fit into a file of
/// a few kilobytes.
public struct ExpansionBudget: Hashable, Sendable {
    /// In bytes of values.
    public let limit: UInt64
    private var used: UInt64 = 0

    public init(_ limits: DecodingLimits, fileByteCount: UInt64) {
        limit = limits.expansion(ofFileWith: fileByteCount)
    }

    /// - Parameter fileByteCount: the length of the file that `reader` opened.
    public init(
        _ limits: DecodingLimits, fileByteCount: UInt64, reader: any CheckpointReader
    ) {
        limit = reader.expansion(limits, fileByteCount: fileByteCount)
    }

    /// - Returns: whether `byteCount` bytes more are within the limit; then they are used.
    public mutating func spend(_ byteCount: UInt64) -> Bool {
        guard byteCount <= limit - used else { return false }
        used += byteCount
        return true
    }

    /// Uses `byteCount` bytes.
    ///
    /// - Throws: `limitExceeded`.
    public mutating func charge(_ byteCount: UInt64) throws(FormatError) {
        guard spend(byteCount) else {
            throw FormatError(
                .limitExceeded,
                "The values take more than the \(limit) bytes that may be made out of a file of this "
                    + "length.", remedy: .raiseExpansionLimit)
        }
    }
}
