import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNConversion
import LTFNFormats
import LTFNInspection

/// `ltfn-inspect diff A B`
struct DiffCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compares two models: structure, initial values, values, metadata.",
        usage: "ltfn-inspect diff <a> <b> [<options>]",
        discussion: """
            Variables are the same when their names, shapes, dtypes, initializers and values are. \
            Formats may differ, and so may the layouts of kernels, where a network tells which these \
            are; quantized blocks are compared as the numbers they stand for. What only one of the \
            files records at all (initializers, metadata, a network, ties) is told, and is no \
            difference.

            For each variable that differs: how many values; the largest |a-b|, that by the larger \
            of |a| and |b|, and in units in the last place (ULP); the relative L2 distance \
            |a-b| / |b|; the cosine; the Kolmogorov-Smirnov distance of the two distributions; and, \
            where both began with the same values, how far each has moved from them. A narrow \
            terminal gets fewer columns, --json all.

            With tolerances a pair of values is the same when |a-b| <= atol + rtol |b|, or when they \
            are at most as many ULP apart; NaN is then the same as NaN. The exit status is 0 when \
            nothing differs, and 1 when something does.
            """)

    static let examples = [
        Example("ltfn-inspect diff before.ltfn after.ltfn", "What has training changed?"),
        Example(
            "ltfn-inspect diff model.pt model.safetensors --quiet && echo equal",
            "Are two files the same? The exit status tells"),
        Example(
            "ltfn-inspect diff model.safetensors model.gguf --ignore dtype --rtol 0.01 --json",
            "How much does quantization change?"),
    ]

    @Argument(
        help: "A model, in any format that can be read.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var a: String

    @Argument(
        help: "Another one.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var b: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How far values may be apart. (default: 0)", valueName: "distance"),
        transform: Self.tolerance)
    var atol: Double = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The same, by the value of the second model: 0.01 is 1 %. (default: 0)",
            valueName: "ratio"),
        transform: Self.tolerance)
    var rtol: Double = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many floating-point numbers of their dtype values may be apart.",
            valueName: "count"))
    var ulp: UInt64?

    @Option(
        help: ArgumentHelp(
            "What makes no difference: dtype, initializers, metadata, network, ties, with commas "
                + "between them.",
            valueName: "parts"),
        completion: .list(ComparisonPart.allCases.map(\.rawValue)),
        transform: Self.parts)
    var ignore: Set<ComparisonPart> = []

    @Option(
        name: .customLong("variable"),
        help: ArgumentHelp(
            "Only the variables whose names fit the pattern (* and ?). Can be repeated.",
            valueName: "pattern"),
        completion: .variableNames)
    var patterns: [String] = []

    @Flag(help: "Compare what the files say of themselves, no values.")
    var noValues = false

    @OptionGroup var base: BaseOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        let inputs = [FileRoles.File("the first model", a), FileRoles.File("the second model", b)]
        try FileRoles(inputs: inputs + base.files, outputs: json.files).expectDistinct()
        let document = try json.open(quiet: display.quiet)
        let models = try (openModel(a), openModel(b))
        try expectMatches(models)
        let aligned = try AlignedModels(models.0, models.1)
        let notes = display.notes(program: "ltfn-inspect")
        for note in aligned.notes { notes.note(TerminalText.escaped(note)) }
        let progress = ProgressReporter(
            label: "diff", total: models.0.reader.manifest.variables.count, unit: "variables",
            terminal: display.errorTerminal, isQuiet: display.quiet || noValues)
        let difference = try CheckpointDifference(
            compared(models.0, aligned.first), compared(models.1, aligned.second),
            tolerance: ComparisonTolerance(absolute: atol, relative: rtol, ulps: ulp),
            ignoring: ignore, choosing: isChosen, comparesValues: !noValues,
            progress: { progress.update($0) })
        progress.clear()
        let layout = display.layout
        try document.write(difference.json) { difference.text(layout) }
        // The text says it, and who wants none has the status.
        if !difference.isEqual { throw CommandFailure(.no) }
    }

    /// Whether a variable is asked for.
    private var isChosen: (VariableName) -> Bool {
        let selection = patterns.map { GlobPattern($0) }
        return { name in
            selection.isEmpty || selection.contains { $0.matches(name.string) }
        }
    }

    private func openModel(_ path: String) throws -> ModelFile {
        try open(
            path, base, reading, expansion, display, patterns: patterns, outputs: json.files,
            readsValues: !noValues)
    }

    private func compared(
        _ model: ModelFile, _ reader: any CheckpointReader
    ) -> ComparedCheckpoint {
        ComparedCheckpoint(
            model.reader.manifest, reader, name: model.path,
            formatName: model.format.traits.name, budget: model.budget)
    }

    /// - Throws: when a pattern fits no name in either model.
    private func expectMatches(_ models: (ModelFile, ModelFile)) throws(CommandFailure) {
        let unmatched = [models.0, models.1].map { model in
            Set(VariableSelection(patterns, in: model.reader.manifest).patternsWithoutMatch)
        }
        guard
            let pattern = patterns.first(where: { pattern in
                unmatched.allSatisfy { $0.contains(pattern) }
            })
        else { return }
        throw CommandFailure(
            .usage,
            TerminalText.escaped(
                "No variable's name fits \"\(pattern)\" in \(a) or \(b); ltfn-inspect \(a) --no-stats "
                    + "lists the names."))
    }

    private static func tolerance(_ text: String) throws -> Double {
        guard let number = Double(text), number >= 0, number.isFinite else {
            throw ValidationError("expected a number from 0 on, as 1e-6, found \"\(text)\".")
        }
        return number
    }

    private static func parts(_ text: String) throws -> Set<ComparisonPart> {
        Set(
            try text.split(separator: ",").map { name in
                if let part = ComparisonPart(rawValue: String(name)) { return part }
                let names = ComparisonPart.allCases.map(\.rawValue)
                let meant = Spelling.suggestion(for: String(name), among: names)
                throw ValidationError(
                    "there is no part \"\(name)\"\(Spelling.question(meant, else: ";")) There are "
                        + names.joined(separator: ", ") + ".")
            })
    }
}
