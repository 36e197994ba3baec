import LTFNBytes
import LTFNKernels

/// What a run of the benchmarks found.
struct BenchmarkReport {
    let settings: BenchmarkSettings
    let machine = Machine.current
    let runCount: Int
    private(set) var comparisons: [Comparison] = []

    mutating func add(_ comparison: Comparison) {
        comparisons.append(comparison)
    }

    var document: JSONValue {
        .object([
            "schema": "ltfn.bench/1",
            "benchmarks": .array(comparisons.map(\.document)),
            "cpu": .string(InstructionSet.selected.rawValue),
            "date": .string(machine.date),
            "processor": .string(machine.processor),
            "threads": .int(Int64(settings.threadCount)),
        ])
    }
}

extension Comparison {
    var document: JSONValue {
        let figures: [(String, Double?)] = [
            ("operations_per_byte", benchmark.arithmetic?.intensity),
            ("operations_per_second", operationRate), ("peak_operations_per_second", peak),
            ("share_of_peak", share), ("speed_up", speedUp), ("copies_speed_up", copiesSpeedUp),
        ]
        let members = [
            JSONMember("name", .string(benchmark.name)),
            JSONMember("unit", .string(benchmark.unit.rawValue + "/s")),
            JSONMember("ours", ours.document),
            JSONMember("peers", .array(peers.map { document(of: $0) })),
        ]
        return .object(
            members
                + figures.compactMap { key, value in value.map { JSONMember(key, .double($0)) } })
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
                "version": measurement.version.map { .string($0) } ?? .null,
            ])
        }
    }
}

extension Measurement {
    var document: JSONValue {
        let members = [
            JSONMember("best", bestRate.map { .double($0) } ?? .null),
            JSONMember("median", medianRate.map { .double($0) } ?? .null),
            JSONMember("samples", .int(Int64(samples.count))),
        ]
        return .object(members + (ratio.map { [JSONMember("stored_ratio", .double($0))] } ?? []))
    }
}
