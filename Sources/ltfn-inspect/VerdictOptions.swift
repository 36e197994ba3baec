import ArgumentParser
import LTFNBytes
import LTFNCommand
import LTFNInspection

/// `--fail-on RULES`, `--threshold RULE=NUMBER`: when something is called wrong, and what follows.
struct VerdictOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "End with status 1 when one of these is found: any, or names with commas between them.",
            valueName: "rules"),
        completion: .list(["any"] + Verdict.Rule.allCases.map(\.rawValue)),
        transform: Self.rules)
    var failOn: Set<Verdict.Rule> = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "From where on a rule calls something wrong; exploding=1000 is one. Can be repeated.",
            valueName: "rule=number"),
        transform: Threshold.parse)
    var threshold: [Threshold] = []

    struct Threshold {
        var rule: Verdict.Rule
        var number: Double

        static func parse(_ text: String) throws -> Threshold {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let number = Double(parts[1]), number.isFinite, number >= 0
            else {
                throw ValidationError("expected RULE=NUMBER, as exploding=1000, found \"\(text)\".")
            }
            let rule = try VerdictOptions.rule(parts[0])
            guard VerdictThresholds()[rule] != nil else {
                throw ValidationError("\(rule.rawValue) has no threshold.")
            }
            return Threshold(rule: rule, number: number)
        }
    }

    var thresholds: VerdictThresholds {
        var thresholds = VerdictThresholds()
        for each in threshold { thresholds[each.rule] = each.number }
        return thresholds
    }

    /// - Throws: when something is found that the command is to fail for.
    func check(_ verdicts: [Verdict], of file: String) throws {
        let found = verdicts.filter { failOn.contains($0.rule) }
        guard !found.isEmpty else { return }
        let names = found.map { verdict in
            verdict.rule.rawValue + (verdict.layer.map { " (\($0))" } ?? "")
        }
        throw CommandFailure(.no, "\(file): \(names.joined(separator: ", "))")
    }

    private static func rules(_ text: String) throws -> Set<Verdict.Rule> {
        if text == "any" { return Set(Verdict.Rule.allCases) }
        return Set(try text.split(separator: ",").map { try rule(String($0)) })
    }

    private static func rule(_ name: String) throws -> Verdict.Rule {
        if let rule = Verdict.Rule(rawValue: name) { return rule }
        let names = Verdict.Rule.allCases.map(\.rawValue)
        let meant = Spelling.suggestion(for: name, among: names)
        throw ValidationError(
            "there is no rule \"\(name)\"\(Spelling.question(meant, else: ";")) There are "
                + names.joined(separator: ", ") + ".")
    }
}
