/// The samples of one benchmark or of one peer.
struct Measurement {
    let name: String
    private(set) var samples: [Sample] = []
    /// What a peer says it is: `tensorflow 2.21.0`.
    var version: String?
    /// Bytes stored by bytes of the values.
    var ratio: Double?

    init(name: String, ratio: Double? = nil) {
        self.name = name
        self.ratio = ratio
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

/// A benchmark, the same on one thread and its peers, measured in turns.
struct Comparison {
    let benchmark: Benchmark
    let ours: Measurement
    let peers: [PeerMeasurement]
    /// The peak of the place that computed, in operations a second.
    var peak: Double?
    /// The same work on one thread, in turns with ours.
    var single: Measurement?

    /// As many copies of the work on one thread as ours has threads, at the same time: the rates
    /// added.
    var copies: Measurement?

    /// How many times as fast as on one thread.
    var speedUp: Double? { single.flatMap { ratio(to: $0) } }

    /// How many times as fast copies that have nothing to do with one another are: what the
    /// machine's cores, caches and memory allow.
    var copiesSpeedUp: Double? {
        guard let copies = copies?.medianRate, let single = single?.medianRate else { return nil }
        return copies / single
    }

    /// Operations of the direct method a second.
    var operationRate: Double? {
        guard let arithmetic = benchmark.arithmetic, let rate = ours.medianRate else { return nil }
        return rate * arithmetic.operationCount
    }

    /// `operationRate` by the peak.
    var share: Double? {
        guard let rate = operationRate, let peak, peak > 0 else { return nil }
        return rate / peak
    }

    /// How many times as fast ours is.
    func ratio(to other: Measurement) -> Double? {
        guard let mine = ours.medianRate, let theirs = other.medianRate else { return nil }
        return mine / theirs
    }
}

/// A peer's samples, or why there are none.
enum PeerMeasurement {
    case measured(Measurement)
    case skipped(name: String, reason: String)
}
