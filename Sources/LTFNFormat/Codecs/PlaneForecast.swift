import LTFNBytes

/// What is known of a plane before it is packed.
enum PlaneForecast {
    /// All bytes are this one.
    case constant(UInt8)
    /// Bytes that no code of single bytes makes fewer: they are stored as they are.
    case noise(byteCount: Int)
    /// Bytes that may be worth a code.
    case codable(ByteHistogram, effort: Effort)

    init(_ plane: RawSpan, effort: Effort) {
        if effort == .standard, Self.sampleIsNoise(of: plane) {
            self = .noise(byteCount: plane.byteCount)
            return
        }
        let histogram = ByteHistogram(plane)
        if let byte = histogram.onlyByte {
            self = .constant(byte)
        } else if effort == .standard, !histogram.isCodable {
            self = .noise(byteCount: histogram.total)
        } else {
            self = .codable(histogram, effort: effort)
        }
    }

    /// No packed plane is shorter, unless its distribution moves.
    var leastByteCount: Int {
        switch self {
        case .constant: 1
        case .noise(let byteCount): byteCount
        case .codable(let histogram, let effort):
            effort == .thorough || histogram.isDominated
                ? 0
                // The estimate is at most 0.09 bits a byte too high.
                : max(0, min(histogram.total, histogram.estimatedByteCount - histogram.total / 80))
        }
    }

    private static let sampleCount = 16
    private static let sampleByteCount = 2048

    /// Whether bytes here and there of a long plane, an eighth of it or less, are already noise: of
    /// a mantissa's low bits more need not be counted.
    private static func sampleIsNoise(of plane: RawSpan) -> Bool {
        guard plane.byteCount >= 8 * sampleCount * sampleByteCount else { return false }
        let stride = plane.byteCount / sampleCount
        var sample: [UInt8] = []
        sample.reserveCapacity(sampleCount * sampleByteCount)
        for number in 0..<sampleCount {
            let start = number * stride
            sample += [UInt8](copying: plane.extracting(start..<start + sampleByteCount))
        }
        return !ByteHistogram(sample.rawSpan).isCodable
    }
}

extension ByteHistogram {
    /// Whether a code saves enough to be worth its table and the time.
    var isCodable: Bool {
        isDominated || estimatedByteCount < total - 1 - (total - 1) / 64
    }
}
