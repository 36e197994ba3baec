import ArgumentParser
import LTFNBytes
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
            for the variables whose names fit the pattern (* and ?); of two rules the later \
            counts. Initializers: he (the model's own choice, the default), \
            normal[:stddev[,mean]], truncated_normal[:stddev[,mean]], scaled-normal:factor, \
            uniform:low,high, constant:value, zeros, ones, he_normal, he_uniform, glorot_normal, \
            glorot_uniform (xavier), lecun_normal, lecun_uniform, \
            variance_scaling:scale,fan,distribution.
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
    ]

    @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
    var output: String

    @Option(
        help: ArgumentHelp(
            "The folder with the four files of the data set, packed (.gz) or not.",
            valueName: "folder"), completion: .directory)
    var data: String?

    @Flag(help: "Train on digits drawn by the program, whatever data there are.")
    var synthetic = false

    @Option(
        help: ArgumentHelp(
            "Also write the four files of the data set, unpacked, to this folder.",
            valueName: "folder"), completion: .directory)
    var saveData: String?

    @Option(
        help: ArgumentHelp(
            "The network: "
                + ModelCatalogue.all.map { "\($0.name) (\($0.summary))" }.joined(separator: ", or ")
                + ".", valueName: "name"),
        completion: .list(ModelCatalogue.all.map(\.name)))
    var model = ModelCatalogue.all[0].name

    @Option(
        name: .customLong("init"),
        help: ArgumentHelp(
            "How variables are filled first; may be given several times. (default: he)",
            valueName: "rule"))
    var initialization: [String] = []

    @Option(help: ArgumentHelp("The key of all randomness.", valueName: "n"))
    var seed = TrainingConfiguration.defaultSeed

    @Option(help: ArgumentHelp("How many steps; 0 writes the untrained network.", valueName: "n"))
    var steps = TrainingConfiguration.defaultStepCount

    @Option(help: ArgumentHelp("How many images each step sees.", valueName: "n"))
    var batchSize = TrainingConfiguration.defaultBatchSize

    @Option(help: ArgumentHelp("How far a step goes along the gradient.", valueName: "rate"))
    var learningRate = TrainingConfiguration.defaultLearningRate

    @OptionGroup(title: "Threads") var threads: ThreadOptions
    @OptionGroup(title: "Display") var display: DisplayOptions
    @OptionGroup(title: "Display") var json: JSONOptions

    func validate() throws {
        if synthetic, data != nil {
            throw ValidationError("--data and --synthetic exclude each other.")
        }
        if output.isEmpty { throw ValidationError("--output takes the name of a file.") }
        do throws(ConfigurationError) {
            try trainingConfiguration().check()
        } catch {
            throw ValidationError(error.message)
        }
    }

    func run() throws {
        do {
            let run = TrainingRun(command: self, configuration: try trainingConfiguration())
            try run.run()
        } catch let error as ConfigurationError {
            throw CommandFailure(.usage, error.message)
        }
    }

    private func trainingConfiguration() throws(ConfigurationError) -> TrainingConfiguration {
        guard let model = ModelCatalogue.model(named: model) else {
            throw ConfigurationError(
                "There is no model \"\(model)\"; expected one of "
                    + ModelCatalogue.all.map(\.name).joined(separator: ", ") + ".")
        }
        var rules: [InitializationRule] = []
        for rule in initialization { rules.append(try InitializationRule(parsing: rule)) }
        return TrainingConfiguration(
            model: model, initialization: rules, seed: seed, stepCount: steps,
            batchSize: batchSize, learningRate: learningRate)
    }
}
