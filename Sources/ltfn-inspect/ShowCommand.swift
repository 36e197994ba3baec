import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormats
import LTFNInspection

/// `ltfn-inspect show FILE`
struct ShowCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tells what is stored, how it was initialized, and what it looks like now.",
        usage: "ltfn-inspect [show] <file> [<options>]",
        discussion: """
            For each variable: dtype and shape; the bytes of its values, what they take in the \
            file, and how they are coded; the initializer; mean, standard deviation (beside the one \
            that the initializer makes expect), range; how far it has moved from its initial \
            values; and a histogram, whose axis has zero in the middle. --details adds the median \
            and percentiles, norm, mean magnitude, skew and excess kurtosis, how many values are \
            subnormal, and where the extremes are. --columns, --tree and the others make a line of \
            each variable.
            """)

    static let examples = [
        Example("ltfn-inspect model.ltfn", "Every variable with its statistics"),
        Example("ltfn-inspect model.ltfn --no-stats", "A list from the index alone, at once"),
        Example("ltfn-inspect model.ltfn --variable 'layer2_*'", "Only what belongs to a layer"),
        Example("ltfn-inspect model.ltfn --json=model.json", "The same as JSON, beside the text"),
        Example("ltfn-inspect model.safetensors --tree --no-stats", "What is how large?"),
        Example(
            "ltfn-inspect model.pt --columns std,median,p99.9,zeros --sort std",
            "A line for each variable, those that vary most first"),
        Example("ltfn-inspect model.onnx --details --csv", "Everything, for a spreadsheet"),
    ]

    @Argument(
        help: "The model, in any format that can be read.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var file: String

    @Option(
        name: .customLong("variable"),
        help: ArgumentHelp(
            "Only the variables whose names fit the pattern (* and ?). Can be repeated.",
            valueName: "pattern"),
        completion: .variableNames)
    var patterns: [String] = []

    @Flag(help: "Read the index alone, no values.")
    var noStats = false

    @Flag(help: "Take percentiles, norms, skew, kurtosis and the places of the extremes, too.")
    var details = false

    @Flag(help: "Draw all histograms on one axis.")
    var sharedAxis = false

    @Flag(help: "Show all metadata, not the first few.")
    var metadata = false

    @OptionGroup var table: TableOptions

    @OptionGroup var base: BaseOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if details, noStats {
            throw ValidationError("--details are of the values, which --no-stats does not read.")
        }
        if json.destination == .standardOutput, table.csv || table.markdown {
            throw ValidationError(
                "--json prints a document in place of a table; --json=FILE writes it beside one.")
        }
    }

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        let style = try table.style(hasValues: !noStats, hasDetails: details)
        try FileRoles(
            inputs: [FileRoles.File("the model", file)] + base.files, outputs: json.files
        ).expectDistinct()
        let document = try json.open(quiet: display.quiet)
        let model = try open(
            file, base, reading, expansion, display, patterns: patterns, outputs: json.files,
            readsValues: !noStats)
        let selection = try selection(in: model)
        let isWatched = display.outputTerminal.isInteractive
        let progress = ProgressReporter(
            label: "inspect", total: selection?.count ?? model.reader.manifest.variables.count,
            unit: "variables",
            terminal: display.errorTerminal, isQuiet: display.quiet || noStats || isWatched)
        // Where a person sees the variables come, a bar would be in the way.
        var report = CheckpointReport(
            of: model.reader, name: file, formatName: model.format.traits.name,
            fileByteCount: model.byteCount, selection: selection, depth: depth(style),
            limits: model.limits
        ) { count in
            progress.update(count)
            if isWatched { Output.stdout.flush() }
        }
        report.otherFiles = model.otherPaths
        report.showsAllMetadata = metadata
        let layout = display.layout
        var findings = InspectionFindings()
        try document.write { text, json in
            findings =
                style.map { report.write($0, layout, text: text, json: json) }
                ?? report.write(
                    layout, axis: sharedAxis ? .shared : .each, text: text, json: json)
        }
        progress.clear()
        guard var problem = findings.firstProblem else { return }
        problem.path = problem.path ?? file
        throw problem
    }

    /// What has to be looked at: a table needs less than a report.
    private func depth(_ style: VariableTableStyle?) -> InspectionDepth {
        guard !noStats else { return .index }
        guard let style, json.destination == nil else {
            return InspectionDepth(details: details || style?.needsDetails == true)
        }
        return InspectionDepth(
            statistics: style.needsValues, details: details || style.needsDetails,
            drift: style.needsDrift)
    }

    /// The variables that are asked for; nil: all.
    private func selection(in model: ModelFile) throws(CommandFailure) -> VariableSelection? {
        guard !patterns.isEmpty else { return nil }
        let manifest = model.reader.manifest
        let selection = VariableSelection(patterns, in: manifest)
        guard let unmatched = selection.patternsWithoutMatch.first else { return selection }
        let example = manifest.variables.first.map { ", \"\($0.name)\" first" } ?? ""
        throw CommandFailure(
            .usage,
            TerminalText.escaped(
                "No variable's name fits \"\(unmatched)\"; \(file) has "
                    + NumberText.counted(manifest.variables.count, "variable") + example + "."))
    }
}
