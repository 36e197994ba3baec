import LTFNBytes

/// The report as tables that a document can quote.
extension BenchmarkReport {
    var markdown: String {
        let head =
            "\(machine.date), \(machine.description), \(settings.threadCount) threads where nothing "
            + "else is said; medians of \(runCount) samples, taken in turns with the peers'.\n"
        return ([head] + [peerTable, codecTable, arithmeticTable, restTable].compactMap { $0 })
            .joined(separator: "\n")
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> String? {
        guard !rows.isEmpty else { return nil }
        let lines = [head, head.map { _ in "---" }] + rows
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    private static let peerHead = ["work", "here", "peer", "peer's", "here / peer's"]

    private var peerTable: String? { Self.table(Self.peerHead, peerRows) }

    /// The same table for a terminal; empty without peers.
    var alignedPeerTable: String {
        guard !peerRows.isEmpty else { return "" }
        let rows = [Self.peerHead] + peerRows
        let widths = Self.peerHead.indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        let lines = rows.map { row in
            zip(row.dropLast(), widths).map { $0.padded($1 + 2) }.joined() + row[row.count - 1]
                + "\n"
        }
        return "\n" + lines.joined()
    }

    /// One row a peer.
    private var peerRows: [[String]] {
        comparisons.flatMap { comparison in
            comparison.peers.map { peer -> [String] in
                let unit = comparison.benchmark.unit
                let ours = comparison.ours.cell(unit)
                switch peer {
                case .skipped(let name, let reason):
                    return [comparison.benchmark.name, ours, name, "skipped: \(reason)", ""]
                case .measured(let peer):
                    let ratio = comparison.ratio(to: peer).map { NumberText.fixed($0, 2) }
                    return [
                        comparison.benchmark.name, ours, peer.version ?? peer.name,
                        peer.cell(unit), ratio ?? "?",
                    ]
                }
            }
        }
    }

    private var codecTable: String? {
        let rows = comparisons.filter { $0.ours.ratio != nil && $0.peers.isEmpty }.map { item in
            [
                item.benchmark.name, NumberText.fixed(item.ours.ratio ?? 0, 4),
                item.ours.rateText(item.benchmark.unit),
                item.speedUp.map { NumberText.fixed($0, 2) } ?? "",
                item.copiesSpeedUp.map { NumberText.fixed($0, 2) } ?? "",
            ]
        }
        return Self.table(
            ["codec", "stored / raw", "rate", "× one thread", "copies × one thread"], rows)
    }

    private var arithmeticTable: String? {
        let rows = comparisons.compactMap { comparison -> [String]? in
            guard let arithmetic = comparison.benchmark.arithmetic,
                let rate = comparison.operationRate, let share = comparison.share
            else { return nil }
            return [
                comparison.benchmark.name, comparison.ours.rateText(comparison.benchmark.unit),
                NumberText.fixed(rate / 1e9, 1), NumberText.percent(share, 0),
                NumberText.fixed(arithmetic.intensity, 1),
                comparison.speedUp.map { NumberText.fixed($0, 2) } ?? "",
            ]
        }
        return Self.table(
            ["network", "rate", "GFLOP/s", "of the peak", "flop/byte", "× one thread"], rows)
    }

    private var restTable: String? {
        let rows = comparisons.filter {
            $0.peers.isEmpty && $0.ours.ratio == nil && $0.benchmark.arithmetic == nil
        }.map { [$0.benchmark.name, $0.ours.rateText($0.benchmark.unit)] }
        return Self.table(["other", "rate"], rows)
    }
}

extension Measurement {
    /// The rate, and how small the result is.
    fileprivate func cell(_ unit: Benchmark.Unit) -> String {
        rateText(unit) + (ratio.map { ", stored in \(NumberText.fixed($0, 4))" } ?? "")
    }
}
