import Foundation

/// tools/peers.py at the other end of two pipes.
///
/// Peers and the date of a report are the one place of the project that needs Foundation: nothing
/// smaller starts a process on every platform.
final class PeerProcess {
    enum Answer {
        case sample(Sample, Details)
        case skipped(String)
    }

    /// What a peer tells beside the time.
    struct Details: Decodable {
        /// `tensorflow 2.21.0`
        var version: String?
        /// Bytes stored by bytes of the values.
        var ratio: Double?
    }

    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var pending = Data()

    /// - Throws: when the interpreter cannot be started.
    init(python: String, script: String, environment: [String: String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, script, "--serve"]
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        try process.run()
    }

    /// The names that the script lists; none when it does not run.
    static func cases(python: String, script: String) throws -> [String] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [python, script]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return [] }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
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
        let details = try? JSONDecoder().decode(Details.self, from: line)
        return .sample(Sample(seconds: seconds, work: work), details ?? Details())
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
