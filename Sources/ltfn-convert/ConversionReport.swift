import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNConversion
import LTFNFiles

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
            case .equal:
                conversion.changesValues
                    ? ", verified against \(TerminalText.escaped(request.input))"
                    : ", bit for bit those of \(TerminalText.escaped(request.input))"
            case .skipped, .impossible, .different: ", not verified"
            }
        let size = NumberText.byteCount(outcome.byteCount, unit: .decimal)
        return "\(TerminalText.escaped(conversion.output)): \(plan.targetFormat), "
            + "\(NumberText.counted(plan.steps.count, "variable")) in \(size)\(proof)\n"
    }

    /// Everything that would be done.
    func planText(on terminal: Terminal) -> String {
        let input = TerminalText.escaped(request.input)
        let output = TerminalText.escaped(conversion.output)
        var text = "\(input) (\(plan.sourceFormat)) → \(output) (\(plan.targetFormat))\n\n"
        var table = TextTable(["variable", "dtype", "shape", "bytes", "lost"])
        let lost = Dictionary(grouping: plan.losses.filter { $0.variable != nil }) {
            $0.variable
        }
        for (step, variable) in zip(plan.steps, conversion.changes) {
            let (source, isPermuted) = (variable.source, variable.permutation != nil)
            table.append([
                change(source.name.string, step.target.name.string),
                change(source.elementType, step.target.elementType),
                change(
                    source.elementShape.description, step.target.elementShape.description,
                    isPermuted: isPermuted),
                String(step.target.tensor.byteCount),
                (lost[step.source.name] ?? []).map(\.subject.rawValue).joined(separator: ", "),
            ])
        }
        text += table.text(on: terminal)
        let size = NumberText.byteCount(plan.valueByteCount, unit: .decimal)
        text += "\n\(NumberText.counted(plan.steps.count, "variable")), \(size) of values\n"
        let allowed = plan.losses.filter {
            $0.subject == .member || request.allowedLosses.contains($0.subject)
        }
        text += list("Lost:", LossSummary.summaries(of: allowed).map(\.advice), terminal)
        let lines =
            problems.count == 1
            ? problems.map(\.advice)
            : problems.map(\.sentence) + ConvertCommand.remedies(of: problems)
        text += list("Problems:", lines, terminal)
        if conversion.outputExists {
            text +=
                "\n\(output) exists: "
                + (request.replacesOutput
                    ? "it would be replaced.\n" : "it is replaced only with --force.\n")
        }
        return text
    }

    /// The variables as they stand in the input, in the order of the plan's steps.
    private var sources: [VariableInfo] { conversion.changes.map(\.source) }

    /// What values have lost that were rounded; nil: nothing.
    var roundingText: String? {
        let rounding = (outcome?.rounding ?? []).filter {
            $0.error.largest > 0 || $0.error.overflow != nil
        }
        guard let worst = rounding.max(by: { $0.error.largest < $1.error.largest }) else {
            return nil
        }
        let relative = rounding.map(\.error.largestRelative).max() ?? 0
        let overflows = rounding.filter { $0.error.overflow != nil }
        let were = rounding.count == 1 ? "was" : "were"
        return "\(NumberText.counted(rounding.count, "variable")) \(were) rounded. Largest error: "
            + "\(NumberText.significant(worst.error.largest, 3)), in \"\(worst.variable)\"; largest "
            + "relative error: \(NumberText.significant(relative, 3))."
            + (overflows.first.map { first in
                let more = overflows.count - 1
                let others = more > 0 ? " and \(NumberText.counted(more, "more variable"))" : ""
                return " Values of \"\(first.variable)\"\(others) became infinite."
            } ?? "")
    }

    /// How far the network's layers part on sample images; nil: nobody asked.
    var forwardText: String? {
        guard let forward = outcome?.forward else { return nil }
        let parting =
            forward.firstParting.map {
                "layer \"\($0.name)\" is the first that differs, by "
                    + "\(NumberText.significant($0.relative, 3)) of its largest value"
            } ?? "no layer differs"
        return "Run on \(forward.imageCount) sample images: \(parting); "
            + "\(forward.samePredictionCount) of \(forward.imageCount) predictions are the same."
    }

    private func list(_ title: String, _ lines: [String], _ terminal: Terminal) -> String {
        if lines.isEmpty { return "" }
        return "\n\(title)\n"
            + lines.flatMap { terminal.lines(of: "  " + TerminalText.escaped($0), indent: 4) }
            .map { $0 + "\n" }.joined()
    }

    /// - Parameter isPermuted: whether the axes change places, of equal length or not.
    private func change(
        _ before: String, _ after: String, isPermuted: Bool = false
    ) -> String {
        before.utf8.elementsEqual(after.utf8) && !isPermuted ? before : before + " → " + after
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
            "variables": .array(zip(plan.steps, sources).map(variable)),
            "losses": .array(plan.losses.map(loss)),
            "notes": .array(remarks.map { .string($0) }),
            "problems": .array(problems.map { .string($0.advice) }),
            "verified": verified,
            "forward": forward,
            "differences": differences,
        ]
    }

    private var remarks: [String] {
        conversion.notes + conversion.hints.map(\.advice) + conversion.announcements
    }

    private func variable(_ step: ConversionPlan.Step, _ source: VariableInfo) -> JSONValue {
        let error = outcome?.rounding.first { $0.variable == step.target.name }?.error
        return [
            "name": .string(source.name.string),
            "target_name": .string(step.target.name.string),
            "dtype": .string(source.elementType),
            "target_dtype": .string(step.target.elementType),
            "shape": Self.shape(source.elementShape),
            "target_shape": Self.shape(step.target.elementShape),
            "byte_count": .int(Int64(step.target.tensor.byteCount)),
            "rounding": error.map {
                [
                    "largest": .double($0.largest),
                    "largest_relative": .double($0.largestRelative),
                    "overflows": .bool($0.overflow != nil),
                ]
            } ?? .null,
        ]
    }

    private static func shape(_ shape: TensorShape) -> JSONValue {
        .array(shape.dimensions.map { .int(Int64($0)) })
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

    private var forward: JSONValue {
        guard let forward = outcome?.forward else { return nil }
        return [
            "image_count": .int(Int64(forward.imageCount)),
            "same_prediction_count": .int(Int64(forward.samePredictionCount)),
            "layers": .array(
                forward.layers.map {
                    ["name": .string($0.name), "relative_difference": .double($0.relative)]
                }),
        ]
    }

    private var differences: JSONValue {
        guard case .different(let differences) = outcome?.verification else { return [] }
        return .array(differences.map { .string($0) })
    }
}

extension ConversionPlan.Problem {
    /// What it is, and which option helps.
    var advice: String {
        ([sentence] + remedies.map(\.inOptions)).joined(separator: " ")
    }
}

extension LossSummary {
    /// What is lost, and where to find more about it.
    var advice: String { description + (remedy.map { " " + $0.inOptions } ?? "") }
}

extension FileConversion.Hint {
    /// The remark, and which option helps.
    var advice: String { sentence + " " + remedy.inOptions }
}
