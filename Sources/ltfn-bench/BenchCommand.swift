import ArgumentParser
import LTFNCommand
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
            move from hour to hour, ratios within one run do not. Let nothing else run meanwhile.
            """,
        version: Toolkit.versionText(
            program: "ltfn-bench", formatVersion: NativeFormat.version,
            codecs: Codec.allCases.map(\.name), cpu: InstructionSet.selected.rawValue))

    static let examples = [
        Example("ltfn-bench", "everything, one line a benchmark"),
        Example("ltfn-bench --filter train --runs 21", "the training step, with more samples"),
        Example("ltfn-bench --peers python3 --json", "beside the peers that this Python has"),
    ]

    @Option(help: "Only benchmarks whose name contains this text.")
    var filter = ""

    @Option(help: "Samples of each benchmark.")
    var runs = 9

    @Option(help: ArgumentHelp("Also measure the peers with this Python.", valueName: "python"))
    var peers: String?

    @Option(help: ArgumentHelp("The script that measures the peers.", valueName: "path"))
    var peersScript = "tools/peers.py"

    @Option(
        help: ArgumentHelp(
            "Compress the variables of this checkpoint instead of fresh ones.", valueName: "file"))
    var weights: String?

    @Flag(help: "Name the benchmarks, and measure nothing.")
    var list = false

    @OptionGroup var threads: ThreadOptions
    @OptionGroup var json: JSONOptions
    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs takes a number from 1 on.") }
    }

    func run() throws {
        let chosen = Benchmark.all.filter { filter.isEmpty || $0.name.contains(filter) }
        guard !chosen.isEmpty else {
            throw CommandFailure(
                .usage, "No benchmark's name contains \"\(filter)\"; --list names them all.")
        }
        if list {
            for benchmark in chosen { Output.stdout.writeLine(benchmark.name) }
            return
        }
        let settings = BenchmarkSettings(
            threadCount: threads.threads ?? ThreadPool.coreCount, weightsPath: weights)
        let peers = peers.map { Peers(python: $0, script: peersScript, settings: settings) }
        let runner = Runner(settings: settings, runCount: runs, warmUpCount: 2, peers: peers)
        var report = BenchmarkReport(settings: settings)
        for benchmark in chosen {
            report.comparisons.append(try runner.run(benchmark))
            if let latest = report.comparisons.last, json.destination != .standardOutput {
                Output.stdout.writeLine(latest.text)
            }
        }
        // The text has been printed line by line.
        try json.write(report.document) { "" }
    }
}
