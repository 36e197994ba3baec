import Foundation

/// What a program that ran to its end left behind.
public struct Outcome: Sendable {
    public var status: Int32
    /// The signal that ended it, if one did.
    public var signal: Int32?
    public var output: String
    public var errors: String

    public var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// The programs that tests run: those of this build, and others.
public enum Programs {
    /// Where the programs of this build stand: beside the tests.
    public static let directory: URL = {
        #if os(macOS)
            Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!.bundleURL
                .deletingLastPathComponent()
        #else
            URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #endif
    }()

    /// The path of a program of this build.
    public static func product(_ name: String) -> String {
        directory.appendingPathComponent(name).path
    }

    /// The interpreter that has NumPy and the safetensors package: tools/test names it.
    public static let python = ProcessInfo.processInfo.environment["LTFN_PYTHON"]

    public static let hasPython = exists("python3")
    public static let hasStrace = exists("strace")

    public static func exists(_ name: String) -> Bool {
        run("/bin/sh", ["-c", "command -v \(name)"]).status == 0
    }

    /// Runs the program at `path` to its end. Its standard input is empty.
    ///
    /// - Parameter environment: nil: that of the tests.
    public static func run(
        _ path: String, _ arguments: [String], in directory: URL? = nil,
        environment: [String: String]? = nil
    ) -> Outcome {
        // A file holds whatever is said, a pipe only so much.
        let errorFile = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-errors-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errorFile) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        if let environment { process.environment = environment }
        if let directory { process.currentDirectoryURL = directory }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        do {
            process.standardError = try FileHandle(forWritingTo: errorFile)
            try process.run()
        } catch {
            return Outcome(status: -1, output: "", errors: "\(error)")
        }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let hasSignal = process.terminationReason == .uncaughtSignal
        return Outcome(
            status: process.terminationStatus,
            signal: hasSignal ? process.terminationStatus : nil,
            output: String(decoding: output, as: UTF8.self),
            errors: (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "")
    }

    /// What a Python program prints, the oracle of many tests.
    public static func python(_ source: String, _ arguments: [String] = []) -> String? {
        let result = run("/usr/bin/env", ["python3", "-c", source] + arguments)
        return result.status == 0 ? result.output : nil
    }

    /// The program that is run to be disturbed or measured.
    public static let probe = product("Probe")

    /// Starts a program whose standard output goes to a pipe.
    public static func start(
        _ path: String, _ arguments: [String], input: Pipe? = nil
    ) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        if let input { process.standardInput = input }
        try! process.run()
        return (process, pipe)
    }
}
