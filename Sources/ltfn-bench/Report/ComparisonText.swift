import LTFNBytes

extension Comparison {
    /// `train/step   1,234 images/s ±0.5 %   540 GFLOP/s   2.10 × train/tensorflow`
    var text: String {
        var line = benchmark.name.padded(39) + " " + ours.rateText(benchmark.unit)
        if let spread = ours.spread { line += " ±" + NumberText.percent(spread, 1) }
        let remarks = [arithmeticText, storedText(ours), speedUpText].compactMap { $0 }
        if !remarks.isEmpty { line += "   " + remarks.joined(separator: ", ") }
        for peer in peers {
            switch peer {
            case .skipped(let name, let reason): line += "\n    \(name): skipped, \(reason)"
            case .measured(let peer):
                let ratio = ratio(to: peer).map { NumberText.fixed($0, 2) } ?? "?"
                let rate = [peer.rateText(benchmark.unit), storedText(peer)].compactMap { $0 }
                line += "\n    \(ratio) × \(peer.version ?? peer.name)"
                line += " (\(rate.joined(separator: ", ")))"
            }
        }
        return line
    }

    private var arithmeticText: String? {
        guard let arithmetic = benchmark.arithmetic, let operationRate, let share else {
            return nil
        }
        return "\(NumberText.fixed(operationRate / 1e9, 1)) GFLOP/s, "
            + "\(NumberText.percent(share, 0)) of the peak, "
            + "\(NumberText.fixed(arithmetic.intensity, 1)) flop/byte"
    }

    private func storedText(_ measurement: Measurement) -> String? {
        measurement.ratio.map { "stored in \(NumberText.fixed($0, 4))" }
    }

    private var speedUpText: String? {
        guard let speedUp else { return nil }
        let text = "\(NumberText.fixed(speedUp, 2)) × one thread"
        return copiesSpeedUp.map { "\(text) (copies apart: \(NumberText.fixed($0, 2)))" } ?? text
    }
}

extension Measurement {
    /// `1,234 images/s`
    func rateText(_ unit: Benchmark.Unit) -> String {
        guard let rate = medianRate else { return "?" }
        switch unit {
        case .bytes: return NumberText.grouped(Int(rate / 1e6)) + " MB/s"
        case .values: return NumberText.grouped(Int(rate / 1e6)) + " M values/s"
        case .operations: return NumberText.fixed(rate / 1e9, 1) + " GFLOP/s"
        case .images:
            return (rate < 100 ? NumberText.fixed(rate, 2) : NumberText.grouped(Int(rate)))
                + " images/s"
        }
    }
}
