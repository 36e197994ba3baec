/// One thing that is measured, and what stands beside it.
struct Benchmark: Sendable {
    /// `train/step`
    let name: String
    let unit: Unit
    /// The cases of tools/peers.py that do the same work.
    let peers: [String]
    /// Makes everything the samples need, outside the measured time.
    let prepare: @Sendable (BenchmarkSettings) throws -> Sampler

    enum Unit: String, Sendable {
        case images, bytes, values, operations
    }
}

/// Takes one sample.
typealias Sampler = () throws -> Sample

/// How long some work took.
struct Sample {
    var seconds: Double
    /// In the benchmark's unit.
    var work: Double

    var rate: Double { work / seconds }
}

struct BenchmarkSettings: Sendable {
    var threadCount: Int
    /// float32 values to compress, or nil for freshly initialized ones.
    var weightsPath: String?
}

/// The wall time of `work`, in seconds.
func measure(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let duration = try clock.measure(work)
    return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
