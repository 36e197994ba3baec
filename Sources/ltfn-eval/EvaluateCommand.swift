import ArgumentParser
import LTFNBytes
import LTFNCommand
import LTFNDatasets
import LTFNFormat
import LTFNFormats
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
            Images and labels are IDX files, packed by gzip or not, or arrays of NumPy. In place of \
            the images a data set may be named, whose test images are taken: a folder with its \
            files, or one of torchvision or Keras; mnist.npz; or what the names of its files \
            begin with, such as EMNIST/raw/emnist-letters. Labels that are not named are looked \
            for beside the images, under every usual name; without labels the predictions are \
            counted. An image with logits that are not finite has no prediction and counts as \
            wrong; the exit status is then 1.
            """,
        version: Toolkit.versionText(
            program: "ltfn-eval", formatVersion: NativeFormat.version,
            codecs: NativeFormat.codecNames, cpu: InstructionSet.selected.rawValue))

    static let examples = [
        Example(
            "ltfn-eval model.ltfn t10k-images-idx3-ubyte.gz", "Accuracy on MNIST's test images"),
        Example("ltfn-eval model.ltfn MNIST_data", "The same, found in its folder"),
        Example(
            "ltfn-eval model.ltfn images.idx labels.idx --min-accuracy 0.95",
            "Fail (exit 1) below 95 %, for a script"),
        Example(
            "ltfn-eval model.ltfn images.idx --predictions out.csv --json=out.json",
            "Keep every prediction, and the figures as JSON"),
    ]

    @Argument(
        help: "The model, in any format that can be read.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var model: String

    @Argument(help: "The images, or the data set they are of.", completion: .file())
    var images: String

    @Argument(help: "The true classes, an IDX file.", completion: .file())
    var labels: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Look at the first n images alone.", valueName: "n"))
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "Write a line for each image to a CSV file; - is standard output, and the report then "
                + "goes to standard error.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var predictions: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Exit with 1 when the accuracy (0 to 1) is below.", valueName: "a"))
    var minAccuracy: Double?

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var base: BaseOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var operations: OperationOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if let count, count < 1 {
            throw ValidationError("--count takes a number from 1 on, found \(count).")
        }
        if predictions == "" { throw ValidationError("--predictions takes the name of a file.") }
        if printsPredictions, json.destination == .standardOutput {
            throw ValidationError("--json and --predictions cannot both go to standard output.")
        }
        if let minAccuracy, !(0...1).contains(minAccuracy) {
            throw ValidationError(
                "--min-accuracy takes a number from 0 to 1, found \(minAccuracy).")
        }
    }

    /// Makes sure that no output replaces what is read.
    ///
    /// - Parameter parts: the other files of the model.
    private func expectDistinctFiles(
        images: String?, labels: String?, parts: [String] = []
    ) throws {
        var inputs = [FileRoles.File("the model", model)]
        inputs += parts.map { FileRoles.File("a part of the model", $0) }
        if let images { inputs.append(FileRoles.File("the images", images)) }
        if let labels { inputs.append(FileRoles.File("the labels", labels)) }
        let predictions = predictionsPath.map { [FileRoles.File("the predictions", $0)] } ?? []
        try FileRoles(inputs: inputs + base.files, outputs: predictions + json.files)
            .expectDistinct()
    }

    /// Where the predictions go, as the operating system calls it.
    private var predictionsPath: String? { predictions == "-" ? "/dev/stdout" : predictions }

    private var printsPredictions: Bool { predictionsPath.map(Output.isStandard) ?? false }

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        try expectDistinctFiles(images: images, labels: labels)
        if let misorder = CheckpointNames.misorder(
            "ltfn-eval", model: model, others: [images, labels].compactMap(\.self))
        {
            throw CommandFailure(.usage, misorder)
        }
        var stopwatch = Stopwatch()
        let document = try json.open(quiet: display.quiet)
        if let predictionsPath { try json.check(path: predictionsPath) }
        let inputs = try Inputs(
            model: model, bases: base.paths, images: images, labels: labels, count: count,
            limits: expansion.limits, operationCount: operations.maximumCount)
        try expectDistinctFiles(
            images: inputs.imageFile.path, labels: inputs.labelFile?.path,
            parts: inputs.otherModelPaths)
        let notes = display.notes(program: "ltfn-eval")
        for remark in inputs.remarks { notes.warn(TerminalText.escaped(remark)) }
        guard minAccuracy == nil || inputs.labels != nil else {
            throw CommandFailure(
                .usage, "--min-accuracy needs labels, and there are none beside the images.")
        }
        stopwatch.finish(.openAndDecode)

        let parallelism = Parallelism(threadCount: threads.threads ?? Parallelism.coreCount)
        let evaluation = try Evaluation(
            inputs, parallelism: parallelism, stopwatch: &stopwatch,
            keepsPredictions: predictions != nil,
            progress: ProgressReporter(
                label: "evaluate", total: inputs.count, unit: "images",
                terminal: display.errorTerminal, isQuiet: display.quiet),
            announce: { operations.announce($0, notes) })
        try write(evaluation, document)
        try judge(evaluation)
    }

    private func write(_ evaluation: Evaluation, _ document: JSONOutput) throws {
        if let predictionsPath {
            try writeFile(
                evaluation.csv, to: predictionsPath, replacingExisting: json.force)
        }
        let output = printsPredictions ? Output.stderr : Output.stdout
        let terminal = printsPredictions ? display.errorTerminal : display.outputTerminal
        try document.write(evaluation.json, to: output) { evaluation.text(on: terminal) }
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
