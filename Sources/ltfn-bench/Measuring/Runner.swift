/// Runs benchmarks, one after the other, each in turns with its peers.
struct Runner {
    let settings: BenchmarkSettings
    let runCount: Int
    let warmUpCount: Int
    let peers: Peers?
    private let peaks = Peaks()

    init(settings: BenchmarkSettings, runCount: Int, warmUpCount: Int, peers: Peers?) {
        self.settings = settings
        self.runCount = runCount
        self.warmUpCount = warmUpCount
        self.peers = peers
    }

    /// - Parameter single: the same work on one thread, when more are measured.
    func run(_ benchmark: Benchmark, beside single: Benchmark?) throws -> Comparison {
        defer { peers?.stop() }
        let work = try benchmark.prepare(settings)
        let singleWork = try single?.prepare(settings)
        let copyWork = try single.map {
            try Copies(of: $0, count: settings.threadCount, settings)
        }
        if !benchmark.peers.isEmpty { try peers?.prepare(work.peerInput) }
        for _ in 0..<warmUpCount {
            _ = try work.sample()
            _ = try singleWork?.sample()
            _ = try copyWork?.sample()
        }

        var ours = Measurement(name: benchmark.name, ratio: work.ratio)
        var alone = single.map { Measurement(name: $0.name) }
        var copies = single.map { Measurement(name: $0.name) }
        var theirs = (peers == nil ? [] : benchmark.peers).map { Measurement(name: $0) }
        var reasons: [String: String] = [:]
        // In turns, so that what slows the machine for a while slows all sides.
        var peak: Double?
        for _ in 0..<runCount {
            ours.add(try work.sample())
            if let singleWork { alone?.add(try singleWork.sample()) }
            if let copyWork { copies?.add(try copyWork.sample()) }
            peak = benchmark.arithmetic.map { peaks.rate($0.place) }
            for index in theirs.indices where reasons[theirs[index].name] == nil {
                switch try peers?.sample(theirs[index].name) {
                case .sample(let sample, let details)?:
                    theirs[index].add(sample)
                    theirs[index].version = details.version
                    theirs[index].ratio = details.ratio
                case .skipped(let reason)?: reasons[theirs[index].name] = reason
                case nil: break
                }
            }
        }
        return Comparison(
            benchmark: benchmark, ours: ours,
            peers: theirs.map { peer in
                reasons[peer.name].map { .skipped(name: peer.name, reason: $0) } ?? .measured(peer)
            },
            peak: peak, single: alone, copies: copies)
    }
}
