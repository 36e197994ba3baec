import Foundation

/// tools/peers.py at the other end of two pipes.
///
/// The one place of the project that needs Foundation: nothing smaller starts a process on every
/// platform.
final class PeerProcess {
    enum Answer {
        case sample(Sample)
        case skipped(String)
    }

    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var pending = Data()

    /// - Throws: when the interpreter cannot be started.
    init(python: String, script: String, settings: BenchmarkSettings) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, script, "--serve"]
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        var environment = ProcessInfo.processInfo.environment
        environment["LTFN_BENCH_THREADS"] = String(settings.threadCount)
        environment["LTFN_BENCH_WEIGHTS"] = settings.weightsPath
        process.environment = environment
        try process.run()
    }

    deinit {
        // The end of its input ends the script, and with it the workers it has started.
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func sample(_ name: String) -> Answer {
        do {
            try requests.fileHandleForWriting.write(contentsOf: Data((name + "\n").utf8))
        } catch {
            return .skipped("the peers' process ended")
        }
        guard let line = readLine() else { return .skipped("the peers' process ended") }
        guard let answer = try? JSONDecoder().decode(Line.self, from: line) else {
            return .skipped("an answer that is not JSON")
        }
        guard let seconds = answer.seconds, let work = answer.work, seconds > 0 else {
            return .skipped(answer.skipped ?? "no time in the answer")
        }
        return .sample(Sample(seconds: seconds, work: work))
    }

    private struct Line: Decodable {
        var seconds: Double?
        var work: Double?
        var skipped: String?
    }

    private func readLine() -> Data? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = pending[..<end]
                pending = Data(pending[(end + 1)...])
                return Data(line)
            }
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            pending.append(more)
        }
    }
}
