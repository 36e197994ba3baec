import LTFNBytes

/// How hard the writer looks for small chunks.
public enum Effort: String, Hashable, Sendable, CaseIterable {
    /// Exponents are squeezed, everything else is stored.
    case standard
    /// Repeated strings are looked for in every plane too: several times slower, and seldom smaller.
    case thorough
}

/// Deflates planes that are worth it.
enum PlaneDeflater {
    /// The smallest deflate stream that is found, or nil when none is smaller than the plane.
    static func smallest(
        _ plane: RawSpan, _ histogram: ByteHistogram, effort: Effort
    ) -> [UInt8]? {
        let limit = plane.byteCount - 1
        guard limit > 0 else { return nil }
        var best: [UInt8]?
        func consider(_ strategy: DeflateStrategy, level: Int) {
            let deflater = Deflater(level: level, strategy: strategy)
            if let stream = deflater.compress(plane, within: (best?.count ?? limit + 1) - 1) {
                best = stream
            }
        }
        if effort == .thorough || histogram.estimatedByteCount < limit - limit / 64 {
            let literals = LiteralDeflater.compress(plane)
            if literals.count <= limit { best = literals }
        }
        if effort == .thorough {
            consider(.rle, level: 6)
            consider(.default, level: 9)
        } else if histogram.isDominated {
            consider(.default, level: 4)
        }
        return best
    }
}

extension ByteHistogram {
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

    /// No packed plane is shorter, unless its distribution moves.
    func leastByteCount(effort: Effort) -> Int {
        if onlyByte != nil { return 1 }
        if effort == .thorough || isDominated { return 0 }
        // The estimate is at most 0.09 bits a byte too high.
        return max(0, min(total, estimatedByteCount - total / 80))
    }

    private static func log2(_ value: Int) -> Double {
        let whole = Int.bitWidth - 1 - value.leadingZeroBitCount
        return Double(whole) + Double(value) / Double(1 << whole) - 1
    }
}
