/// Runs benchmarks, one after the other, each in turns with its peers.
struct Runner {
    let settings: BenchmarkSettings
    let runCount: Int
    let warmUpCount: Int
    let peers: Peers?

    func run(_ benchmark: Benchmark) throws -> Comparison {
        defer { peers?.stop() }
        let sampler = try benchmark.prepare(settings)
        for _ in 0..<warmUpCount { _ = try sampler() }

        var ours = Measurement(name: benchmark.name)
        var theirs = (peers == nil ? [] : benchmark.peers).map { Measurement(name: $0) }
        var reasons: [String: String] = [:]
        // In turns, so that what slows the machine for a while slows both sides.
        for _ in 0..<runCount {
            ours.add(try sampler())
            for index in theirs.indices where reasons[theirs[index].name] == nil {
                switch try peers?.sample(theirs[index].name) {
                case .sample(let sample)?: theirs[index].add(sample)
                case .skipped(let reason)?: reasons[theirs[index].name] = reason
                case nil: break
                }
            }
        }
        return Comparison(
            benchmark: benchmark, ours: ours,
            peers: theirs.map { peer in
                reasons[peer.name].map { .skipped(name: peer.name, reason: $0) } ?? .measured(peer)
            })
    }
}
