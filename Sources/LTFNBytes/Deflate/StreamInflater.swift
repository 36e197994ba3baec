/// Decompresses bytes that come and go piece by piece. One thread at a time.
public final class StreamInflater {
    private let stream: ZStream

    public init(framing: DeflateFraming = .raw) {
        stream = ZStream(.inflating, framing: framing)
    }

    /// How far a call came.
    public struct Progress: Hashable, Sendable {
        /// How many of the compressed bytes are used.
        public var consumed: Int
        /// What they stand for.
        public var bytes: [UInt8]
        /// Whether the compressed stream has ended: what follows is not part of it.
        public var isAtEnd: Bool
    }

    /// Goes on with `compressed`, which follow those used so far.
    ///
    /// - Parameter limit: how many bytes may come back.
    /// - Throws: `corrupt`, `checksumMismatch`; the offset counts from the first of `compressed`.
    public func decompress(
        _ compressed: [UInt8], upTo limit: Int
    ) throws(FormatError) -> Progress {
        try AvailableMemory.expect(limit)
        var bytes = [UInt8](repeating: 0, count: max(limit, 0))
        var output = bytes.mutableRawSpan
        let progress = stream.run(compressed.rawSpan, into: &output)
        if case .failed(let words) = progress.status {
            throw Inflater.failure(words, at: progress.consumed)
        }
        bytes.removeLast(bytes.count - progress.produced)
        var isAtEnd = false
        if case .end = progress.status { isAtEnd = true }
        return Progress(consumed: progress.consumed, bytes: bytes, isAtEnd: isAtEnd)
    }
}
