import ArgumentParser
import LTFNBytes
import LTFNCommand
import LTFNDatasets
import LTFNFormat
import LTFNInference
import LTFNKernels
import LTFNParallel

/// `ltfn-eval MODEL IMAGES [LABELS]`
struct EvaluateCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "ltfn-eval",
        abstract: "Tells how well a model recognizes images.",
        usage: "ltfn-eval <model> <images> [<labels>] [<options>]",
        discussion: """
            Images and labels are IDX files, packed by gzip or not. Labels that are not named are \
            looked for beside the images, under every usual name; without labels the predictions \
            are counted. An image with logits that are not finite has no prediction and counts as \
            wrong; the exit status is then 1.
            """,
        version: Toolkit.versionText(
            program: "ltfn-eval", formatVersion: NativeFormat.version,
            codecs: NativeFormat.codecNames, cpu: InstructionSet.selected.rawValue))

    static let examples = [
        Example(
            "ltfn-eval model.ltfn t10k-images-idx3-ubyte.gz", "Accuracy on MNIST's test images"),
        Example(
            "ltfn-eval model.ltfn images.idx labels.idx --min-accuracy 0.95",
            "Fail (exit 1) below 95 %, for a script"),
        Example(
            "ltfn-eval model.ltfn images.idx --predictions out.csv --json=out.json",
            "Keep every prediction, and the figures as JSON"),
    ]

    @Argument(help: "The model, an .ltfn file.", completion: .file(extensions: ["ltfn"]))
    var model: String

    @Argument(help: "The images, an IDX file.", completion: .file())
    var images: String

    @Argument(help: "The true classes, an IDX file.", completion: .file())
    var labels: String?

    @Option(help: ArgumentHelp("Look at the first n images alone.", valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp("Write a line for each image to a CSV file.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var predictions: String?

    @Option(
        help: ArgumentHelp("Exit with 1 when the accuracy (0 to 1) is below.", valueName: "a"))
    var minAccuracy: Double?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var base: BaseOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var operations: OperationOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        try expectKept([model, images] + (labels.map { [$0] } ?? []) + base.paths)
        if let count, count < 1 {
            throw ValidationError("--count takes a number from 1 on, found \(count).")
        }
        if let minAccuracy, !(0...1).contains(minAccuracy) {
            throw ValidationError(
                "--min-accuracy takes a number from 0 to 1, found \(minAccuracy).")
        }
    }

    /// Makes sure that no output replaces what is read.
    private func expectKept(_ inputs: [String]) throws {
        for (option, output) in [("--predictions", predictions), ("--json", json.path)] {
            guard let output, let input = inputs.first(where: { FileIdentity.same($0, output) })
            else { continue }
            throw ValidationError("\(option) would replace \(input), which is read.")
        }
    }

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        var stopwatch = Stopwatch()
        let document = try json.open()
        if let predictions { try DurableFileWriter.check(path: predictions) }
        let inputs = try Inputs(
            model: model, bases: base.paths, images: images, labels: labels, count: count,
            limits: expansion.limits, operationCount: operations.maximumCount)
        if let labels = inputs.labelFile?.path { try expectKept([labels]) }
        guard minAccuracy == nil || inputs.labels != nil else {
            throw CommandFailure(
                .usage, "--min-accuracy needs labels, and there are none beside the images.")
        }
        stopwatch.finish(.openAndDecode)

        let pool = ThreadPool(threadCount: threads.threads ?? ThreadPool.coreCount)
        let evaluation = try Evaluation(
            inputs, pool: pool, stopwatch: &stopwatch, keepsPredictions: predictions != nil,
            progress: ProgressReporter(
                label: "evaluate", total: inputs.count, unit: "images",
                terminal: display.errorTerminal, isQuiet: display.quiet),
            announce: { operations.announce($0, display.notes(program: "ltfn-eval")) })
        try write(evaluation, document)
        try judge(evaluation)
    }

    private func write(_ evaluation: Evaluation, _ document: JSONOutput) throws {
        if let predictions {
            try writeFile(evaluation.csv, to: predictions)
        }
        let terminal = display.outputTerminal
        try document.write(evaluation.json) { evaluation.text(on: terminal) }
    }

    private func judge(_ evaluation: Evaluation) throws {
        if let problem = evaluation.nonFiniteText {
            throw CommandFailure(.no, problem + ".")
        }
        guard let minAccuracy, let accuracy = evaluation.metrics?.accuracy,
            accuracy < minAccuracy
        else { return }
        throw CommandFailure(
            .no,
            "The accuracy of \(NumberText.fixed(accuracy, 4)) is below the \(minAccuracy) asked for."
        )
    }
}
