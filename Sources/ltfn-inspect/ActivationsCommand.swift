import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
import LTFNFormats
import LTFNInference
import LTFNInspection
import LTFNParallel

/// `ltfn-inspect activations FILE IMAGES`
struct ActivationsCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "activations",
        abstract: "Looks at what each layer makes of some images.",
        usage: "ltfn-inspect activations <file> <images> [<options>]",
        discussion: """
            Runs the images of an IDX file, an array of NumPy, or the test images of a data set's folder \
            through the network and shows the scale of each layer before its ReLU, and of the logits, \
            on one logarithmic axis; a histogram of each, on its own axis and on one that all share; how \
            many units are dead (never above zero); how sure the softmax is; and in words what keeps \
            the network from learning. A network that is well initialized keeps its scale from layer \
            to layer.

            Rules: exploding, vanishing, gain (one layer alone), saturated (softmax), dead-layer, \
            dead-units, not-finite, duplicates (units with the same weights), untrained (the values \
            that it began with, though the file tells of training).
            """)

    static let examples = [
        Example(
            "ltfn-inspect activations model.ltfn t10k-images-idx3-ubyte.gz",
            "Does the signal keep its strength from layer to layer?"),
        Example(
            "ltfn-inspect activations model.ltfn images.idx --count 1000 --json",
            "The same over 1000 images, as JSON"),
        Example(
            "ltfn-inspect activations model.ltfn MNIST_data --fail-on any",
            "Fail where something is wrong, as in a test"),
    ]

    @Argument(
        help: "The model, in any format that can be read.",
        completion: .file(extensions: CheckpointNames.fileExtensions))
    var file: String

    @Argument(help: "The images, or the data set they are of.", completion: .file())
    var images: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many images to look at, from the first on. (default: all)", valueName: "n"))
    var count: Int?

    @OptionGroup var rules: VerdictOptions
    @OptionGroup var threads: ThreadOptions
    @OptionGroup var base: BaseOptions
    @OptionGroup var reading: ReadingOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup var operations: OperationOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        if let count, count < 1 {
            throw ValidationError("--count takes a number from 1 on, found \(count).")
        }
    }

    func run() throws {
        let watcher = SignalWatcher(quitsAtFirst: true)
        defer { withExtendedLifetime(watcher) {} }
        try expectDistinctFiles(images: images, labels: nil)
        if let misorder = CheckpointNames.misorder(
            "ltfn-inspect activations", model: file, others: [images])
        {
            throw CommandFailure(.usage, misorder)
        }
        let document = try json.open(quiet: display.quiet)
        let model = try open(file, base, reading, expansion, display, outputs: json.files)
        let sample = try ImageSample(
            at: images, count: count, archives: ArrayArchives(read: ByteArrays.read))
        let set = sample.images
        try expectDistinctFiles(images: sample.imageFile.path, labels: sample.labelFile?.path)
        let range = 0..<min(count ?? .max, set.count)
        let (session, weights) = try FormatError.about(file) { () throws(FormatError) in
            try self.session(model, imageCount: range.count)
        }
        try FormatError.about(sample.imageFile.path ?? images) { () throws(FormatError) in
            try session.network.graph.checkInput(
                height: set.height, width: set.width, channels: 1)
        }
        let (labels, remarks) = self.labels(of: sample, range, classCount: session.classCount)
        let notes = display.notes(program: "ltfn-inspect")
        for remark in remarks { notes.warn(TerminalText.escaped(remark)) }
        let progress = ProgressReporter(
            label: "activations", total: range.count, unit: "images",
            terminal: display.errorTerminal, isQuiet: display.quiet)
        var report = try ActivationReport(
            running: session, on: Array(set.pixels(of: range)), labels: labels,
            weights: weights
        ) { progress.update($0) }
        progress.clear()
        report.trace = try FormatError.about(file) { () throws(FormatError) in
            try TrainingTrace(of: model.reader, weights.keys)
        }
        let layout = display.layout
        let labelFile = labels == nil ? nil : sample.labelFile
        let data = [
            JSONMember("image_file", sample.imageFile.json),
            JSONMember("label_file", labelFile?.json ?? .null),
            JSONMember("warnings", .array(remarks.map { .string($0) })),
        ]
        let thresholds = rules.thresholds
        try document.write(
            report.json(model: file, images: images, data: data, thresholds: thresholds)
        ) {
            heading(range.count, of: set.totalCount, sample.imageFile, labelFile)
                + report.text(layout, thresholds)
        }
        try rules.check(report.verdicts(thresholds), of: file)
    }

    /// Makes sure that no output replaces what is read.
    private func expectDistinctFiles(images: String?, labels: String?) throws {
        let inputs =
            [FileRoles.File("the model", file)]
            + (images.map { [FileRoles.File("the images", $0)] } ?? [])
        let found = labels.map { [FileRoles.File("the labels", $0)] } ?? []
        try FileRoles(inputs: inputs + found + base.files, outputs: json.files).expectDistinct()
    }

    private func session(
        _ model: ModelFile, imageCount: Int
    ) throws(FormatError) -> (InferenceSession, [VariableName: TensorData]) {
        guard let graph = model.reader.manifest.graph else {
            throw FormatError(
                .corrupt,
                "The file holds variables, but not the network they belong to; there are no "
                    + "activations to look at."
                    + (model.notes.first(where: LeftOutNote.isAboutGraph).map { " " + $0 } ?? ""))
        }
        let parameters = try graph.parameters(in: model.reader, budget: model.budget)
        let session = try InferenceSession(
            graph: graph, parameters: parameters,
            maximumBatch: max(imageCount, 1),
            parallelism: Parallelism(threadCount: threads.threads ?? Parallelism.coreCount),
            limits: RunningLimits(
                model.limits, fileByteCount: model.byteCount, reader: model.reader,
                operationCount: operations.maximumCount))
        return (session, parameters)
    }

    /// The classes of the images, where labels that fit stand beside them, and what is to be said
    /// of how the files were chosen.
    private func labels(
        of sample: ImageSample, _ range: Range<Int>, classCount: Int
    ) -> (labels: [UInt8]?, remarks: [String]) {
        guard let labels = sample.labels else { return (nil, sample.remarks) }
        guard labels.count == sample.images.totalCount, labels.maximum < classCount else {
            let place = sample.labelFile?.place ?? "beside the images"
            return (nil, sample.remarks + ["The labels \(place) do not fit; they are left out."])
        }
        return (Array(labels[range]), sample.remarks)
    }

    private func heading(
        _ count: Int, of total: Int, _ imageFile: DatasetFile, _ labelFile: DatasetFile?
    ) -> String {
        let terminal = display.outputTerminal
        let all = NumberText.counted(total, "image")
        let what =
            count < total
            ? "the first \(NumberText.grouped(count)) of \(all)" : total == 1 ? all : "all \(all)"
        return terminal.styled(TerminalText.escaped(file), .bold)
            + "\n  on \(what) of \(TerminalText.escaped(imageFile.description))"
            + (labelFile.map { "\n  labels \(TerminalText.escaped($0.description))" } ?? "")
            + "\n\n"
    }
}
