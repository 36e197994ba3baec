import LTFNBytes
import LTFNCheckpoint
import LTFNInference
import LTFNKernels
import LTFNParallel
import LTFNTraining
import Testing

/// Training against what TensorFlow did from the same weights with the same batches.
@Suite("TensorFlow's trace", .enabled(if: Trace.isPresent))
struct TraceTests {
    let trace: Trace
    let parallelism = Parallelism()

    init() throws {
        trace = try Trace()
    }

    func step() throws -> TrainingStep {
        try TrainingStep(
            graph: Trace.graph(), parameters: trace.variables("initial"), batchSize: 100,
            parallelism: parallelism)
    }

    /// ‖a − b‖ / ‖b‖.
    func distance(_ a: TensorData, _ b: TensorData) -> Double {
        let (x, y) = (a.bytes.floats, b.bytes.floats)
        var (difference, norm) = (0.0, 0.0)
        for index in y.indices {
            difference += Double(x[index] - y[index]) * Double(x[index] - y[index])
            norm += Double(y[index]) * Double(y[index])
        }
        return x.count == y.count ? (difference / norm).squareRoot() : .infinity
    }

    @Test("The gradients of step 0 agree within 1e-4 of their norm")
    func gradients() throws {
        let step = try step()
        let images = try trace.mnist("train-images-idx3-ubyte", header: 16)
        let labels = try trace.mnist("train-labels-idx1-ubyte", header: 8)
        let batch = Array(images[(5000 * 784)..<(5100 * 784)])
        let outcome = try step.computeGradients(
            images: Trace.graph().batch(of: batch), labels: Array(labels[5000..<5100]))
        #expect(abs(outcome.loss / trace.losses[0] - 1) < 1e-5)
        #expect(outcome.correct == trace.correct[0])
        let found = try step.gradients()
        let expected = try trace.variables("step0-gradient")
        #expect(found.count == expected.count)
        for (name, gradient) in expected {
            let difference = distance(try #require(found[name]), gradient)
            #expect(difference < 1e-4, "\(name.string): \(difference)")
        }
    }

    @Test("100 losses agree within 1e-3, and the logits afterwards within 1e-2 of their spread")
    func hundredSteps() throws {
        let step = try step()
        let images = try trace.mnist("train-images-idx3-ubyte", header: 16)
        let labels = try trace.mnist("train-labels-idx1-ubyte", header: 8)
        var worst = 0.0
        for index in 0..<100 {
            let first = 5000 + index * 100
            let pixels = images[(first * 784)..<((first + 100) * 784)]
            let outcome = try step.run(
                images: .floats(pixels.map { Float($0) * Float(1.0 / 255) }),
                labels: Array(labels[first..<(first + 100)]), learningRate: 0.001)
            worst = max(worst, abs(outcome.loss / trace.losses[index] - 1))
            #expect(abs(outcome.correct - trace.correct[index]) <= 1)
        }
        #expect(worst < 1e-3, "losses differ by \(worst)")

        let test = try trace.mnist("t10k-images-idx3-ubyte", header: 16)
        let session = try InferenceSession(
            graph: Trace.graph(), parameters: step.parameters(), maximumBatch: 100,
            parallelism: parallelism)
        let found = try session.logits(pixels: Array(test[..<(100 * 784)]))
        let expected = try trace.floats("test100.after-100-steps-logits")
        try #require(found.count == expected.count)
        let mean = expected.reduce(0, +) / Float(expected.count)
        let spread = (expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(expected.count))
            .squareRoot()
        let difference = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(difference < 1e-2 * spread, "logits differ by \(difference) of \(spread)")
    }

    @Test("Each layer before its ReLU has TensorFlow's mean, deviation and range")
    func activations() throws {
        let session = try InferenceSession(
            graph: Trace.graph(), parameters: trace.variables("initial"), maximumBatch: 100,
            parallelism: parallelism)
        let test = try trace.mnist("t10k-images-idx3-ubyte", header: 16)
        var values: [String: [Float]] = [:]
        try session.observe(pixels: Array(test[..<(100 * 784)])) {
            values[$0.name, default: []] += $1
        }
        for expected in trace.activations {
            let found = try #require(values[expected.name]).map(Double.init)
            let mean = found.reduce(0, +) / Double(found.count)
            let variance = found.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(found.count)
            #expect(abs(mean - expected.mean) < 1e-5)
            #expect(abs(variance.squareRoot() - expected.std) < 1e-5)
            #expect(abs((found.min() ?? 0) - expected.min) < 1e-4)
            #expect(abs((found.max() ?? 0) - expected.max) < 1e-4)
        }
        #expect(trace.activations.count == 5)
    }
}
