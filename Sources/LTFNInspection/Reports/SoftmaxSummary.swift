import LTFNBytes
import LTFNKernels

/// How sure a classifier is: the largest probability of each image, and the entropy of all.
///
/// The class with the largest logit says nothing of scale: a network that explodes and one that
/// vanishes take images for the same classes. The softmax parts them.
public struct SoftmaxSummary: Hashable, Sendable {
    public let classCount: Int
    /// The images whose logits are all finite.
    public private(set) var count = 0
    /// How many images have a largest probability in each of so many equal parts of 0 to 1.
    public private(set) var countOfLargest = [Int](repeating: 0, count: binCount)
    /// How many images have one above 0.9999.
    public private(set) var sureCount = 0
    private var entropySum = 0.0
    private var largestSum = 0.0

    public static let binCount = 40

    public init(classCount: Int) {
        self.classCount = classCount
    }

    /// The entropy, in nats, and the cost, of a guess among all classes: ln C.
    public var guessEntropy: Double { Double.naturalLogarithm(Double(max(classCount, 1))) }

    /// The mean entropy of an image's probabilities, in nats; nil without images.
    public var meanEntropy: Double? { count == 0 ? nil : entropySum / Double(count) }

    /// The mean of the largest probability; nil without images.
    public var meanLargest: Double? { count == 0 ? nil : largestSum / Double(count) }

    /// Adds a batch.
    ///
    /// - Parameter logits: `[N, classCount] float32`
    public mutating func add(logits: Span<Float>) {
        guard classCount > 0 else { return }
        for start in stride(from: 0, through: logits.count - classCount, by: classCount) {
            add(image: logits.extracting(start..<start + classCount))
        }
    }

    /// With z shifted by the largest: p = e^z / Σ e^z, H = ln Σ e^z - Σ z e^z / Σ e^z.
    private mutating func add(image logits: Span<Float>) {
        var largest = -Double.infinity
        for index in logits.indices {
            guard logits[index].isFinite else { return }
            largest = max(largest, Double(logits[index]))
        }
        var (sum, weighted) = (0.0, 0.0)
        for index in logits.indices {
            let shifted = Double(logits[index]) - largest
            let power = Double.exponential(shifted)
            sum += power
            // 0 · -∞ is no number.
            if power > 0 { weighted += shifted * power }
        }
        let probability = 1 / sum
        count += 1
        largestSum += probability
        entropySum += max(Double.naturalLogarithm(sum) - weighted / sum, 0)
        if probability > 0.9999 { sureCount += 1 }
        countOfLargest[min(Int(probability * Double(Self.binCount)), Self.binCount - 1)] += 1
    }
}
