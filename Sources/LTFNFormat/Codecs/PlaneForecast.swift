import LTFNBytes

/// What is known of a plane before it is packed.
enum PlaneForecast {
    /// All bytes are this one.
    case constant(UInt8)
    /// Bytes that no code of single bytes makes fewer: they are stored as they are.
    case noise(byteCount: Int)
    /// Bytes that may be worth a code.
    ///
    /// - Parameter blocks: how often bytes occur in each block that gets a code of its own.
    case codable(ByteHistogram, blocks: [ByteHistogram], effort: Effort)

    init(_ plane: RawSpan, effort: Effort) {
        let blocks = LiteralDeflater.histograms(of: plane)
        let histogram = ByteHistogram(sumOf: blocks)
        if let byte = histogram.onlyByte {
            self = .constant(byte)
        } else if effort == .standard, !histogram.isCodable {
            self = .noise(byteCount: histogram.total)
        } else {
            self = .codable(histogram, blocks: blocks, effort: effort)
        }
    }

    /// No packed plane is shorter, unless its distribution moves.
    var leastByteCount: Int {
        switch self {
        case .constant: 1
        case .noise(let byteCount): byteCount
        case .codable(let histogram, _, let effort):
            effort == .thorough || histogram.isDominated
                ? 0
                // The estimate is at most 0.09 bits a byte too high.
                : max(0, min(histogram.total, histogram.estimatedByteCount - histogram.total / 80))
        }
    }
}

extension ByteHistogram {
    /// Whether a code saves enough to be worth its table and the time.
    var isCodable: Bool {
        isDominated || estimatedByteCount < total - 1 - (total - 1) / 64
    }
}
