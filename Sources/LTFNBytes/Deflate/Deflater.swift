/// Compresses one block of bytes after the other with the same settings. One thread at a time.
public final class Deflater {
    private let stream: ZStream

    /// - Parameter level: 0 (stored) to 9 (smallest).
    public init(
        level: Int = 6, strategy: DeflateStrategy = .default, framing: DeflateFraming = .raw
    ) {
        let level = min(max(level, 0), 9)
        stream = ZStream(.deflating(level: level, strategy: strategy), framing: framing)
    }

    /// The compressed form of `bytes`.
    public func compress(_ bytes: RawSpan) -> [UInt8] {
        // The bound holds for every input, so the result is never nil.
        compress(bytes, within: Deflater.bound(forByteCount: bytes.byteCount)) ?? []
    }

    /// The compressed form of `bytes`, or nil when it is longer than `limit` bytes.
    public func compress(_ bytes: RawSpan, within limit: Int) -> [UInt8]? {
        if limit < 0 { return nil }
        stream.reset()
        let capacity = min(limit, Deflater.bound(forByteCount: bytes.byteCount))
        // zlib says that it is at the end only when there is room for one more byte.
        var compressed = [UInt8](repeating: 0, count: capacity + 1)
        var output = compressed.mutableRawSpan
        let progress = stream.run(bytes, into: &output)
        guard case .end = progress.status, progress.produced <= capacity else { return nil }
        return Array(compressed[..<progress.produced])
    }

    /// No compressed form is longer: stored blocks of 127 bytes with heads of 5, and the framing.
    /// (zlib's own bound is too low for level 0 in some versions.)
    private static func bound(forByteCount byteCount: Int) -> Int {
        byteCount + byteCount / 25 + 64
    }
}
