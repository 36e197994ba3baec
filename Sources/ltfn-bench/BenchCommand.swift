import ArgumentParser
import LTFNBytes
import LTFNCommand
import LTFNFiles
import LTFNFormat
import LTFNKernels
import LTFNParallel

struct BenchCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "ltfn-bench",
        abstract: "Measures how fast the toolkit works, beside its peers if wanted.",
        discussion: """
            Every benchmark prints the median rate of its samples. With --peers, samples of other \
            programs alternate with ours, and ratios of the medians are printed: absolute times \
            move from hour to hour, ratios within one run do not. Work on several threads is \
            sampled in turns with the same work on one, and with as many copies of that at once, \
            which tells what the machine allows. Let nothing else run meanwhile.

            Arithmetic is counted as the direct method needs it, two operations a multiply-add, and \
            compared with the most that independent multiply-adds reach on this machine. Winograd's \
            way needs fewer, so more than 100 % is possible. A training case is the forward pass \
            and all gradients.
            """,
        version: Toolkit.versionText(
            program: "ltfn-bench", formatVersion: NativeFormat.version,
            codecs: Codec.allCases.map(\.name), cpu: InstructionSet.selected.rawValue))

    static let examples = [
        Example("ltfn-bench", "everything, one line a benchmark"),
        Example("ltfn-bench --filter train/step --runs 21", "the training step, with more samples"),
        Example("ltfn-bench --filter layer/layer2", "one layer on every instruction set"),
        Example("ltfn-bench --filter file/ --weights model.ltfn", "how small files get"),
        Example(
            "ltfn-bench --peers python3 --markdown", "beside the peers that this Python has"),
    ]

    @Option(help: "Only the benchmark of this name, or else those whose name contains this text.")
    var filter = ""

    @Option(
        parsing: .unconditional,
        help: "Samples of each benchmark.")
    var runs = 9

    @Option(
        help: ArgumentHelp("Also measure the peers with this Python.", valueName: "python"),
        completion: .file())
    var peers: String?

    @Option(
        help: ArgumentHelp("The script that measures the peers.", valueName: "path"),
        completion: .file())
    var peersScript = "tools/peers.py"

    @Option(
        help: ArgumentHelp(
            "Measure the codecs on this checkpoint too.", valueName: "file"),
        completion: .file(extensions: ["ltfn"]))
    var weights: String?

    @Option(
        help: ArgumentHelp("The folder with the kept models.", valueName: "path"),
        completion: .directory)
    var models = "Fixtures/models"

    @Flag(help: "Name the benchmarks, and measure nothing.")
    var list = false

    @Flag(help: "Print Markdown tables, with date and machine, in place of the lines.")
    var markdown = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard runs >= 1 else {
            throw ValidationError("--runs takes a number from 1 on, found \(runs).")
        }
    }

    func run() throws {
        let settings = BenchmarkSettings(
            threadCount: threads.threads ?? Parallelism.coreCount, weightsPath: weights,
            modelsPath: models)
        let all = Benchmark.all(settings)
        let chosen = chosen(from: all)
        guard !chosen.isEmpty else {
            throw CommandFailure(
                .usage, "No benchmark's name contains \"\(filter)\"; --list names them all.")
        }
        if list {
            let names = chosen.map(\.name)
            return try json.open().write([
                "schema": "ltfn.bench.list/1", "benchmarks": .array(names.map { .string($0) }),
            ]) { names.map { $0 + "\n" }.joined() }
        }
        try expectFiles(of: chosen)
        if let peers { try Peers.expectAnswers(python: peers, script: peersScript) }
        try FileRoles(
            inputs: weights.map { [FileRoles.File("a checkpoint", $0)] } ?? [], outputs: json.files
        ).expectDistinct()
        let report = try measured(chosen, among: all, settings)
        // The lines have been printed one by one.
        try json.open(quiet: display.quiet && !markdown).write(report.document) {
            markdown ? report.markdown : report.alignedPeerTable
        }
    }

    /// Finds out before anything is measured that a checkpoint is not there.
    private func expectFiles(of benchmarks: [Benchmark]) throws {
        if let weights { _ = try FileSource(path: weights) }
        for benchmark in benchmarks {
            guard let path = benchmark.file else { continue }
            do throws(FormatError) {
                _ = try FileSource(path: path)
            } catch {
                var error = error
                if path != weights {
                    error.message +=
                        " \(benchmark.name) needs the kept models, which lie in Fixtures/models of "
                        + "the repository: name that folder with --models."
                }
                throw error
            }
        }
    }

    private func chosen(from all: [Benchmark]) -> [Benchmark] {
        if filter.isEmpty { return all }
        let exact = all.filter { $0.name == filter }
        return exact.isEmpty ? all.filter { $0.name.contains(filter) } : exact
    }

    private func measured(
        _ benchmarks: [Benchmark], among all: [Benchmark], _ settings: BenchmarkSettings
    ) throws -> BenchmarkReport {
        let peers = peers.map { Peers(python: $0, script: peersScript, settings: settings) }
        let runner = Runner(settings: settings, runCount: runs, warmUpCount: 2, peers: peers)
        var report = BenchmarkReport(settings: settings, runCount: runs)
        for benchmark in benchmarks {
            report.add(try runner.run(benchmark, beside: benchmark.onOneThread(among: all)))
            if let latest = report.comparisons.last, !markdown, !display.quiet,
                json.destination != .standardOutput
            {
                Output.stdout.writeLine(latest.text)
            }
        }
        return report
    }
}
