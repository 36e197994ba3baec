import Foundation

/// Other programs that the tests run.
enum Programs {
    struct Result {
        var status: Int32
        var output: String
        var errors: String

        var lines: [String] {
            output.split(separator: "\n").map(String.init)
        }
    }

    /// The interpreter that has NumPy and the safetensors package: tools/test names it.
    static let python = ProcessInfo.processInfo.environment["LTFN_PYTHON"]

    /// A program of this build.
    static func product(_ name: String) -> String {
        #if os(macOS)
            let folder = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }!.bundleURL
                .deletingLastPathComponent()
        #else
            let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        #endif
        return folder.appendingPathComponent(name).path
    }

    static func run(_ program: String, _ arguments: [String]) throws -> Result {
        let errorFile = FileManager.default.temporaryDirectory
            .appendingPathComponent("ltfn-errors-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: errorFile) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
            errors: (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "")
    }
}
