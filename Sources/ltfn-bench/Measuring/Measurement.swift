/// The samples of one benchmark or of one peer.
struct Measurement {
    let name: String
    private(set) var samples: [Sample] = []

    init(name: String) {
        self.name = name
    }

    mutating func add(_ sample: Sample) {
        samples.append(sample)
    }

    /// The median of the rates, in units a second; nil without samples.
    var medianRate: Double? {
        let sorted = samples.map(\.rate).sorted()
        return sorted.isEmpty ? nil : sorted[sorted.count / 2]
    }

    var bestRate: Double? { samples.map(\.rate).max() }

    /// Half the distance between the quartiles, relative to the median.
    var spread: Double? {
        let sorted = samples.map(\.rate).sorted()
        guard let median = medianRate, sorted.count >= 4 else { return nil }
        return (sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4]) / 2 / median
    }
}

/// A benchmark and its peers, measured in turns.
struct Comparison {
    let benchmark: Benchmark
    let ours: Measurement
    let peers: [PeerMeasurement]
}

/// A peer's samples, or why there are none.
enum PeerMeasurement {
    case measured(Measurement)
    case skipped(name: String, reason: String)
}
