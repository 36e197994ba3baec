extension Reference {
    /// The mean over the images of `ln Σ exp(logits) − logits[label]`, shifted by the largest logit
    /// so that no exponential overflows; a logit that is not finite makes the loss not finite.
    ///
    /// - Parameters:
    ///   - logits: `[images, classes]`.
    ///   - labels: `[images]`, each below `classes`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func softmaxCrossEntropy<Scalar: ReferenceScalar>(
        logits: [Scalar], labels: [Int], classes: Int
    ) -> Scalar {
        var sum: Scalar = 0
        for (n, label) in labels.enumerated() {
            let row = logits[(n * classes)..<((n + 1) * classes)]
            let largest = row.reduce(-Scalar.infinity, larger)
            let total = row.reduce(0 as Scalar) { $0 + Scalar.exponential($1 - largest) }
            sum += Scalar.naturalLogarithm(total) - (logits[n * classes + label] - largest)
        }
        return sum / Scalar(labels.count)
    }

    /// The gradient of `softmaxCrossEntropy` to the logits: `(softmax − one-hot) / images`.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    public static func softmaxCrossEntropyGradient<Scalar: ReferenceScalar>(
        logits: [Scalar], labels: [Int], classes: Int
    ) -> [Scalar] {
        var gradient: [Scalar] = []
        gradient.reserveCapacity(logits.count)
        for (n, label) in labels.enumerated() {
            let row = logits[(n * classes)..<((n + 1) * classes)]
            let largest = row.reduce(-Scalar.infinity, larger)
            let powers = row.map { Scalar.exponential($0 - largest) }
            let total = powers.reduce(0, +)
            for (index, power) in powers.enumerated() {
                let target: Scalar = index == label ? 1 : 0
                gradient.append((power / total - target) / Scalar(labels.count))
            }
        }
        return gradient
    }

    /// The larger of two values; not-a-number wins.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    private static func larger<Scalar: ReferenceScalar>(_ a: Scalar, _ b: Scalar) -> Scalar {
        a.isNaN || b.isNaN ? .nan : (b > a ? b : a)
    }
}
