import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNFormats
import LTFNInspection

/// `ltfn-inspect verify FILE`
struct VerifyCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Reads everything and checks every checksum and digest.",
        usage: "ltfn-inspect verify <file> [<options>]",
        discussion: """
            The exit status is 0 for a sound file, 65 for a damaged one, and 69 for one that asks for \
            something that this program does not have.

            safetensors and npy files keep no checksum of their values: nothing tells whether these \
            are as they were written. Such a file is called readable, its values not checked, and the \
            exit status is 0. npz files keep a CRC-32, which finds accidents; .ltfn files a SHA-256 of \
            the values of each variable.
            """)

    static let examples = [
        Example("ltfn-inspect verify model.ltfn", "Is the file as it was written?")
    ]

    @Argument(
        help: "The model, in any format that can be read.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var file: String

    @OptionGroup var base: BaseOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        try FileRoles(
            inputs: [FileRoles.File("the model", file)] + base.files, outputs: json.files
        ).expectDistinct()
        let document = try json.open(quiet: display.quiet)
        let model = try open(file, base, reading, expansion, display, outputs: json.files)
        let progress = ProgressReporter(
            label: "verify", total: model.reader.manifest.variables.count, unit: "variables",
            terminal: display.errorTerminal, isQuiet: display.quiet)
        let report = VerificationReport(
            of: model.reader, format: model.format.traits.name, budget: model.budget
        ) { progress.update($0) }
        progress.clear()
        let layout = display.layout
        try document.write(report.json(name: file)) { report.text(layout, name: file) }
        guard var first = report.firstProblem else { return }
        guard report.verdict == .damaged else {
            first.path = first.path ?? file
            throw first
        }
        let bases = report.damagedBases(of: file).map { TerminalText.escaped($0) }
        let reason =
            bases.isEmpty
            ? "The file is damaged" : "Its base is damaged, \(bases.joined(separator: " and "))"
        throw CommandFailure(
            ExitStatus(for: first),
            "\(TerminalText.escaped(file)): \(reason): "
                + "\(report.problems.count) of its parts cannot be trusted."
        )
    }
}
