import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNTraining

/// What there is to say and to save when a run has come apart.
struct DivergenceReport {
    let divergence: Divergence
    let configuration: TrainingConfiguration
    let output: TrainingOutput

    /// Saves the last weights worth keeping beside the output.
    ///
    /// - Returns: what happened, since when, what to try, and where the weights are.
    func save(_ result: TrainingResult) -> String {
        guard !Output.isStandard(path: output.path) else {
            return [what, advice, "Nothing was written."].joined(separator: " ")
        }
        let saved: String
        do throws(FormatError) {
            let path = try output.writeLastFinite(result)
            saved =
                result.stepCount == 0
                ? "The initial weights are in \(TerminalText.escaped(path))."
                : "The weights of step \(result.stepCount) are in "
                    + "\(TerminalText.escaped(path))."
        } catch {
            saved = "The last usable weights could not be saved: \(error)"
        }
        return [what, advice, saved, "\(TerminalText.escaped(output.path)) was not written."]
            .joined(separator: " ")
    }

    private var what: String {
        let cost = divergence.cost.isNaN ? "not a number" : shortNumber(divergence.cost)
        guard let first = divergence.first, let peak = divergence.peak else {
            return "The cost is \(cost) at step 0 already: the initial weights are too large."
        }
        let course =
            "it was \(shortNumber(first.cost)) at step 0"
            + (peak == first ? "" : " and \(shortNumber(peak.cost)) at step \(peak.step)")
        switch divergence.kind {
        case .notFinite:
            return "The cost is \(cost) since step \(divergence.step) (\(course)): the steps were "
                + "too large, and the weights have grown beyond what float32 can hold."
        case .collapsed:
            return
                "The cost exploded (\(course)) and is \(cost) since step \(divergence.step): the "
                + "steps were too large, and with weights that have grown so far the network gives "
                + "every image the same answer."
        case .exploded:
            return "The cost exploded (\(course)) and does not come back: the steps were too large."
        }
    }

    private var advice: String {
        let smaller = "--learning-rate \(NumberText.significant(smallerRate, 3))"
        let isDefault = configuration.initialization.isEmpty
        if divergence.first == nil { return "Try --init he." }
        return isDefault ? "Try \(smaller)." : "Try --init he, or \(smaller)."
    }

    /// A tenth of the rate, or a hundredth, …: the less, the further the first cost was from what a
    /// network costs whose weights are of the right size.
    private var smallerRate: Double {
        var rate = configuration.learningRate / 10
        var excess = (divergence.first?.cost ?? 0) / 10_000
        while excess > 1 {
            excess /= 10
            rate /= 10
        }
        return rate
    }
}
