import ArgumentParser
import LTFNBytes
import LTFNCheckpoint
import LTFNCommand
import LTFNDatasets
import LTFNFormat
import LTFNKernels
import LTFNParallel
import LTFNTraining

/// `ltfn-train`: trains a network and writes it to a file.
struct TrainCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "ltfn-train",
        abstract: "Train a network on handwritten digits and write it to a file.",
        discussion: """
            The defaults are the tutorial's network and recipe. The images are those of --data, or \
            else of LTFN_DATA_DIR, or else of ./MNIST_data; without any of them, digits drawn by \
            the program.

            A RULE is an initializer for all weights (biases stay zero), or PATTERN=INITIALIZER \
            for the variables whose names fit the pattern (* and ?); where two rules fit, the later \
            one counts. Initializers: he (the model's own choice, the default), \
            \(InitializerRecipe.usages.map { $0.key + $0.value }.joined(separator: ", ")).

            A name means what its framework does. he_normal, glorot_normal, lecun_normal and \
            variance_scaling are Keras': truncated at two standard deviations, and rescaled so that \
            the standard deviation is still the one asked for. kaiming_normal and xavier_normal are \
            PyTorch's: not truncated. truncated_normal is truncated and not rescaled. \
            tf1_variance_scaling is TensorFlow 1's, truncated and rescaled by the square root of \
            1.3; with a factor of 2, that is what "he" means for layers followed by ReLU.

            With --checkpoint-every 100, model.ltfn gets model.step-000100.ltfn, \
            model.step-000200.ltfn, … beside it. Every file that is written holds all that is needed \
            to go on: --resume FILE takes the recipe from it and continues with the same bits as an \
            uninterrupted run on the same instruction set. Only --steps may differ from what FILE \
            was trained with. When FILE is damaged or missing, the newest sound checkpoint of the same name \
            and run is taken. A run is its network, initializers, recipe and data: checkpoints of \
            another run are neither replaced nor removed. A cosine schedule ends where the --steps of the \
            first run ended.
            """,
        version: Toolkit.versionText(
            program: "ltfn-train", formatVersion: NativeFormat.version,
            codecs: NativeFormat.codecNames, cpu: InstructionSet.selected.rawValue))

    static let examples = [
        Example("ltfn-train -o model.ltfn", "the tutorial: 5,000 steps"),
        Example(
            "ltfn-train -o quick.ltfn --steps 300 --learning-rate 0.01",
            "a short run with a larger rate"),
        Example(
            "ltfn-train -o small.ltfn --init scaled-normal:0.01",
            "weights too small to learn from"),
        Example("ltfn-train -o new.ltfn --steps 0", "an untrained network, a few kilobytes"),
        Example(
            "ltfn-train -o mixed.ltfn --init 'layer*_weights=he_normal' "
                + "--init '*_bias=constant:0.1'",
            "initializers by variable"),
        Example(
            "ltfn-train -o model.ltfn --checkpoint-every 500 --keep 3",
            "keep model.step-NNNNNN.ltfn, the newest three"),
        Example(
            "ltfn-train -o model.ltfn --resume model.ltfn --steps 10000",
            "go on after an interruption, or further"),
        Example(
            "ltfn-train -o adam.ltfn --optimizer adam --schedule cosine --warm-up 100 --shuffle",
            "Adam, a cosine schedule, shuffled images"),
    ]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file to write, in place of one of that name; - is standard output.",
            valueName: "file"), completion: .file(extensions: ["ltfn"]))
    var output: String

    @Option(
        help: ArgumentHelp(
            "The folder with the four files of the data set, packed (.gz) or not; or one of torchvision "
                + "or Keras, mnist.npz, or what the files' names begin with.",
            valueName: "folder"), completion: .directory)
    var data: String?

    @Flag(help: "Train on digits drawn by the program, whatever data there are.")
    var synthetic = false

    @Option(
        help: ArgumentHelp(
            "Also write the four files of the data set, unpacked, to this folder, which is "
                + "made if need be.",
            valueName: "folder"), completion: .directory)
    var saveData: String?

    @Option(
        help: ArgumentHelp(
            "The network: "
                + ModelCatalogue.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", or ")
                + ". (default: \(ModelCatalogue.all[0].name))", valueName: "name"),
        completion: .list(ModelCatalogue.all.map(\.name)))
    var model: String?

    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            "How variables are initialized. Can be repeated. (default: he)",
            valueName: "rule"), completion: .list(["he"] + InitializerRecipe.names))
    var initialization: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The random seed: the same seed gives the same network. (default: \(TrainingConfiguration.defaultSeed))",
            valueName: "n"))
    var seed: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many training steps; 0 writes the untrained network. (default: "
                + "\(TrainingConfiguration.defaultStepCount))", valueName: "n"))
    var steps: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many images a step uses. (default: \(TrainingConfiguration.defaultBatchSize))",
            valueName: "n"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The learning rate: how far a step follows the gradient. (default: "
                + "\(TrainingConfiguration.defaultLearningRate))", valueName: "rate"))
    var learningRate: Double?

    @Option(
        help: ArgumentHelp(
            "sgd, momentum[:0.9], nesterov[:0.9], adam[:beta1,beta2,epsilon] or "
                + "adamw[:weight_decay,beta1,beta2,epsilon]. (default: sgd)",
            valueName: "optimizer"), completion: .list(OptimizerCatalogue.names))
    var optimizer: String?

    @Option(
        help: ArgumentHelp(
            "How the learning rate changes: constant, step:every[,factor] or cosine[:steps[,final]]. "
                + "(default: constant)", valueName: "schedule"),
        completion: .list(LearningRateSchedule.names))
    var schedule: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The learning rate grows linearly over the first N steps, before the schedule begins. (default: 0)",
            valueName: "n"))
    var warmUp: Int?

    @Flag(help: "Shuffle the images anew for every epoch, by the seed.")
    var shuffle = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Evaluate on the held-out training images every N steps.",
            valueName: "n"))
    var validateEvery: Int?

    @Option(
        help: ArgumentHelp("Resume from this file, exactly where it stopped.", valueName: "file"),
        completion: .file(extensions: ["ltfn"]))
    var resume: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Keep a checkpoint every N steps.", valueName: "n"))
    var checkpointEvery: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many checkpoints to keep, the newest ones. (default: \(TrainingOutput.defaultKeptCount))",
            valueName: "n"))
    var keep: Int?

    /// What programs would read as something else.
    private static let foreignEndings = [
        ".safetensors", ".npz", ".npy", ".pt", ".pth", ".onnx", ".gguf", ".h5", ".ckpt",
        ".mlmodel",
    ]

    @OptionGroup var base: BaseOptions
    @OptionGroup var expansion: ExpansionOptions
    @OptionGroup(title: "Threads") var threads: ThreadOptions
    @OptionGroup(title: "Display") var display: DisplayOptions
    @OptionGroup(title: "Display") var json: JSONOptions

    /// Where the network goes, as the operating system calls it.
    var outputPath: String { output == "-" ? "/dev/stdout" : output }

    func validate() throws {
        if synthetic, data != nil {
            throw ValidationError("--data and --synthetic exclude each other.")
        }
        if output.isEmpty { throw ValidationError("--output takes the name of a file.") }
        if let ending = Self.foreignEndings.first(where: { output.lowercased().hasSuffix($0) }) {
            throw ValidationError(
                "--output is a \(ending) file, and networks are written as .ltfn: give -o model.ltfn; "
                    + "ltfn-convert makes safetensors and NumPy files of it.")
        }
        for (count, option) in [
            (checkpointEvery, "checkpoint-every"), (keep, "keep"),
            (validateEvery, "validate-every"),
        ] where count ?? 1 < 1 {
            throw ValidationError("--\(option) is \(count ?? 0); expected 1 or more.")
        }
        if Output.isStandard(path: outputPath) {
            guard checkpointEvery == nil else {
                throw ValidationError(
                    "--checkpoint-every keeps files beside the output; standard output has no place."
                )
            }
            guard json.destination != .standardOutput else {
                throw ValidationError("--json and the network cannot both go to standard output.")
            }
        }
        if keep != nil, checkpointEvery == nil {
            throw ValidationError("--keep goes with --checkpoint-every.")
        }
        if resume == nil, !base.paths.isEmpty {
            throw ValidationError("--base goes with --resume.")
        }
        do throws(ConfigurationError) {
            let request = try request()
            if resume == nil { _ = try request.configuration() }
        } catch {
            throw ValidationError(error.inOptions)
        }
    }

    func run() throws {
        do {
            try TrainingRun(command: self, request: try request()).run()
        } catch let error as ConfigurationError {
            throw CommandFailure(.usage, error.inOptions)
        }
    }

    private func request() throws(ConfigurationError) -> RecipeRequest {
        var request = RecipeRequest()
        request.model = model
        for rule in initialization {
            request.initialization.append(try InitializationRule(parsing: rule))
        }
        request.seed = seed
        request.stepCount = steps
        request.batchSize = batchSize
        request.learningRate = learningRate
        if let optimizer {
            request.optimizer = try OptimizerCatalogue.optimizer(parsing: optimizer)
        }
        if let schedule {
            request.course = try LearningRateSchedule.Course(parsing: schedule)
        }
        request.warmUp = warmUp
        request.isShuffled = shuffle ? true : nil
        return request
    }
}

extension ConfigurationError {
    /// What it is, and which option helps.
    fileprivate var inOptions: String { message + (remedy.map { " " + $0.inOptions } ?? "") }
}
