import LTFNBytes

/// How hard the writer looks for small chunks.
public enum Effort: String, Hashable, Sendable, CaseIterable {
    /// Exponents are squeezed, everything else is stored.
    case standard
    /// Repeated strings are looked for in every plane too: several times slower, and seldom
    /// smaller.
    case thorough
}

/// Deflates planes that are worth it.
enum PlaneDeflater {
    /// The smallest deflate stream that is found, or nil when none is smaller than the plane.
    static func smallest(
        _ plane: RawSpan, _ forecast: PlaneForecast, effort: Effort
    ) -> [UInt8]? {
        let limit = plane.byteCount - 1
        guard limit > 0, case .codable(let histogram, let blocks, _) = forecast else { return nil }
        var best: [UInt8]?
        func consider(_ strategy: DeflateStrategy, level: Int) {
            let deflater = Deflater(level: level, strategy: strategy)
            if let stream = deflater.compress(plane, within: (best?.count ?? limit + 1) - 1) {
                best = stream
            }
        }
        if effort == .thorough || histogram.estimatedByteCount < limit - limit / 64 {
            let literals = LiteralDeflater.compress(plane, blocks)
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
