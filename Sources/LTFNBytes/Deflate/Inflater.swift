/// Decompresses one block of bytes after the other. One thread at a time.
public final class Inflater {
    private let stream: ZStream
    private var literals: LiteralInflater?

    public init(framing: DeflateFraming = .raw) {
        stream = ZStream(.inflating, framing: framing)
        literals = framing == .raw ? LiteralInflater() : nil
    }

    /// Fills `output` with the bytes that `compressed` stands for.
    ///
    /// - Throws: as `Deflate.decompress`, with the same offsets; `output` is then of no use.
    public func decompress(
        _ compressed: RawSpan, into output: inout MutableRawSpan
    ) throws(FormatError) {
        if literals?.decompress(compressed, into: &output) == true { return }
        try decompressAnything(compressed, into: &output)
    }

    /// The same by zlib alone: the oracle of the faster decoder, and the judge of what it refuses.
    package func decompressAnything(
        _ compressed: RawSpan, into output: inout MutableRawSpan
    ) throws(FormatError) {
        stream.reset()
        let progress = stream.run(compressed, into: &output)
        let expected = output.byteCount
        switch progress.status {
        case .end:
            if progress.produced < expected {
                throw FormatError(
                    .corrupt, offset: UInt64(progress.consumed),
                    "The compressed bytes hold \(progress.produced) bytes instead of "
                        + "\(expected).")
            }
        case .more:
            try finish(compressed, after: progress, expected: expected)
            return
        case .failed(let words):
            throw Inflater.failure(words, at: progress.consumed)
        }
        try Inflater.expectAllUsed(compressed, progress.consumed)
    }

    /// The output is full or the input used up, yet the end mark has not been seen.
    private func finish(
        _ compressed: RawSpan, after progress: ZStream.Progress, expected: Int
    ) throws(FormatError) {
        var extra: [UInt8] = [0]
        var output = extra.mutableRawSpan
        let rest = stream.run(compressed.extracting(progress.consumed...), into: &output)
        let consumed = progress.consumed + rest.consumed
        if case .failed(let words) = rest.status { throw Inflater.failure(words, at: consumed) }
        if progress.produced == expected && rest.produced > 0 {
            throw FormatError(
                .corrupt, offset: UInt64(consumed),
                "The compressed bytes hold more than the expected \(expected) bytes.")
        }
        guard case .end = rest.status else {
            throw FormatError(
                .truncated, offset: UInt64(consumed), "The compressed bytes end too early.")
        }
        try Inflater.expectAllUsed(compressed, consumed)
    }

    private static func expectAllUsed(
        _ compressed: RawSpan, _ consumed: Int
    ) throws(FormatError) {
        if consumed < compressed.byteCount {
            throw FormatError(
                .corrupt, offset: UInt64(consumed),
                "\(compressed.byteCount - consumed) bytes follow the end of the compressed bytes.")
        }
    }

    /// The error behind zlib's words.
    static func failure(_ words: String, at offset: Int) -> FormatError {
        if words == "incorrect data check" || words == "incorrect length check" {
            return FormatError(
                .checksumMismatch, offset: UInt64(offset),
                "The checksum of the compressed bytes is wrong: they have been damaged.")
        }
        return FormatError(
            .corrupt, offset: UInt64(offset), "The compressed bytes are damaged: \(words).")
    }
}
