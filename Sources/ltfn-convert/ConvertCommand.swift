import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNConversion
import LTFNFiles
import LTFNFormat
import LTFNFormats
import LTFNKernels

@main enum Main {
    static func main() {
        CommandMain.run(
            ConvertCommand.self,
            variableNames: CheckpointNames.variables)
    }
}

struct ConvertCommand: CommandWithExamples {
    static let name = "ltfn-convert"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Convert a checkpoint to another format.",
        discussion: """
            The format of the input is found by its content, that of the output by its name. Values and \
            names stay as they are unless you ask for a change. What the output cannot store is listed \
            before any work, and is lost only with --allow-loss. The output is read again and compared \
            before it gets its name, unless it goes to a pipe or --verify none is given.
            """,
        version: Toolkit.versionText(
            program: name, formatVersion: NativeFormat.version,
            codecs: NativeFormat.codecNames, cpu: InstructionSet.selected.rawValue))

    static let examples = [
        Example(
            "ltfn-convert model.ltfn -o model.safetensors", "for everything that reads safetensors"),
        Example("ltfn-convert model.safetensors -o model.ltfn", "and back, with the initializers"),
        Example(
            "ltfn-convert model.ltfn -o model.npz --allow-loss initializer,graph,metadata",
            "for NumPy, which keeps values and names only"),
        Example(
            "ltfn-convert model.ltfn -o smaller.ltfn",
            "anew, without what earlier versions of the file left behind"),
        Example(
            "ltfn-convert tuned.ltfn -o tuned-difference.ltfn --relative-to model.ltfn",
            "only the difference, for someone who has model.ltfn"),
        Example(
            "ltfn-convert tuned-difference.ltfn --base model.ltfn -o tuned.ltfn",
            "and the whole again"),
        Example(
            "ltfn-convert weights.safetensors --into model.onnx -o new.onnx",
            "new values for a model that stays what it is"),
        Example(
            "ltfn-convert cut.ltfn -o rest.ltfn --recover", "what an interrupted addition left"),
        Example(
            "ltfn-convert model.ltfn -o - --to safetensors | gzip > model.safetensors.gz",
            "into a pipe"),
        Example(
            "ltfn-convert weights.npz -o weights.ltfn --dry-run", "the whole plan, and no work"),
        Example(
            "ltfn-convert model.ltfn -o model.pt --layout pytorch",
            "kernels as PyTorch has them, OIHW and [out, in], also after the flatten"),
        Example(
            "ltfn-convert model.safetensors -o half.safetensors --dtype f16@*.weight",
            "the weights as float16, with the error that this makes"),
        Example(
            "ltfn-convert weights.npz -o weights.ltfn --skip-unreadable",
            "without the text and the objects that stand beside the weights"),
        Example("ltfn-convert --list-formats", "what can be read and written"),
    ]

    @Argument(
        help: ArgumentHelp("The checkpoint to convert.", valueName: "in"),
        completion: .file())
    var input: String?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp(
            "The converted file; - is standard output, which cannot be verified.",
            valueName: "out"),
        completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Read the input as this format; see --list-formats.", valueName: "format"),
        completion: .list(FormatRegistry.standard.formats.map(\.traits.name)))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Write this format, whatever the output is called.", valueName: "format"),
        completion: .list(FormatRegistry.standard.formats.map(\.traits.name)))
    var to: String?

    @Option(
        help: ArgumentHelp(
            "What may be lost, separated by commas: \(LossList.choices), or all. Can be repeated.",
            valueName: "what"),
        completion: .list(LossList.words), transform: LossList.parse)
    var allowLoss: [LossList] = []

    @Option(
        help: ArgumentHelp(
            "Reinterpret opaque bits or unsigned integers as another dtype of the same width: "
                + "bits16=bf16. Can be repeated.",
            valueName: "from=to"), transform: Retyping.parse)
    var retype: [Retyping] = []

    @Option(
        name: .customLong("variable"),
        help: ArgumentHelp(
            "Only the variables whose names fit the pattern (* and ?). Can be repeated.",
            valueName: "pattern"))
    var patterns: [String] = []

    @Option(
        help: ArgumentHelp(
            "Store only what differs from this .ltfn file; the output cannot be read without it.",
            valueName: "file"), completion: .file(extensions: ["ltfn"]))
    var relativeTo: String?

    @Option(
        help: ArgumentHelp(
            "Write the values into a copy of this ONNX model, in place of those of the same names; every other "
                + "byte stays as it is.",
            valueName: "model"), completion: .file(extensions: ["onnx"]))
    var into: String?

    @Option(
        name: .customLong("shard-size"),
        help: ArgumentHelp(
            "Write safetensors or TensorFlow checkpoints as several files with an index, each with at "
                + "most this many bytes of values (500K, 2G; powers of 1,024); a larger variable gets "
                + "its own file.",
            valueName: "size"), transform: ByteSize.parse)
    var shardSize: ByteSize?

    @Option(
        name: .customLong("align"),
        help: ArgumentHelp(
            "Begin the values of a safetensors file at a multiple of so many bytes, so that they can be mapped: "
                + "8, 16, … 65536. (default: 64; other programs take 8)",
            valueName: "bytes"))
    var alignment: Int?

    @Flag(
        name: [.customShort("n"), .long],
        help: ArgumentHelp(
            "Print the plan and all problems, and write nothing. An existing output is mentioned but "
                + "is not a problem."))
    var dryRun = false

    @Flag(help: "Read an .ltfn file whose end is missing or damaged by its last whole index.")
    var recover = false

    @Option(
        help: ArgumentHelp(
            "How to verify the output: bits compares every value; forward also runs the network on "
                + "sample images and names the first layer that differs; none skips it.",
            valueName: "how"))
    var verify = FileConversion.Request.Verification.bits

    @Flag(help: "List the known formats.")
    var listFormats = false

    @OptionGroup(title: "Changes") var changing: ChangeOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var base: BaseOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if listFormats { return }
        guard input != nil else {
            throw ValidationError("The checkpoint to convert is missing: \(Self.name) IN -o OUT.")
        }
        guard let output else {
            throw ValidationError("The output is missing: \(Self.name) IN -o OUT.")
        }
        guard !output.isEmpty else {
            throw ValidationError("--output takes the name of a file, or - for standard output.")
        }
        for name in [from, to].compactMap({ $0 })
        where FormatRegistry.standard.format(named: name) == nil {
            let names = FormatRegistry.standard.formats.map(\.traits.name)
            let meant = Spelling.suggestion(
                for: name, among: names,
                meanings: Self.otherNames)
            throw ValidationError(
                "There is no format called \(name)\(Spelling.question(meant, else: ";")) "
                    + "--list-formats lists the formats.")
        }
        if to == nil, into == nil, FormatRegistry.standard.format(forPath: output) == nil {
            throw ValidationError(
                "The format of the output \(output) is unknown; give it with --to (--list-formats "
                    + "lists them).")
        }
        try validateTarget()
    }

    /// What formats are called elsewhere, without hyphens.
    private static let otherNames = [
        "numpy": "npz", "np": "npz", "st": "safetensors", "native": "ltfn", "torch": "pytorch",
        "pt": "pytorch", "pth": "pytorch", "h5": "hdf5", "tf": "tensorflow", "lite": "tflite",
        "msgpack": "flax",
    ]

    /// Where the output goes, as the operating system calls it.
    private var outputPath: String { output == "-" ? "/dev/stdout" : output ?? "" }

    private func validateTarget() throws {
        let registry = FormatRegistry.standard
        let target =
            (into == nil ? to : "onnx").flatMap(registry.format(named:))
            ?? output.flatMap(registry.format(forPath:))
        if verify == .forward, Output.isStandard(path: outputPath) {
            throw ValidationError(
                "--verify forward reads the output again, and standard output cannot be; expected the "
                    + "name of a file after -o.")
        }
        if into == "" { throw ValidationError("--into takes the name of an ONNX model.") }
        if into != nil, let to, to.lowercased() != "onnx" {
            throw ValidationError("--into writes onnx, not \(to); expected one of the two.")
        }
        if shardSize != nil, let target, !target.traits.isSet,
            target.traits.name != "safetensors"
        {
            throw ValidationError(
                "--shard-size is for safetensors and tensorflow; \(target.traits.name) is kept in "
                    + "one file.")
        }
        if let alignment {
            guard alignment >= 8, alignment <= 65536, alignment.nonzeroBitCount == 1 else {
                throw ValidationError(
                    "--align takes a power of two from 8 to 65536, found \(alignment).")
            }
            if let target, !target.traits.name.hasPrefix("safetensors") {
                throw ValidationError(
                    "--align is for safetensors alone; the output is \(target.traits.name).")
            }
        }
        if let relativeTo {
            guard !relativeTo.isEmpty else {
                throw ValidationError("--relative-to takes the name of a file.")
            }
            guard target is NativeFormat else {
                throw ValidationError("--relative-to needs an .ltfn output.")
            }
        }
    }

    /// Makes sure that no output spoils what is read; a file may only be replaced by its own
    /// conversion.
    ///
    /// - Parameter conversion: tells of the other files of sets, when it is known.
    private func expectDistinctFiles(_ conversion: FileConversion? = nil) throws {
        let input = [FileRoles.File("the input", input ?? "")]
        let kept =
            base.files + (relativeTo.map { [FileRoles.File("a base", $0)] } ?? [])
            + (into.map { [FileRoles.File("the model", $0)] } ?? []) + changing.files
        let members =
            (conversion?.otherInputs ?? []).map { FileRoles.File("a part of the input", $0) }
            + (conversion?.modelParts ?? []).map { FileRoles.File("a part of the model", $0) }
        let parts = (conversion?.otherOutputs ?? []).map {
            FileRoles.File("a part of the output", $0)
        }
        let output = [FileRoles.File("the output", conversion?.output ?? outputPath)]
        try FileRoles(
            inputs: kept + members, replaceable: input, outputs: output + parts + json.files
        ).expectDistinct()
    }

    /// Makes sure that input and output are not the wrong way round.
    private func expectInOrder() throws(CommandFailure) {
        guard let input, let output, !FileIdentity.isPresent(input), !json.force,
            CheckpointNames.isCheckpoint(fileAt: output)
        else { return }
        throw CommandFailure(
            .inputNotOpened,
            "The input \(input) does not exist, but the output \(output) does. Put the input before -o "
                + "and the output after it.")
    }

    func run() throws {
        if listFormats {
            let list = FormatList(FormatRegistry.standard)
            return try publish(
                list.json, to: json.open(), text: list.text(on: display.outputTerminal))
        }
        try expectDistinctFiles()
        try expectInOrder()
        var request = FileConversion.Request(input: input ?? "", output: outputPath)
        request.sourceFormat = from
        request.targetFormat = to
        request.allowedLosses = allowLoss.reduce(into: []) { $0.formUnion($1.subjects) }
        request.retyping = retype
        request.selection = reading.selection(patterns)
        request.changes = try changing.changes()
        request.bases = base.paths
        request.relativeTo = relativeTo
        request.model = into
        request.recovers = recover
        request.alignment = alignment
        request.shardByteCount = shardSize.map { UInt64($0.byteCount) }
        request.replacesOutput = json.force
        request.verification = verify
        // There is nothing to save: a signal removes the unfinished output and ends the program.
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        // The plan of a dry run has been asked for.
        let conversion = try FileConversion(request, limits: expansion.limits)
        try expectDistinctFiles(conversion)
        try run(conversion, json.open(quiet: display.quiet && !dryRun))
    }

    private func run(_ conversion: FileConversion, _ document: JSONOutput) throws {
        let notes = display.notes(program: Self.name)
        for note in conversion.notes + conversion.hints.map(\.advice) {
            let text = TerminalText.escaped(note)
            if LeftOutNote.isOne(note) { notes.tellLoss(text) } else { notes.warn(text) }
        }
        for note in conversion.announcements { notes.note(TerminalText.escaped(note)) }
        var report = ConversionReport(conversion, isDryRun: dryRun)
        guard report.problems.isEmpty, !dryRun else {
            let text = dryRun ? report.planText(on: display.outputTerminal) : ""
            try publish(report.json, to: document, text: text)
            return try refuse(report.problems)
        }
        if conversion.plan.steps.isEmpty { notes.warn("The input has no variables.") }
        for loss in LossSummary.summaries(of: conversion.plan.losses) {
            notes.warn(TerminalText.escaped(loss.advice))
        }
        report.outcome = try carryOut(conversion)
        for note in report.outcome?.notes ?? [] { notes.warn(note) }
        if let rounding = report.roundingText { notes.note(TerminalText.escaped(rounding)) }
        try publish(report.json, to: document, text: report.resultText)
        if case .different(let differences)? = report.outcome?.verification {
            let first = TerminalText.escaped(differences.first ?? "")
            throw CommandFailure(
                .no, "The output did not read back as the input, and was not kept: \(first)")
        }
        if let forward = report.forwardText { notes.note(TerminalText.escaped(forward)) }
        if report.outcome?.verification == .impossible {
            notes.note("The output cannot be read again, so it was not compared.")
        }
    }

    private func carryOut(_ conversion: FileConversion) throws -> FileConversion.Outcome? {
        let total = conversion.plan.valueByteCount
        let progress = ProgressReporter(
            label: Conversion.Progress.Phase.write.participle, total: Int(clamping: total),
            unit: "bytes",
            terminal: display.errorTerminal, isQuiet: display.quiet)
        defer { progress.clear() }
        return try conversion.run { state in
            progress.begin(state.phase.participle)
            progress.update(Int(clamping: state.completedByteCount))
            return true
        }
    }

    /// Ends the command with all that stands in the way.
    private func refuse(_ problems: [ConversionPlan.Problem]) throws {
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

    private func publish(_ value: JSONValue, to document: JSONOutput, text: String) throws {
        try document.write(value, to: Output.beside(fileAt: outputPath)) { text }
    }
}

extension FileConversion.Request.Verification: ExpressibleByArgument {}

extension Conversion.Progress.Phase {
    /// What goes on.
    fileprivate var participle: String {
        switch self {
        case .write: "writing"
        case .verify: "verifying"
        }
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
