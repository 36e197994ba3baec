import LTFNBytes
import LTFNCheckpoint

extension VerificationReport {
    /// The report for a person.
    public func text(_ layout: TextLayout, name: String) -> String {
        let bases = damagedBases(of: name)
        let name = TerminalText.escaped(name)
        switch verdict {
        case .damaged:
            let culprits = bases.map { " by its base " + TerminalText.escaped($0) }
            return "\(name): " + layout.paint("damaged", .bad) + culprits.joined(separator: " and")
                + problemsText(layout, .bad)
        case .unsupported:
            return "\(name): " + layout.paint("unsupported", .warning)
                + problemsText(layout, .warning)
        case .unread:
            let what =
                unreadCount > 0
                ? "the values of " + NumberText.counted(unreadCount, "variable") : "some of it"
            let reason = firstUnread?.code == .io ? "could not be read" : "are too many"
            return "\(name): " + layout.paint("not verified", .warning) + ", \(what) \(reason)\n"
        case .unchecked:
            return "\(name): " + layout.paint("readable, values not checked", .warning)
                + " (\(facts)): \(formatName) keeps no checksum of them" + lossesText(layout) + "\n"
        case .sound:
            return "\(name): " + layout.paint("sound", .good) + " (\(facts))" + lossesText(layout)
                + "\n"
        }
    }

    private func problemsText(_ layout: TextLayout, _ role: TextLayout.Role) -> String {
        let lines = problems.map {
            "  " + layout.paint($0.description(of: layout.remedyText), role) + "\n"
        }
        return ", " + NumberText.counted(problems.count, "problem") + "\n" + lines.joined()
    }

    /// `10 variables, 1.29 MB of values compared with their SHA-256, 10 initializers replayed`
    private var facts: String {
        var values = FigureText.bytes(soundByteCount) + " of values"
        if checksValues, soundByteCount > 0 {
            values += " compared with their \(valueProof.rawValue)"
        }
        var facts = [NumberText.counted(variableCount, "variable"), values]
        if replayedCount > 0 {
            facts.append(NumberText.counted(replayedCount, "initializer") + " replayed")
        }
        return facts.joined(separator: ", ")
    }

    /// What is left out of the file, and so not verified.
    private func lossesText(_ layout: TextLayout) -> String {
        guard let first = losses.first else { return "" }
        let name = first.variable.map { "\"\($0)\": " } ?? ""
        let more =
            losses.count == 1
            ? "" : " And \(NumberText.counted(losses.count - 1, "more part")) of it."
        return ", but not as the file was written:\n  "
            + layout.paint(TerminalText.escaped(name + first.reason) + more, .warning)
    }

    /// The report for a program.
    public func json(name: String) -> JSONValue {
        .object([
            "schema": .string(InspectionSchema.verify),
            "file": .string(name),
            "sound": [.unchecked, .unread].contains(verdict) ? .null : .bool(isSound),
            "values_checked": .bool(checksValues && verdict != .unread),
            "values_compared_with": checksValues ? .string(valueProof.rawValue) : .null,
            "verdict": .string(verdict.rawValue),
            "variables": .int(Int64(variableCount)),
            "variables_not_read": .int(Int64(unreadCount)),
            "sound_bytes": .uint(soundByteCount),
            "initializers_replayed": .int(Int64(replayedCount)),
            "problems": .array(problems.map(\.json)),
            "losses": .array(losses.map(\.json)),
        ])
    }
}

extension FormatLoss {
    /// What is left out, for a program.
    var json: JSONValue {
        .object([
            "subject": .string(subject.rawValue),
            "variable": variable.map { .string($0.string) } ?? .null,
            "reason": .string(reason),
        ])
    }
}

extension FormatError {
    /// The error for a program.
    var json: JSONValue {
        .object([
            "code": .string(code.rawValue),
            "path": path.map { .string($0) } ?? .null,
            "variable": variable.map { .string($0) } ?? .null,
            "rule": rule.map { .string($0) } ?? .null,
            "offset": offset.map { .uint($0) } ?? .null,
            "message": .string(message + (remedy.map { " \($0)" } ?? "")),
        ])
    }
}
