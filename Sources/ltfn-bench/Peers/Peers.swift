/// The peers' processes: one for each case, since their libraries do not bear one another.
final class Peers {
    private let python: String
    private let script: String
    private let settings: BenchmarkSettings
    private var processes: [String: PeerProcess] = [:]

    init(python: String, script: String, settings: BenchmarkSettings) {
        self.python = python
        self.script = script
        self.settings = settings
    }

    /// One sample of a case, after a warm-up when it is the first.
    ///
    /// - Throws: when the interpreter cannot be started.
    func sample(_ name: String) throws -> PeerProcess.Answer {
        if let process = processes[name] { return process.sample(name) }
        let process = try PeerProcess(python: python, script: script, settings: settings)
        processes[name] = process
        return process.sample(name)
    }

    /// Ends the processes, so that they do not disturb the next benchmark.
    func stop() {
        processes = [:]
    }
}
