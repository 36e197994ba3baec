import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNFormats
import LTFNInterchange

/// The conversion of one file into another: found out about, planned, carried out, proved.
public struct FileConversion: Sendable {
    public let request: Request
    public let conversion: Conversion
    /// What becomes of each variable of the input that is read, in the order of the plan's steps.
    public let changes: [VariableChange]
    /// Where the main file goes: `request.output`, or the index of the set that is written in its
    /// place.
    public let output: String
    /// The files that are written beside the main one.
    public let otherOutputs: [String]
    /// The files that the input consists of beside the one that was named.
    public let otherInputs: [String]
    /// The files in which the model has values that gets others.
    public let modelParts: [String]
    /// The names of the parts of a set that is replaced which the new one has no use for: they go
    /// with it.
    public let retiredParts: [String]
    /// Remarks about the files, a sentence each.
    public let notes: [String]
    /// What values may be whose meaning the input cannot say.
    public let hints: [Hint]
    /// What will be written and removed, a sentence each, where nothing is odd about it.
    public let announcements: [String]
    /// Whether values come out otherwise than they stand in the input.
    public let changesValues: Bool
    /// Whether a file stands at a name of the output.
    public let outputExists: Bool
    /// What stands in the way; nothing may be carried out before this is empty.
    public let problems: [ConversionPlan.Problem]

    public var plan: ConversionPlan { conversion.plan }

    /// Opens the input and plans. Nothing is written.
    ///
    /// - Throws: all that opening the input can throw; `unsupportedFeature` for a format that is
    ///   not known, or cannot be read or written.
    public init(
        _ request: Request, registry: FormatRegistry = .standard,
        limits: DecodingLimits = .standard
    ) throws(FormatError) {
        self.request = request
        let native = try NativeFormat(for: request, limits: limits)
        let registry = registry.with(native)
        let isBare = request.model != nil
        let named = try registry.target(
            forPath: request.output, named: isBare ? ONNXFormat().traits.name : request.targetFormat
        )
        let input = try ModelFile(
            request.input, ModelFile.Options(for: request, limits: limits), registry: registry)
        let selected = try SelectedReader(
            input.reader, patterns: request.selection.patterns)
        let keepsTies = !isBare && named.keepsTies
        let retied = keepsTies ? try RetiedReader(selected, input.format) : nil
        let tied: any CheckpointReader = retied ?? selected
        let unpacked = request.changes.dequantizes ? try DequantizedReader(tied) : nil
        let source: any CheckpointReader = unpacked ?? tied
        let convention = input.format.traits.kernelLayout
        // A preset's names come first: all else that is asked for is about these.
        let presetPlan = request.changes.preset.map {
            ChangePlan(Changes(preset: $0), of: source.manifest, convention: convention)
        }
        let known: any CheckpointReader = presetPlan.map { ChangedReader(source, $0) } ?? source
        let changePlan = ChangePlan(
            request.changes.withoutPreset, of: known.manifest, whole: input.reader.manifest,
            convention: convention, output: isBare ? nil : named.traits)
        let changed = ChangedReader(known, changePlan, isBare: isBare)
        changes = changePlan.changes.map { $0.after(presetPlan?.changes) }
        let reader: any CheckpointReader =
            request.changes.isEmpty && changePlan.changesNothing && !isBare ? source : changed
        let target: any CheckpointFormat
        let output: String
        if let model = request.model {
            let insertion = try Self.insertion(into: model, reader.manifest, limits)
            (target, output, modelParts) = (insertion.format, request.output, insertion.parts)
        } else {
            (target, output) = try Self.sharded(named, request, reader.manifest)
            modelParts = []
        }
        self.output = output
        conversion = Conversion(
            of: reader, from: input.format, to: target, allowing: request.allowedLosses,
            retyping: request.retyping, allowsOverflow: request.changes.allowsOverflow,
            limits: limits)
        var notes = input.notes
        if let named = registry.format(forPath: output),
            named.traits.name != target.traits.name
        {
            notes.append(
                "The name of the output suggests \(named.traits.name); \(target.traits.name) is "
                    + "written.")
        }
        hints = Self.hints(conversion.plan, input.format)
        notes += conversion.plan.target.map { target.notes(writing: $0) } ?? []
        if let base = native.base, target is NativeFormat {
            notes += Self.note(conversion.plan, relativeTo: base, request).map { [$0] } ?? []
        }
        let others = Self.otherOutputs(of: conversion.plan, target, at: output)
        var announcements: [String] = []
        if let first = others.first {
            announcements.append(
                "The output is a set of "
                    + (others.count == 1
                        ? "one file, \(first)" : "\(others.count) files, from \(first) on")
                    + ", and an index.")
        }
        otherOutputs = others
        otherInputs = input.otherPaths
        retiredParts = Self.retiredParts(of: target, at: output, others, request, limits)
        if let first = retiredParts.first {
            announcements.append(
                "The set that is replaced has parts that the new one does not have. They are removed once "
                    + "the new one is complete: " + first
                    + (retiredParts.count > 1 ? " and \(retiredParts.count - 1) more" : "") + ".")
        }
        if let names = retied?.restored, let first = names.first {
            announcements.append(
                "\"\(first)\""
                    + (names.count == 1
                        ? " is"
                        : " and \(NumberText.counted(names.count - 1, "more variable")) are")
                    + " tied again, as the input records.")
        }
        self.announcements =
            (unpacked?.announcement.map { [$0] } ?? []) + (presetPlan?.notes ?? [])
            + changePlan.notes + announcements
        self.notes = notes
        let outputs = [output] + others
        problems =
            Self.problems(of: request.selection, selected.manifest, input.format)
            + ((unpacked?.problem.map { [$0] } ?? []) + (presetPlan?.problems ?? [])
            + changePlan.problems + Self.problems(ofInserting: request)).map { .change($0) }
            + Self.problems(ofRunning: changePlan.manifest, request) + conversion.plan.problems
            + Self.problems(of: conversion.plan, input.budget)
            + Self.problems(at: outputs, request)
        changesValues = unpacked?.announcement != nil || changes.contains(where: \.changesValues)
        outputExists = outputs.contains(where: Self.exists)
    }

    /// What cannot be changed where only values go into a model.
    private static func problems(ofInserting request: Request) -> [ChangeProblem] {
        guard request.model != nil, let rule = request.changes.metadata.first else { return [] }
        return [
            ChangeProblem(
                "\"\(rule.key)\" cannot be set: the model that takes the values keeps its own "
                    + "metadata.")
        ]
    }

    /// Writes the output, reads it again, and only then gives it its name: until the end, whatever
    /// stood there is untouched.
    ///
    /// - Returns: nil when `observer` wanted to stop.
    /// - Throws: all that readers and writers throw.
    public func run(
        observer: @escaping Conversion.Observer = { _ in true }
    ) throws(FormatError) -> Outcome? {
        let writer = try DurableFileSetWriter(
            path: output, replacingExisting: request.replacesOutput)
        defer { writer.abandon() }
        let written: Conversion.Written?
        do throws(FormatError) {
            // What is compared afterwards is checked then.
            let isCompared = try DurableFileWriter.makesFile(at: output)
            written = try conversion.write(
                to: writer, checking: request.verification != .none && !isCompared,
                observer: observer)
        } catch {
            throw error.about(error.code == .io ? error.path : request.input)
        }
        guard let written, var verification = try verify(writer, written, observer: observer)
        else { return nil }
        var forward: ForwardComparison?
        if request.verification == .forward, verification == .equal,
            let drafts = try writer.drafts()
        {
            let comparison = try conversion.forward(in: drafts)
            if let layer = comparison.firstParting, !changes.contains(where: { $0.dtype != nil }) {
                verification = .different([
                    "Layer \"\(layer.name)\" is the first that makes something else of the sample "
                        + "images, by \(NumberText.significant(layer.relative, 3)) of its largest value."
                ])
            }
            forward = comparison
        }
        if case .different = verification {
        } else {
            for name in retiredParts { writer.retire(name) }
            try writer.commit()
        }
        return Outcome(
            verification: verification, forward: forward, rounding: conversion.rounding,
            byteCount: writer.byteCount, notes: writer.notes)
    }

    private func verify(
        _ writer: DurableFileSetWriter, _ written: Conversion.Written,
        observer: @escaping Conversion.Observer
    ) throws(FormatError) -> Outcome.Verification? {
        guard request.verification != .none else { return .skipped }
        guard let drafts = try writer.drafts() else { return .impossible }
        do throws(FormatError) {
            let differences = try conversion.differences(
                in: drafts, written: written, observer: observer)
            return differences.map { $0.isEmpty ? .equal : .different($0) }
        } catch {
            if error.code == .checksumMismatch, error.format == plan.sourceFormat {
                throw error.about(request.input)
            }
            // The rest of the source was read well: the output is what cannot be read, or a base.
            let isAboutBase = error.path.map { base in
                base == request.relativeTo || request.bases.contains(base)
            }
            if error.code == .io || isAboutBase == true { throw error }
            return .different(["The output cannot be read again: \(error.message)"])
        }
    }
}
