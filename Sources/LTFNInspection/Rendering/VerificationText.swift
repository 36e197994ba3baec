import LTFNBytes

extension VerificationReport {
    /// The report for a person.
    public func text(_ layout: TextLayout, name: String) -> String {
        let name = TerminalText.escaped(name)
        guard isSound else {
            let count = FigureText.counted(problems.count, "problem")
            let lines = problems.map { "  " + layout.paint($0.description, .bad) }
            return "\(name): " + layout.paint("damaged", .bad) + ", \(count)\n"
                + lines.map { $0 + "\n" }.joined()
        }
        var facts = [
            FigureText.counted(variableCount, "variable"),
            FigureText.bytes(soundByteCount) + " of values",
        ]
        if replayedCount > 0 {
            facts.append(FigureText.counted(replayedCount, "initializer") + " replayed")
        }
        return "\(name): " + layout.paint("sound", .good) + " ("
            + facts.joined(separator: ", ") + ")\n"
    }

    /// The report for a program.
    public func json(name: String) -> JSONValue {
        .object([
            "schema": .string(InspectionSchema.name),
            "report": "verify",
            "file": .string(name),
            "sound": .bool(isSound),
            "variables": .int(Int64(variableCount)),
            "sound_bytes": .uint(soundByteCount),
            "initializers_replayed": .int(Int64(replayedCount)),
            "problems": .array(
                problems.map { problem in
                    .object([
                        "code": .string(problem.code.rawValue),
                        "variable": problem.variable.map { .string($0) } ?? .null,
                        "rule": problem.rule.map { .string($0) } ?? .null,
                        "offset": problem.offset.map { .uint($0) } ?? .null,
                        "message": .string(problem.message),
                    ])
                }),
        ])
    }
}
