/// Writes deflate streams (RFC 1951) of literals alone: several times as fast as zlib, and the same
/// on every machine.
package enum LiteralDeflater {
    /// The bytes that share a code: long enough that its table costs little, short enough to follow
    /// a distribution that moves.
    private static let blockByteCount = 1 << 17
    /// More than the codes of a block's codes take: 259 lengths of at most 14 bits, and 19 of 3.
    private static let tableByteCount = 512
    /// The symbol that ends a block.
    private static let endOfBlock = 256

    package static func compress(_ bytes: RawSpan) -> [UInt8] {
        compress(bytes, histograms(of: bytes))
    }

    /// How often bytes occur in each block.
    static func histograms(of bytes: RawSpan) -> [ByteHistogram] {
        blocks(of: bytes).map { ByteHistogram(bytes.extracting($0)) }
    }

    /// - Parameter histograms: those of `bytes`.
    static func compress(_ bytes: RawSpan, _ histograms: [ByteHistogram]) -> [UInt8] {
        let blocks = blocks(of: bytes)
        let most = blocks.reduce(0) {
            $0 + tableByteCount + ByteKernels.packedByteLimit(forBytes: $1.count)
        }
        return ByteKernels.bytes(atMost: most) { target in
            var stream = BitWriter(target._mutatingExtracting(0..<most))
            for (block, histogram) in zip(blocks, histograms) {
                let isLast = block.upperBound == bytes.byteCount
                write(bytes.extracting(block), histogram, isLast: isLast, to: &stream)
            }
            return stream.finish()
        }
    }

    /// One or more.
    private static func blocks(of bytes: RawSpan) -> [Range<Int>] {
        stride(from: 0, to: max(1, bytes.byteCount), by: blockByteCount).map {
            $0..<min($0 + blockByteCount, bytes.byteCount)
        }
    }

    private static func write(
        _ block: RawSpan, _ histogram: ByteHistogram, isLast: Bool, to stream: inout BitWriter
    ) {
        let counts = histogram.counts + [1]
        let lengths = HuffmanLengths.lengths(counts, limit: 15)
        let codes = HuffmanLengths.reversedCodes(lengths)
        stream.write(isLast ? 1 : 0, bitCount: 1)
        stream.write(2, bitCount: 2)
        writeTable(lengths, to: &stream)
        stream.write(block, ByteKernels.LiteralCodes(reversedCodes: codes, lengths: lengths))
        stream.write(codes[endOfBlock], bitCount: Int(lengths[endOfBlock]))
    }

    /// The code lengths, run-length coded and Huffman-coded themselves (§3.2.7).
    private static func writeTable(_ lengths: [UInt8], to stream: inout BitWriter) {
        // Two distance codes of 1 bit, which are never used: some decoders doubt an incomplete
        // code.
        let runs = runs(lengths + [1, 1])
        var counts = [UInt32](repeating: 0, count: 19)
        for run in runs { counts[run.symbol] += 1 }
        let codeLengths = HuffmanLengths.lengths(counts, limit: 7)
        let codes = HuffmanLengths.reversedCodes(codeLengths)
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        let last = order.lastIndex { codeLengths[$0] > 0 } ?? 3
        let count = max(4, last + 1)
        stream.write(0, bitCount: 5)
        stream.write(1, bitCount: 5)
        stream.write(UInt32(count - 4), bitCount: 4)
        for symbol in order.prefix(count) {
            stream.write(UInt32(codeLengths[symbol]), bitCount: 3)
        }
        for run in runs {
            stream.write(codes[run.symbol], bitCount: Int(codeLengths[run.symbol]))
            stream.write(run.extra, bitCount: run.extraBitCount)
        }
    }

    private struct Run {
        var symbol: Int
        var extra: UInt32 = 0
        var extraBitCount = 0
    }

    private static func runs(_ lengths: [UInt8]) -> [Run] {
        var runs: [Run] = []
        var position = 0
        while position < lengths.count {
            let value = lengths[position]
            var count = 1
            while position + count < lengths.count, lengths[position + count] == value {
                count += 1
            }
            position += count
            if value == 0 {
                while count >= 3 {
                    let part = min(count, 138)
                    runs.append(
                        part <= 10
                            ? Run(symbol: 17, extra: UInt32(part - 3), extraBitCount: 3)
                            : Run(symbol: 18, extra: UInt32(part - 11), extraBitCount: 7))
                    count -= part
                }
            } else {
                runs.append(Run(symbol: Int(value)))
                count -= 1
                while count >= 3 {
                    let part = min(count, 6)
                    runs.append(Run(symbol: 16, extra: UInt32(part - 3), extraBitCount: 2))
                    count -= part
                }
            }
            for _ in 0..<count { runs.append(Run(symbol: Int(value))) }
        }
        return runs
    }
}

/// Puts bits together, the lowest first.
private struct BitWriter: ~Copyable, ~Escapable {
    private var target: MutableRawSpan
    private var byteCount = 0
    private var pending: UInt64 = 0
    private var held = 0

    @_lifetime(copy target)
    init(_ target: consuming MutableRawSpan) {
        self.target = target
    }

    /// - Parameter bitCount: at most 32.
    @_lifetime(self: copy self)
    mutating func write(_ value: UInt32, bitCount: Int) {
        pending |= UInt64(value) << UInt64(held)
        held += bitCount
        while held >= 8 {
            put()
            pending >>= 8
            held -= 8
        }
    }

    @_lifetime(self: copy self)
    mutating func write(_ literals: RawSpan, _ codes: ByteKernels.LiteralCodes) {
        let (first, before) = (UInt8(truncatingIfNeeded: pending), held)
        var rest = target._mutatingExtracting(byteCount..<target.byteCount)
        let (bitCount, last) = ByteKernels.pack(
            literals, codes, behind: first, held: before, into: &rest)
        byteCount += bitCount / 8
        held = bitCount % 8
        pending = UInt64(last)
    }

    /// Fills the last byte with zeros.
    ///
    /// - Returns: the bytes of the stream.
    @_lifetime(self: copy self)
    mutating func finish() -> Int {
        if held > 0 { put() }
        return byteCount
    }

    @_lifetime(self: copy self)
    private mutating func put() {
        target.storeBytes(
            of: UInt8(truncatingIfNeeded: pending), toByteOffset: byteCount, as: UInt8.self)
        byteCount += 1
    }
}
