import Foundation
import ProgramSupport
import Testing

/// The commands that the README prints, run in the order in which it prints them.
@Suite("README")
struct ReadmeTests {
    private static let text = try? String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("README.md"), encoding: .utf8)

    /// The lines of its code that begin with one of our programs, without their remarks.
    private static func commands() throws -> [String] {
        let blocks = try #require(text).components(separatedBy: "\n```")
        return blocks.indices.filter { $0 % 2 == 1 }.flatMap { index in
            blocks[index].split(separator: "\n").filter { $0.hasPrefix("ltfn-") }
                .map { $0.components(separatedBy: "  #")[0] }
        }
    }

    /// The first column of its table of commands.
    private static func table() throws -> [String] {
        try #require(text).split(separator: "\n").filter { $0.hasPrefix("| `ltfn-") }
            .map { $0.components(separatedBy: "`")[1] }
            .filter { !$0.hasPrefix("ltfn-bench") && !$0.contains("steps in") }
    }

    /// The same command as a debug build runs it in no time.
    private func quick(_ command: String) -> String {
        guard command.hasPrefix("ltfn-train") else { return command }
        let short = command.replacingOccurrences(of: "--steps 100", with: "--steps 1")
            .replacingOccurrences(of: "--steps 110", with: "--steps 2")
        let steps = short.contains("--steps") ? "" : " --steps 1"
        return short + steps
            + (short.contains("--resume") ? "" : " --model mlp --batch-size 5")
    }

    @Test("every command can be run as it is printed, and none needs a file that none has made")
    func run() throws {
        let folder = try TrainingFolder().folder
        try FileManager.default.moveItem(
            atPath: folder.path("data"), toPath: folder.path("MNIST_data"))
        // Packed or not is told by the content.
        try FileManager.default.moveItem(
            atPath: folder.path("MNIST_data/test-images.idx"),
            toPath: folder.path("MNIST_data/t10k-images-idx3-ubyte.gz"))
        try FileManager.default.moveItem(
            atPath: folder.path("MNIST_data/test-labels.idx"),
            toPath: folder.path("MNIST_data/t10k-labels-idx1-ubyte.gz"))
        let commands = try Self.table() + Self.commands()
        #expect(commands.count > 10)
        for command in commands {
            let outcome = Programs.shell("\"$BIN\"/\(quick(command))", in: folder)
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        #expect(try folder.get("again.ltfn") == folder.get("tuned.ltfn"))
    }
}
