/// What a recipe comes down to for one dtype: how a word becomes a value.
///
/// value = rounded(`offset` + `scale` × draw), at most `ceiling`, then rounded(value × `factor`).
package struct SamplingPlan: Hashable, Sendable {
    package enum Draw: Hashable, Sendable {
        /// Uniform in (0, 1).
        case uniform
        /// Standard normal.
        case normal
        /// Standard normal, cut at ±2.
        case truncatedNormal
    }

    package var draw: Draw
    package var element: ElementType
    package var seed: UInt64
    package var stream: UInt64
    package var offset: Double = 0
    package var scale: Double = 1
    /// Infinity where there is none.
    package var ceiling: Double = .infinity
    package var factor: Double = 1

    package init(draw: Draw, element: ElementType, seed: UInt64, stream: UInt64) {
        self.draw = draw
        self.element = element
        self.seed = seed
        self.stream = stream
    }
}
