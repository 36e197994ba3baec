import LTFNBytes
import LTFNCommand
import LTFNConversion

// What stands in the way.
extension ConvertCommand {
    /// Ends the command with all that stands in the way.
    func refuse(_ problems: [ConversionPlan.Problem]) throws {
        guard let first = problems.first else { return }
        let status: ExitStatus =
            if problems.contains(where: \.isAboutValues) {
                .invalidInput
            } else if problems.contains(where: \.isAboutOutput) {
                .outputNotCreated
            } else {
                .usage
            }
        // A dry run has printed them all.
        if dryRun { throw CommandFailure(status) }
        if problems.count == 1 { throw CommandFailure(status, first.advice) }
        throw CommandFailure(
            status, first.sentence,
            details: problems.dropFirst().map(\.sentence) + Self.remedies(of: problems))
    }

    /// What helps against several problems, each thing once.
    static func remedies(of problems: [ConversionPlan.Problem]) -> [String] {
        var lost: [String] = []
        var sentences: [String] = []
        for remedy in problems.flatMap(\.remedies) {
            if case .allowLoss(let subject) = remedy {
                lost.append(subject)
            } else if !sentences.contains(remedy.inOptions) {
                sentences.append(remedy.inOptions)
            }
        }
        if lost.isEmpty { return sentences }
        let what = problems.count == lost.count ? "all of this" : "these losses"
        return sentences + ["Allow \(what) with --allow-loss \(lost.joined(separator: ","))."]
    }
}

extension ConversionPlan.Problem {
    fileprivate var isAboutValues: Bool {
        switch self {
        case .notRepresentable, .expansion: true
        case .notAllowed, .selection, .change, .output: false
        }
    }

    fileprivate var isAboutOutput: Bool {
        if case .output = self { true } else { false }
    }
}
