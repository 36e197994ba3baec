/// How far two values may be apart and still count as the same.
///
/// Without any, only the same bits are the same; with one, a NaN is the same as any other NaN.
public struct ComparisonTolerance: Hashable, Sendable {
    /// |a - b| ≤ `absolute` + `relative` · |b|, as NumPy's `allclose` has it.
    public var absolute: Double
    public var relative: Double
    /// How many numbers of the dtype b may be away from a; nil: this says nothing.
    public var ulps: UInt64?

    public init(absolute: Double = 0, relative: Double = 0, ulps: UInt64? = nil) {
        self.absolute = absolute
        self.relative = relative
        self.ulps = ulps
    }

    /// Whether only the same bits are the same.
    public var isExact: Bool { absolute == 0 && relative == 0 && (ulps ?? 0) == 0 }

    /// Whether `pair` is close enough.
    func accepts(_ pair: ValuePair) -> Bool {
        let (a, b) = (pair.first, pair.second)
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        guard a.isFinite, b.isFinite else { return a == b }
        if let ulps, let found = pair.ulps, found <= ulps { return true }
        return pair.distance <= absolute + relative * b.magnitude
    }
}

/// What a comparison can do without; names, shapes and values are always compared.
public enum ComparisonPart: String, Hashable, Sendable, CaseIterable {
    /// Values of other dtypes are compared as numbers in any case.
    case dtype
    case initializers
    case metadata
    case network
    /// Whether values are shared or copies.
    case ties
}
