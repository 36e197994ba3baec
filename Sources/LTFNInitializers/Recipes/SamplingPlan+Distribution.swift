import LTFNBytes
import LTFNCheckpoint

extension SamplingPlan {
    /// - Throws: `notRepresentable` when a uniform's range or a factor is lost in the dtype.
    init(
        _ distribution: ElementDistribution, element: ElementType, seed: UInt64, stream: UInt64
    ) throws(FormatError) {
        self.init(draw: .normal, element: element, seed: seed, stream: stream)
        switch distribution {
        case .constant(let value):
            (offset, scale) = (value, 0)
        case .normal(let mean, let deviation):
            (offset, scale) = (mean, deviation)
        case .truncatedNormal(let mean, let deviation):
            (draw, offset, scale) = (.truncatedNormal, mean, deviation)
        case .scaledNormal(let factor):
            self.factor = element.rounded(factor)
            guard self.factor.isFinite else {
                throw Self.tooWide(element, "factor \(factor)", rule: "LTFN-I29")
            }
        case .uniform(let low, let high):
            let (first, end) = (element.rounded(low), element.rounded(high))
            guard first < end, (end - first).isFinite else {
                throw Self.tooWide(element, "range [\(low), \(high))", rule: "LTFN-I27")
            }
            (draw, offset, scale) = (.uniform, first, end - first)
            ceiling = element.nextDown(end)
        }
    }

    private static func tooWide(
        _ element: ElementType, _ what: String, rule: String
    ) -> FormatError {
        FormatError(
            .notRepresentable, rule: rule,
            "The \(what) of the initializer is empty or infinite once it is rounded to "
                + "\(element).")
    }
}
