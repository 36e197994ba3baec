import LTFNBytes
import LTFNInference

extension ActivationReport {
    /// What is wrong with the network, as far as its layers show it: the cause before what follows
    /// from it, and what follows from a cause not at all.
    public func verdicts(_ thresholds: VerdictThresholds = VerdictThresholds()) -> [Verdict] {
        let untrained = trace.verdict.map { [$0] } ?? []
        let broken = layers.compactMap(\.notFinite)
        // What is not finite makes everything after it so.
        if let first = broken.first { return [first] + untrained }
        let dead = layers.compactMap { $0.deadLayer }
        // Nothing passes a dead layer, so what comes after it is of one value.
        if let first = dead.first { return [first] + duplicates(thresholds) + untrained }
        let scale = scaleVerdicts(thresholds)
        var verdicts = scale
        if scale.isEmpty { verdicts += saturation(thresholds).map { [$0] } ?? [] }
        verdicts += layers.compactMap { $0.deadUnits(thresholds) }
        return verdicts + duplicates(thresholds) + untrained
    }

    /// Of each layer but the first: its standard deviation by that of the layer before.
    public var factors: [Double?] {
        layers.indices.map { index in
            guard index > 0, let before = layers[index - 1].statistics.standardDeviation,
                let own = layers[index].statistics.standardDeviation, before > 0
            else { return nil }
            return own / before
        }
    }

    private func scaleVerdicts(_ thresholds: VerdictThresholds) -> [Verdict] {
        guard layers.count > 1, let first = layers.first?.statistics.standardDeviation, first > 0,
            let last = layers.last?.statistics.standardDeviation
        else { return [] }
        let steps = factors.dropFirst().map { "×" + FigureText.optional($0) }
            .joined(separator: ", ")
        let whole = last / first
        if whole >= thresholds.exploding {
            return [
                Verdict(
                    rule: .exploding, layer: nil, number: whole, threshold: thresholds.exploding,
                    sentence: "The signal grows from layer to layer (\(steps)): the logits vary "
                        + "\(FigureText.times(whole)) times as much as the first layer.",
                    advice: "The initial weights are too large for the fan-in: use he_normal "
                        + "before ReLU, glorot_uniform for the last layer.")
            ]
        }
        if whole <= thresholds.vanishing {
            return [
                Verdict(
                    rule: .vanishing, layer: nil, number: whole, threshold: thresholds.vanishing,
                    sentence: "The signal shrinks from layer to layer (\(steps)): the logits vary "
                        + "\(FigureText.times(whole)) times as much as the first layer, and are "
                        + "almost the same for every image.",
                    advice: "The initial weights are too small for the fan-in: use he_normal "
                        + "before ReLU, glorot_uniform for the last layer.")
            ]
        }
        return zip(layers, factors).compactMap { layer, factor in
            guard let factor, factor >= thresholds.gain || factor * thresholds.gain <= 1 else {
                return nil
            }
            return Verdict(
                rule: .gain, layer: layer.name, number: factor,
                threshold: factor > 1 ? thresholds.gain : 1 / thresholds.gain,
                sentence: "\(layer.name) varies \(FigureText.times(factor)) times as much as the "
                    + "layer before, unlike the other layers.",
                advice:
                    "Its weights are too \(factor > 1 ? "large" : "small") for its fan-in, or were "
                    + "filled by another rule than those of the other layers.")
        }
    }

    private func saturation(_ thresholds: VerdictThresholds) -> Verdict? {
        guard softmax.count > 0 else { return nil }
        let share = Double(softmax.sureCount) / Double(softmax.count)
        let isWrong = metrics.map { ($0.cost ?? 0) > softmax.guessEntropy } ?? true
        guard share >= thresholds.saturated, isWrong else { return nil }
        return Verdict(
            rule: .saturated, layer: nil, number: share, threshold: thresholds.saturated,
            sentence: "The softmax is saturated: it is sure of one class in "
                + "\(FigureText.percent(share)) of the images"
                + (metrics.flatMap(\.accuracy).map { ", and right in \(FigureText.percent($0))" }
                    ?? "")
                + ".",
            advice:
                "Gradients are then almost nothing: make the last layer's weights smaller, or the "
                + "learning rate.")
    }

    private func duplicates(_ thresholds: VerdictThresholds) -> [Verdict] {
        layers.compactMap { layer in
            let count = Double(layer.duplicateCount ?? 0)
            guard count > thresholds.duplicates else { return nil }
            return Verdict(
                rule: .duplicates, layer: layer.name, number: count,
                threshold: thresholds.duplicates,
                sentence:
                    "\(Int(count)) of \(layer.unitCount) units of \(layer.name) have the same "
                    + "weights as another one.",
                advice: "They get the same gradient and stay the same: fill the weights at random.")
        }
    }
}

extension LayerActivations {
    fileprivate var notFinite: Verdict? {
        let count = statistics.nonFiniteCount
        guard count > 0 else { return nil }
        return Verdict(
            rule: .notFinite, layer: name, number: Double(count), threshold: 0,
            sentence:
                "\(NumberText.grouped(count)) of \(NumberText.grouped(statistics.count)) values "
                + "of \(name) are NaN or infinite.",
            advice: "Look at its weights: the learning rate was too high, or its values overflow.")
    }

    fileprivate var deadLayer: Verdict? {
        guard let deadUnitCount, deadUnitCount == unitCount, statistics.count > 0 else {
            return nil
        }
        return Verdict(
            rule: .deadLayer, layer: name, number: 1, threshold: 1,
            sentence: "\(name) is dead: none of its \(unitCount) units is ever above zero, so its "
                + "ReLU lets nothing pass.",
            advice: "Its biases are too low, or a step was too large: fill it anew, with a smaller "
                + "learning rate.")
    }

    fileprivate func deadUnits(_ thresholds: VerdictThresholds) -> Verdict? {
        guard let deadUnitCount, unitCount > 0 else { return nil }
        let share = Double(deadUnitCount) / Double(unitCount)
        guard share >= thresholds.deadUnits else { return nil }
        return Verdict(
            rule: .deadUnits, layer: name, number: share, threshold: thresholds.deadUnits,
            sentence:
                "\(deadUnitCount) of \(unitCount) units of \(name) are dead: never above zero.",
            advice: "They learn no more: use a smaller learning rate, or look at the biases.")
    }
}
