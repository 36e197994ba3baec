/// `.gz` files (RFC 1952).
public enum Gzip {
    /// Whether `bytes` begin as a gzip member does.
    public static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 3 && bytes[0] == 0x1F && bytes[1] == 0x8B && bytes[2] == 8
    }

    /// The bytes of all members, one after the other. Zeros after a member are padding, as of a
    /// tape or a block device.
    ///
    /// - Throws: `notThisFormat`, `truncated`, `corrupt`, `checksumMismatch`; `limitExceeded` when
    ///   there are more than `limit` bytes, before more than that is allocated.
    public static func decompress(
        _ compressed: [UInt8], limit: Int
    ) throws(FormatError) -> [UInt8] {
        do throws(FormatError) {
            return try members(compressed, limit: limit)
        } catch {
            var failure = error
            failure.format = "gzip"
            throw failure
        }
    }

    private static func members(
        _ compressed: [UInt8], limit: Int
    ) throws(FormatError) -> [UInt8] {
        guard isGzip(compressed) else {
            throw FormatError(.notThisFormat, "The file does not begin as a gzip file does.")
        }
        let stream = ZStream(.inflating, framing: .gzip)
        var bytes: [UInt8] = []
        try bytes.makeRoom(forMore: likelyByteCount(compressed, limit: limit))
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var start = 0
        while start < compressed.count {
            if start > 0 && !isGzip(Array(compressed[start...].prefix(3))) {
                throw FormatError(
                    .corrupt, offset: UInt64(start),
                    "\(compressed.count - start) bytes that are not gzip follow the end.")
            }
            stream.reset()
            start = try member(stream, compressed, from: start, &piece, onto: &bytes, limit)
            while start < compressed.count, compressed[start] == 0 { start += 1 }
        }
        return bytes
    }

    /// - Returns: where the member ends.
    private static func member(
        _ stream: ZStream, _ compressed: [UInt8], from start: Int, _ piece: inout [UInt8],
        onto bytes: inout [UInt8], _ limit: Int
    ) throws(FormatError) -> Int {
        var position = start
        while true {
            var output = piece.mutableRawSpan
            let progress = stream.run(
                compressed.rawSpan.extracting(position...), into: &output)
            position += progress.consumed
            if progress.produced > limit - bytes.count {
                throw FormatError(
                    .limitExceeded, offset: UInt64(position),
                    "The file unpacks to more than \(limit) bytes.")
            }
            try bytes.makeRoom(forMore: progress.produced)
            bytes += piece[..<progress.produced]
            switch progress.status {
            case .end: return position
            case .failed(let words): throw Inflater.failure(words, at: position)
            case .more:
                if progress.produced < piece.count {
                    throw FormatError(
                        .truncated, offset: UInt64(position), "The file ends too early.")
                }
            }
        }
    }

    /// What the last member says of itself: only a hint, so within what is possible and allowed.
    private static func likelyByteCount(_ compressed: [UInt8], limit: Int) -> Int {
        guard compressed.count >= 18 else { return 0 }
        let claim = compressed.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        let (possible, overflow) = compressed.count.multipliedReportingOverflow(by: 1032)
        return max(0, min(claim, limit, overflow ? Int.max : possible))
    }
}
