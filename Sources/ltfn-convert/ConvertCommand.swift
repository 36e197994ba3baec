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
