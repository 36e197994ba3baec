import LTFNBytes
import LTFNKernels

/// What a run of the benchmarks found.
struct BenchmarkReport {
    let settings: BenchmarkSettings
    var comparisons: [Comparison] = []

    var document: JSONValue {
        .object([
            "schema": "ltfn.bench/1",
            "benchmarks": .array(comparisons.map(\.document)),
            "cpu": .string(InstructionSet.selected.rawValue),
            "threads": .int(Int64(settings.threadCount)),
        ])
    }
}

extension Comparison {
    var document: JSONValue {
        .object([
            "name": .string(benchmark.name),
            "unit": .string(benchmark.unit.rawValue + "/s"),
            "ours": ours.document,
            "peers": .array(peers.map { document(of: $0) }),
        ])
    }

    private func document(of peer: PeerMeasurement) -> JSONValue {
        switch peer {
        case .skipped(let name, let reason):
            .object(["name": .string(name), "skipped": .string(reason)])
        case .measured(let measurement):
            .object([
                "name": .string(measurement.name),
                "ratio": ratio(to: measurement).map { .double($0) } ?? .null,
                "rate": measurement.document,
            ])
        }
    }

    /// How many times as fast ours is.
    private func ratio(to peer: Measurement) -> Double? {
        guard let mine = ours.medianRate, let theirs = peer.medianRate else { return nil }
        return mine / theirs
    }

    /// `train/step   1,234 images/s   2.10 × train/tensorflow`
    var text: String {
        let name = benchmark.name + String(repeating: " ", count: max(1, 26 - benchmark.name.count))
        var line = name + Self.rate(ours.medianRate, benchmark.unit)
        if let spread = ours.spread { line += " ±\(NumberText.fixed(spread * 100, 1)) %" }
        for peer in peers {
            switch peer {
            case .skipped(let name, let reason): line += "\n    \(name): skipped, \(reason)"
            case .measured(let peer):
                let ratio = ratio(to: peer).map { NumberText.fixed($0, 2) } ?? "?"
                line +=
                    "\n    \(ratio) × \(peer.name) (\(Self.rate(peer.medianRate, benchmark.unit)))"
            }
        }
        return line
    }

    private static func rate(_ rate: Double?, _ unit: Benchmark.Unit) -> String {
        guard let rate else { return "?" }
        switch unit {
        case .bytes: return NumberText.fixed(rate / 1e6, 0) + " MB/s"
        case .values: return NumberText.fixed(rate / 1e6, 1) + " M values/s"
        case .images, .operations:
            return NumberText.fixed(rate, rate < 100 ? 2 : 0) + " \(unit.rawValue)/s"
        }
    }
}

extension Measurement {
    var document: JSONValue {
        .object([
            "best": bestRate.map { .double($0) } ?? .null,
            "median": medianRate.map { .double($0) } ?? .null,
            "samples": .int(Int64(samples.count)),
        ])
    }
}
