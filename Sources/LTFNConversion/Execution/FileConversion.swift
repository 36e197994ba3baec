import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNFormats
import LTFNInterchange

/// The conversion of one file into another: found out about, planned, carried out, proved.
public struct FileConversion: Sendable {
    /// What is wanted.
    public struct Request: Hashable, Sendable {
        public var input: String
        public var output: String
        /// The names of formats; nil: by content and name of the file.
        public var sourceFormat: String?
        public var targetFormat: String?
        /// What may be lost.
        public var allowedLosses: Set<FormatLoss.Subject> = []
        /// What the values of a dtype are known to be instead.
        public var retyping: [Retyping] = []
        /// What is changed on the way.
        public var changes = Changes()
        /// What of the input is read.
        public var selection = ReadingSelection.everything
        /// Files that `.ltfn` files may be stored relative to, in any order.
        public var bases: [String] = []
        /// An ONNX model: the output is a copy of it, with the values of the input in place of its
        /// own.
        public var model: String?
        /// What an `.ltfn` output is stored relative to.
        public var relativeTo: String?
        /// The most bytes of values in a file, where the target can be kept in several; nil: as the
        /// format has it.
        public var shardByteCount: UInt64?
        /// The values of a safetensors output begin at a multiple of so many bytes; nil: as the
        /// format has it.
        public var alignment: Int?
        /// Whether an `.ltfn` input whose end is missing is read by its last whole index.
        public var recovers = false
        /// Whether a file that stands at `output` is replaced.
        public var replacesOutput = false
        public var verification = Verification.bits

        /// How the output is compared with the input.
        public enum Verification: String, Hashable, Sendable, CaseIterable {
            /// Not at all.
            case none
            /// Every bit of the values, their axes put back, and all that is said of them.
            case bits
            /// That, and what the network makes of sample images on both sides, layer by layer.
            case forward
        }

        public init(input: String, output: String) {
            self.input = input
            self.output = output
        }
    }

    /// A remark, and what to do about it.
    public struct Hint: Hashable, Sendable {
        public var sentence: String
        public var remedy: FormatError.Remedy

        init(_ sentence: String, remedy: FormatError.Remedy) {
            self.sentence = sentence
            self.remedy = remedy
        }
    }

    /// How it ended.
    public struct Outcome: Sendable {
        public enum Verification: Hashable, Sendable {
            /// The output was read again and is the same, bit for bit.
            case equal
            /// The output is not the same and was removed; the sentences say where.
            case different([String])
            /// It was not wanted.
            case skipped
            /// The output cannot be read again: a pipe, a device.
            case impossible
        }

        public var verification: Verification
        /// What the network made of sample images on both sides, when that was asked for.
        public var forward: ForwardComparison?
        /// What values have lost that got another dtype, by the names of the output.
        public var rounding: [(variable: VariableName, error: RoundingError)] = []
        /// The bytes of the output.
        public var byteCount: UInt64
        /// What a file that was replaced could not leave to the output, a sentence each.
        public var notes: [String] = []
    }

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
            convention: convention, output: isBare ? nil : named.traits.kernelLayout)
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

    /// - Throws: what opening the model throws.
    private static func insertion(
        into model: String, _ manifest: Manifest, _ limits: DecodingLimits
    ) throws(FormatError) -> (format: any CheckpointFormat, parts: [String]) {
        try FormatError.about(model) { () throws(FormatError) in
            let files = try DiskFileSet(path: model)
            let format = try ONNXInsertion(into: files, writing: manifest, limits: limits)
            return (format, format.otherFiles.map(files.path))
        }
    }

    /// The format as it is to be written, and the main file.
    private static func sharded(
        _ format: any CheckpointFormat, _ request: Request, _ manifest: Manifest
    ) throws(FormatError) -> (any CheckpointFormat, String) {
        if var set = format as? any SetFormat {
            set.shardByteCount = request.shardByteCount ?? set.shardByteCount
            if var own = set as? ShardedSafetensorsFormat {
                own.alignment = request.alignment ?? own.alignment
                set = own
            }
            return (set, try indexPath(request.output, set))
        }
        if request.shardByteCount == nil, request.alignment == nil {
            return (format, request.output)
        }
        guard var file = format as? SafetensorsFormat else {
            throw FormatError(
                .unsupportedFeature, path: request.output,
                "Only safetensors are aligned, and written in several files, not "
                    + "\(format.traits.name).")
        }
        let total = manifest.variables.reduce(0) {
            CheckedSize.total($0, UInt64($1.tensor.byteCount))
        }
        file.alignment = request.alignment ?? file.alignment
        guard let byteCount = request.shardByteCount, total > byteCount else {
            return (file, request.output)
        }
        let set = ShardedSafetensorsFormat(shardByteCount: byteCount, alignment: file.alignment)
        return (set, try indexPath(request.output, set))
    }

    /// The path of the index of a set that is to be called `path`.
    ///
    /// - Throws: `unsupportedFeature` where several files have no place.
    private static func indexPath(
        _ path: String, _ format: any SetFormat
    ) throws(FormatError) -> String {
        guard try DurableFileWriter.makesFile(at: path) else {
            throw FormatError(
                .unsupportedFeature, path: path,
                "A set is several files, which have no place in a stream or a device.")
        }
        let name = DurableFileSetWriter.name(of: path)
        return DurableFileSetWriter.path(of: format.index(writing: name), beside: path)
    }

    /// The paths of what is written beside the main file.
    private static func otherOutputs(
        of plan: ConversionPlan, _ format: any CheckpointFormat, at output: String
    ) -> [String] {
        guard let manifest = plan.target else { return [] }
        let name = DurableFileSetWriter.name(of: output)
        return format.otherFiles(writing: manifest, as: name).map {
            DurableFileSetWriter.path(of: $0, beside: output)
        }
    }

    /// The parts of the set whose index is replaced, as that names them, without those that are
    /// written anew and without the input.
    private static func retiredParts(
        of format: any CheckpointFormat, at output: String, _ others: [String],
        _ request: Request, _ limits: DecodingLimits
    ) -> [String] {
        guard request.replacesOutput, let format = format as? any SetFormat,
            let index = try? FileSource(path: output)
        else { return [] }
        let parts = format.ownParts(
            ofIndex: index, named: DurableFileSetWriter.name(of: output), limits: limits)
        let input = FileIdentity(path: request.input)
        return parts.filter { name in
            let path = DurableFileSetWriter.path(of: name, beside: output)
            return FileIdentity.isPresent(path) && !others.contains(path)
                && (input == nil || FileIdentity(path: path) != input)
        }
    }

    private static func exists(_ output: String) -> Bool {
        do throws(FormatError) {
            try DurableFileWriter.check(path: output, replacingExisting: false)
            return false
        } catch {
            return error.isAboutExistingFile
        }
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

extension NativeFormat {
    /// - Throws: all that opening the base files throws.
    fileprivate init(
        for request: FileConversion.Request, limits: DecodingLimits
    ) throws(FormatError) {
        self.init(bases: try BaseFiles(paths: request.bases, limits: limits).readers)
        guard let path = request.relativeTo else { return }
        base = try FormatError.about(path) { [bases] () throws(FormatError) in
            let reader = try NativeReader(
                FileSource(path: path), limits: limits, bases: bases)
            try reader.expectBases()
            return reader
        }
    }
}

extension ModelFile.Options {
    fileprivate init(for request: FileConversion.Request, limits: DecodingLimits) {
        self.init(
            format: request.sourceFormat, bases: request.bases, limits: limits,
            selection: request.selection, recovers: request.recovers)
    }
}
