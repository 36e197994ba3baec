import LTFNBytes

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
            return "\(name): " + layout.paint("not verified", .warning) + ", the values of "
                + NumberText.counted(unreadCount, "variable") + " are too many\n"
        case .sound: return soundText(layout, name)
        }
    }

    private func problemsText(_ layout: TextLayout, _ role: TextLayout.Role) -> String {
        let lines = problems.map { "  " + layout.paint($0.description, role) + "\n" }
        return ", " + NumberText.counted(problems.count, "problem") + "\n" + lines.joined()
    }

    private func soundText(_ layout: TextLayout, _ name: String) -> String {
        var facts = [
            NumberText.counted(variableCount, "variable"),
            FigureText.bytes(soundByteCount) + " of values",
        ]
        if replayedCount > 0 {
            facts.append(NumberText.counted(replayedCount, "initializer") + " replayed")
        }
        return "\(name): " + layout.paint("sound", .good) + " ("
            + facts.joined(separator: ", ") + ")\n"
    }

    /// The report for a program.
    public func json(name: String) -> JSONValue {
        .object([
            "schema": .string(InspectionSchema.verify),
            "file": .string(name),
            "sound": .bool(isSound),
            "verdict": .string(verdict.rawValue),
            "variables": .int(Int64(variableCount)),
            "variables_not_read": .int(Int64(unreadCount)),
            "sound_bytes": .uint(soundByteCount),
            "initializers_replayed": .int(Int64(replayedCount)),
            "problems": .array(problems.map(\.json)),
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
            "message": .string(message),
        ])
    }
}
