import Foundation

/// Other programs that the tests run.
enum Programs {
    struct Result {
        var status: Int32
        /// The signal that ended it, if one did.
        var signal: Int32?
        var output: String
    }

    static let formatProbe: String = {
        #if os(macOS)
            let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!.bundleURL
                .deletingLastPathComponent()
        #else
            let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #endif
        return folder.appendingPathComponent("FormatProbe").path
    }()

    static let hasStrace = exists("strace")
    static let hasPython = exists("python3")

    private static func exists(_ name: String) -> Bool {
        run("/bin/sh", ["-c", "command -v \(name)"]).status == 0
    }

    /// Runs a program to its end and gathers its standard output.
    static func run(_ program: String, _ arguments: [String]) -> Result {
        let (process, pipe) = start(program, arguments)
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus,
            signal: process.terminationReason == .uncaughtSignal
                ? process.terminationStatus : nil,
            output: String(decoding: output, as: UTF8.self))
    }

    /// Starts a program whose standard output goes to a pipe.
    static func start(
        _ program: String, _ arguments: [String], input: Pipe? = nil
    ) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        if let input { process.standardInput = input }
        try! process.run()
        return (process, pipe)
    }
}
