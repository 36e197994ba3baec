import Foundation
import LTFNBytes
import LTFNCommand
import LTFNFiles

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

    /// Makes sure, before anything is measured, that peers can be asked at all.
    ///
    /// - Throws: `CommandFailure`; `io` for a script that cannot be read.
    static func expectAnswers(python: String, script: String) throws {
        do throws(FormatError) {
            _ = try FileSource(path: script)
        } catch {
            var error = error
            error.message +=
                " It measures the peers, and lies in tools of the repository: name it with "
                + "--peers-script."
            throw error
        }
        guard try !PeerProcess.cases(python: python, script: script).isEmpty else {
            throw CommandFailure(
                .inputNotOpened,
                "\(python), given with --peers, does not run \(script); expected a Python 3, such as "
                    + "python3.")
        }
    }

    /// Hands `input` to the processes that are started from now on.
    ///
    /// - Throws: when it does not fit.
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
