/// Which images each step of training sees: the tutorial's recipe.
///
/// The first twelfth of the images, at most 5,000, is set aside; the others are taken in file
/// order, step after step, and again from the front when the end comes near.
public struct BatchSchedule: Hashable, Sendable {
    /// The images set aside: never trained on.
    public let heldOut: Range<Int>
    /// The images trained on.
    public let examples: Range<Int>
    public let batchSize: Int

    /// - Returns: nil when a batch is empty, or larger than what there is to train on.
    public init?(imageCount: Int, batchSize: Int) {
        guard imageCount >= 0 else { return nil }
        let heldOutCount = min(5_000, imageCount / 12)
        guard (1...max(1, imageCount - heldOutCount)).contains(batchSize), imageCount > 0 else {
            return nil
        }
        heldOut = 0..<heldOutCount
        examples = heldOutCount..<imageCount
        self.batchSize = batchSize
    }

    /// The images of a step, the first step being 0: offset (step · batch) mod (n - batch).
    public func batch(step: Int) -> Range<Int> {
        let span = examples.count - batchSize
        let offset = span == 0 ? 0 : Self.product(step % span, batchSize % span, modulo: span)
        let first = examples.lowerBound + offset
        return first..<first + batchSize
    }

    /// a · b mod m, for 0 ≤ a, b < m.
    private static func product(_ a: Int, _ b: Int, modulo m: Int) -> Int {
        let product = a.multipliedFullWidth(by: b)
        return m.dividingFullWidth(product).remainder
    }
}
