import LTFNInference
import Testing

@Suite("Metrics")
struct MetricsTests {
    // scipy.stats.binomtest(a, n).proportion_ci(0.95, "wilson")
    @Test(
        "The Wilson interval is SciPy's",
        arguments: [
            (9697, 10_000, 0.9661558379998407, 0.9728834339307457),
            (0, 10, 0, 0.27753279986288926), (10, 10, 0.7224672001371109, 1),
            (1, 3, 0.06149194472039626, 0.7923403991979523),
            (50, 100, 0.4038315303659956, 0.5961684696340044),
        ])
    func wilson(successes: Int, count: Int, low: Double, high: Double) throws {
        let interval = try #require(WilsonInterval(successes: successes, of: count))
        #expect(abs(interval.low - low) < 1e-14)
        #expect(abs(interval.high - high) < 1e-14)
    }

    @Test("Without trials there is no interval")
    func noTrials() {
        #expect(WilsonInterval(successes: 0, of: 0) == nil)
        #expect(WilsonInterval(successes: 2, of: 1) == nil)
    }

    let logits: [Float] = [1.5, -2, 0.25, 0, 0, 0, 100, 90, -80, -3, 2, 2]
    let labels: [UInt8] = [0, 2, 1, 1]

    @Test("The cross-entropy is NumPy's in float64")
    func crossEntropies() {
        let expected = [
            0.2751302622476354, 1.0986122886681098, 10.000045398899218, 0.6965104917820788,
        ]
        for (index, value) in expected.enumerated() {
            let row = logits.span.extracting(index * 3..<index * 3 + 3)
            #expect(
                abs(crossEntropy(logits: row, label: Int(labels[index])) - value) < 1e-14 * value)
        }
    }

    @Test("Accuracy, cost and confusion of a batch")
    func batch() throws {
        var metrics = ClassificationMetrics(classCount: 3)
        metrics.add(logits: logits.span, labels: labels.span)
        #expect(metrics.count == 4)
        #expect(metrics.correct == 2)
        #expect(metrics.accuracy == 0.5)
        #expect(abs((metrics.cost ?? .nan) - 3.0175746103992602) < 1e-14)
        // Of equal logits the first wins.
        #expect(metrics.confusion[truth: 2, predicted: 0] == 1)
        let entries = metrics.confusion.entries
        #expect(entries.map(\.truth) == [0, 1, 1, 2] && entries.map(\.predicted) == [0, 0, 1, 0])
        #expect(entries.map(\.count) == [1, 1, 1, 1] && metrics.confusion.largestCount == 1)
        #expect(metrics.confusion.recall(1) == 0.5)
        #expect(metrics.confusion.precision(0) == 1.0 / 3)
        #expect(metrics.confusion.precision(2) == nil)
        let mistakes = metrics.confusion.commonestMistakes(limit: 5)
        #expect(mistakes.map(\.truth) == [1, 2])
    }

    @Test("Batches of any size add up")
    func batches() {
        var whole = ClassificationMetrics(classCount: 3)
        whole.add(logits: logits.span, labels: labels.span)
        var parts = ClassificationMetrics(classCount: 3)
        for index in labels.indices {
            parts.add(
                logits: logits.span.extracting(index * 3..<index * 3 + 3),
                labels: labels.span.extracting(index..<index + 1))
        }
        #expect(parts == whole)
    }

    @Test("Logits that are not finite are wrong, and counted, whatever the others say")
    func notNumbers() {
        var metrics = ClassificationMetrics(classCount: 2)
        metrics.add(
            logits: [.nan, .nan, .nan, 1, .infinity, 0, 0, -.infinity, 1, 2].span,
            labels: [0, 1, 0, 0, 1].span)
        #expect(metrics.count == 5 && metrics.correct == 1 && metrics.nonFiniteCount == 4)
        #expect(metrics.cost?.isNaN == true)
    }

    @Test("A tally without labels counts what was predicted")
    func tally() {
        var tally = PredictionTally(classCount: 3)
        tally.add(logits: logits.span)
        tally.add(logits: [.nan, .nan, .nan].span)
        #expect(tally.count == 5)
        #expect(tally.countOfClass == [3, 1, 0])
        #expect(tally.nonFiniteCount == 1)
    }

    @Test("Examples without a mistake have none to list")
    func empty() {
        let metrics = ClassificationMetrics(classCount: 10)
        #expect(metrics.accuracy == nil && metrics.cost == nil && metrics.interval == nil)
        #expect(metrics.confusion.commonestMistakes(limit: 3).isEmpty)
    }
}
