import LTFNBytes
import LTFNCheckpoint
import LTFNConversion

/// A conversion in words and as JSON.
struct ConversionReport {
    private let conversion: FileConversion
    private let isDryRun: Bool
    var outcome: FileConversion.Outcome?

    init(_ conversion: FileConversion, isDryRun: Bool) {
        self.conversion = conversion
        self.isDryRun = isDryRun
    }

    /// What stands in the way. Nothing does in the way of a dry run because of a file that it
    /// leaves alone.
    var problems: [ConversionPlan.Problem] {
        conversion.problems.filter { !isDryRun || !$0.isAboutExistingOutput }
    }

    private var plan: ConversionPlan { conversion.plan }
    private var request: FileConversion.Request { conversion.request }

    /// `model.npz: 10 variables, 1.29 MB, bit for bit those of model.ltfn`
    var resultText: String {
        guard let outcome else { return "" }
        if case .different = outcome.verification { return "" }
        let proof =
            switch outcome.verification {
            case .equal: ", bit for bit those of \(TerminalText.escaped(request.input))"
            case .skipped, .impossible, .different: ", not verified"
            }
        let size = NumberText.byteCount(outcome.byteCount, unit: .decimal)
        return "\(TerminalText.escaped(conversion.output)): \(plan.targetFormat), "
            + "\(NumberText.counted(plan.steps.count, "variable")) in \(size)\(proof)\n"
    }

    /// Everything that would be done.
    var planText: String {
        let input = TerminalText.escaped(request.input)
        let output = TerminalText.escaped(conversion.output)
        var text = "\(input) (\(plan.sourceFormat)) → \(output) (\(plan.targetFormat))\n\n"
        var table = TextTable(["variable", "dtype", "shape", "bytes", "lost"])
        let lost = Dictionary(grouping: plan.losses.filter { $0.variable != nil }) {
            $0.variable
        }
        for step in plan.steps {
            table.append([
                change(step.source.name.string, step.target.name.string),
                change(step.source.tensor.dtype.rawValue, step.target.tensor.dtype.rawValue),
                step.source.tensor.shape.description, String(step.target.tensor.byteCount),
                (lost[step.source.name] ?? []).map(\.subject.rawValue).joined(separator: ", "),
            ])
        }
        text += table.text
        let size = NumberText.byteCount(plan.valueByteCount, unit: .decimal)
        text += "\n\(NumberText.counted(plan.steps.count, "variable")), \(size) of values\n"
        text += list("Lost:", LossSummary.summaries(of: plan.losses).map(\.description))
        text += list("Problems:", problems.map(\.description))
        if conversion.outputExists {
            text +=
                "\n\(output) exists: "
                + (request.replacesOutput
                    ? "it would be replaced.\n" : "it is replaced only with --force.\n")
        }
        return text
    }

    private func list(_ title: String, _ lines: [String]) -> String {
        if lines.isEmpty { return "" }
        return "\n\(title)\n" + lines.map { "  " + TerminalText.escaped($0) + "\n" }.joined()
    }

    private func change(_ before: String, _ after: String) -> String {
        before.utf8.elementsEqual(after.utf8) ? before : before + " → " + after
    }
}

extension ConversionReport {
    /// `ltfn.convert/1`
    var json: JSONValue {
        [
            "schema": "ltfn.convert/1",
            "dry_run": .bool(isDryRun),
            "input": [
                "path": .string(request.input), "format": .string(plan.sourceFormat),
                "other_files": .array(conversion.otherInputs.map { .string($0) }),
            ],
            "output": [
                "path": .string(conversion.output), "format": .string(plan.targetFormat),
                "exists": .bool(conversion.outputExists),
                "other_files": .array(conversion.otherOutputs.map { .string($0) }),
                "removed_files": .array(
                    conversion.retiredParts.map {
                        .string(DurableFileSetWriter.path(of: $0, beside: conversion.output))
                    }),
                "byte_count": outcome.map { .int(Int64(clamping: $0.byteCount)) } ?? .null,
            ],
            "value_byte_count": .int(Int64(clamping: plan.valueByteCount)),
            "variables": .array(plan.steps.map(variable)),
            "losses": .array(plan.losses.map(loss)),
            "notes": .array((conversion.notes + conversion.announcements).map { .string($0) }),
            "problems": .array(problems.map { .string($0.description) }),
            "verified": verified,
            "differences": differences,
        ]
    }

    private func variable(_ step: ConversionPlan.Step) -> JSONValue {
        [
            "name": .string(step.source.name.string),
            "target_name": .string(step.target.name.string),
            "dtype": .string(step.source.tensor.dtype.rawValue),
            "target_dtype": .string(step.target.tensor.dtype.rawValue),
            "shape": .array(step.source.tensor.shape.dimensions.map { .int(Int64($0)) }),
            "byte_count": .int(Int64(step.target.tensor.byteCount)),
        ]
    }

    private func loss(_ loss: FormatLoss) -> JSONValue {
        [
            "subject": .string(loss.subject.rawValue),
            "variable": loss.variable.map { .string($0.string) } ?? .null,
            "reason": .string(loss.reason),
            "allowed": .bool(request.allowedLosses.contains(loss.subject)),
        ]
    }

    private var verified: JSONValue {
        switch outcome?.verification {
        case .equal: true
        case .different: false
        case .skipped, .impossible, nil: nil
        }
    }

    private var differences: JSONValue {
        guard case .different(let differences) = outcome?.verification else { return [] }
        return .array(differences.map { .string($0) })
    }
}
