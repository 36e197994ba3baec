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

    /// Whether bytes here and there of a long plane, an eighth of it or less, are already noise: of
    /// a mantissa's low bits more need not be counted.
    private static func sampleIsNoise(of plane: RawSpan) -> Bool {
        let places = PlaneSamples.places(ofPlaneWith: plane.byteCount)
        guard !places.isEmpty else { return false }
        var sample: [UInt8] = []
        sample.reserveCapacity(PlaneSamples.count * PlaneSamples.byteCount)
        for place in places { sample += [UInt8](copying: plane.extracting(place)) }
        return !ByteHistogram(sample.rawSpan).isCodable
    }
}

/// Which bytes of a plane are looked at first.
package enum PlaneSamples {
    static let count = 16
    static let byteCount = 2048

    /// One place in every sixteenth of a plane, each elsewhere in it, since the columns of a matrix
    /// repeat; none in a short plane.
    package static func places(ofPlaneWith planeByteCount: Int) -> [Range<Int>] {
        guard planeByteCount >= 8 * count * byteCount else { return [] }
        let stride = planeByteCount / count
        return (0..<count).map { number in
            // Multiples of the golden ratio, modulo 1, lie far apart.
            let place = UInt32(truncatingIfNeeded: number) &* 0x9E37_79B9
            let room = UInt64(stride - byteCount + 1)
            let start = number * stride + Int((room * UInt64(place)) >> 32)
            return start..<start + byteCount
        }
    }
}

extension ByteHistogram {
    /// Whether a code saves enough to be worth its table and the time.
    var isCodable: Bool {
        isDominated || estimatedByteCount < total - 1 - (total - 1) / 64
    }
}
