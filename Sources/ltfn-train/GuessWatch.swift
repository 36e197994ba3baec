import LTFNBytes

/// Notices that a network does nothing but guess: report after report its cost is that of taking
/// every class for equally likely.
struct GuessWatch {
    /// ln C: what a guess among C classes costs, in nats.
    let cost: Double
    /// How many reports in a row cost as much, up to the last one.
    private(set) var count = 0

    /// How far from a guess a cost may be, and be one: the mean of a batch whose logits are almost
    /// zero is much nearer, and a network that has begun to learn is beyond it.
    private static let tolerance = 0.005
    /// From how many reports on it is told.
    private static let patience = 10

    init(cost: Double) {
        self.cost = cost
    }

    /// - Returns: what to say, each time that the reports in a row have doubled.
    mutating func add(_ cost: Double) -> String? {
        count = abs(cost - self.cost) <= self.cost * Self.tolerance ? count + 1 : 0
        let rounds = count / Self.patience
        guard count > 0, count % Self.patience == 0, rounds & (rounds - 1) == 0 else { return nil }
        return "the cost has been \(text), what a guess costs, for \(count) reports"
    }

    /// What to say at the end; nil: the network did more than guess.
    var conclusion: String? {
        guard count >= Self.patience else { return nil }
        return
            "the network has learned nothing: its cost has been \(text), what a guess costs, for "
            + "the last \(count) reports. `ltfn-inspect activations` shows why."
    }

    private var text: String { NumberText.fixed(cost, 4) }
}
