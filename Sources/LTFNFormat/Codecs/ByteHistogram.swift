import LTFNBytes

/// How often each byte occurs.
struct ByteHistogram {
    let counts: [UInt32]
    let total: Int

    init(_ bytes: RawSpan) {
        counts = ByteKernels.histogram(bytes)
        total = bytes.byteCount
    }

    /// Of several pieces of bytes together.
    init(sumOf pieces: [ByteHistogram]) {
        var counts = [UInt32](repeating: 0, count: 256)
        for piece in pieces {
            for byte in counts.indices { counts[byte] += piece.counts[byte] }
        }
        self.counts = counts
        total = pieces.reduce(0) { $0 + $1.total }
    }

    /// The byte that all are equal to, if there is one.
    var onlyByte: UInt8? {
        guard total > 0, let byte = counts.firstIndex(where: { $0 > 0 }),
            Int(counts[byte]) == total
        else { return nil }
        return UInt8(byte)
    }

    /// Whether one byte is most of all: then there are runs, which Huffman codes alone waste a bit
    /// a byte on.
    var isDominated: Bool {
        Int(counts.max() ?? 0) > total - total / 4
    }

    /// The bytes that an ideal code of single bytes needs, by a logarithm that is linear between
    /// powers of two (at most 0.09 bits off).
    var estimatedByteCount: Int {
        var bits = 0.0
        let all = Self.log2(total)
        for count in counts where count > 0 {
            // A Huffman code has no word of less than a bit.
            bits += Double(count) * max(1, all - Self.log2(Int(count)))
        }
        return Int(bits / 8)
    }

    private static func log2(_ value: Int) -> Double {
        let whole = Int.bitWidth - 1 - value.leadingZeroBitCount
        return Double(whole) + Double(value) / Double(1 << whole) - 1
    }
}
