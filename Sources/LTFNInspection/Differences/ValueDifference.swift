/// How far the values of two variables are apart.
public struct ValueDifference: Hashable, Sendable {
    /// Of each variable.
    public var count = 0
    /// How many pairs have other bits; of different dtypes, other values.
    public var differentCount = 0
    /// How many pairs are farther apart than is tolerated.
    public var beyondCount = 0
    /// How many pairs have a side that is NaN or infinite, and the other is not the same.
    public var nonFiniteCount = 0
    /// Of the pairs of finite numbers, as are the next ones: the largest |a - b|; nil: the elements
    /// are no real numbers, or there are none.
    public var largest: Extreme?
    /// The largest |a - b| / max(|a|, |b|).
    public var largestRelative: Double?
    /// The largest distance in units in the last place; nil: the dtype has none, or there are two.
    public var largestULPs: UInt64?
    /// ‖a - b‖₂ / ‖b‖₂; nil: b is zero.
    public var relativeL2: Double?
    /// a · b / (‖a‖₂ ‖b‖₂); nil: one of them is zero.
    public var cosine: Double?
    /// The Kolmogorov–Smirnov distance of the two distributions; of more than 32,768 values taken
    /// at the numbers that have the upper 20 bits of a float32.
    public var ksDistance: Double?

    public init() {}

    /// A pair of values and where they stand.
    public struct Extreme: Hashable, Sendable {
        /// |a - b|
        public var distance: Double
        public var first: Double
        public var second: Double
        /// The position in row-major order.
        public var position: Int
    }
}
