/// One thing that is measured, and what stands beside it.
struct Benchmark: Sendable {
    /// `train/step`
    let name: String
    let unit: Unit
    /// The cases of tools/peers.py that do the same work.
    var peers: [String] = []
    /// What is computed, where counting operations says something.
    var arithmetic: Arithmetic?
    /// The checkpoint that is read, if one is.
    var file: String?
    /// Makes everything the samples need, outside the measured time.
    let prepare: @Sendable (BenchmarkSettings) throws -> Work

    enum Unit: String, Sendable {
        case images, bytes, values, operations
    }
}

/// How much arithmetic one unit of work takes, and what computes it.
struct Arithmetic: Sendable {
    /// Floating-point operations of the direct method; a multiply-add counts as two. Winograd's way
    /// does fewer, so a rate in these may lie above the machine's peak.
    var operationCount: Double
    /// Bytes of the operands, each taken once.
    var byteCount: Double
    var place: ComputingPlace

    /// Operations a byte.
    var intensity: Double { operationCount / byteCount }
}

/// A benchmark that is ready to be sampled.
struct Work {
    /// Takes one sample.
    let sample: () throws -> Sample
    /// What peers compress, so that they work on the same values.
    var peerInput: PeerInput?
    /// Bytes of the file, by bytes of the values in it.
    var ratio: Double?

    init(peerInput: PeerInput? = nil, ratio: Double? = nil, sample: @escaping () throws -> Sample) {
        self.sample = sample
        self.peerInput = peerInput
        self.ratio = ratio
    }

    /// Samples of as many rounds of `body` as take a few hundredths of a second.
    ///
    /// - Parameters:
    ///   - amount: work of one round, in the benchmark's unit.
    ///   - frame: what `body` does beside the work: its time is taken off, sample by sample.
    init(
        repeating amount: Double, frame: (() throws -> Void)? = nil,
        _ body: @escaping () throws -> Void
    ) throws {
        try body()
        let once = try measure(body)
        let rounds = max(1, Int(0.04 / max(once, 1e-7)))
        self.init {
            var seconds = try measure { for _ in 0..<rounds { try body() } }
            if let frame {
                let around = try measure { for _ in 0..<rounds { try frame() } }
                seconds -= min(around, 0.9 * seconds)
            }
            return Sample(seconds: seconds, work: amount * Double(rounds))
        }
    }
}

/// How long some work took.
struct Sample {
    var seconds: Double
    /// In the benchmark's unit.
    var work: Double

    var rate: Double { work / seconds }
}

struct BenchmarkSettings: Sendable {
    var threadCount: Int
    /// A checkpoint to measure the codecs with, beside the kept ones.
    var weightsPath: String?
    /// The folder with the kept models.
    var modelsPath = "Fixtures/models"
}

/// The wall time of `work`, in seconds.
func measure(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let duration = try clock.measure(work)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
