import Foundation

/// The peers' processes: one for each case, since their libraries do not bear one another.
final class Peers {
    private let python: String
    private let script: String
    private var environment: [String: String]
    private var processes: [String: PeerProcess] = [:]
    private var input: URL?

    init(python: String, script: String, settings: BenchmarkSettings) {
        self.python = python
        self.script = script
        environment = ["LTFN_BENCH_THREADS": String(settings.threadCount)]
    }

    /// Hands `input` to the processes that are started from now on.
    ///
    /// - Throws: when there is no room for it.
    func prepare(_ input: PeerInput?) throws {
        guard let input else { return }
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-bench-\(UUID().uuidString)")
        self.input = file
        try Data(input.bytes).write(to: file)
        environment["LTFN_BENCH_WEIGHTS"] = file.path
        environment["LTFN_BENCH_DTYPE"] = input.dtype
    }

    /// One sample of a case, after a warm-up when it is the first.
    ///
    /// - Throws: when the interpreter cannot be started.
    func sample(_ name: String) throws -> PeerProcess.Answer {
        if let process = processes[name] { return process.sample(name) }
        let process = try PeerProcess(python: python, script: script, environment: environment)
        processes[name] = process
        return process.sample(name)
    }

    /// Ends the processes, so that they do not disturb the next benchmark.
    func stop() {
        processes = [:]
        if let input { try? FileManager.default.removeItem(at: input) }
        input = nil
    }
}
