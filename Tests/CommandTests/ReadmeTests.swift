import Foundation
import TestSupport
import Testing

/// The commands that the README and the guides print, run in the order in which they print them.
@Suite("README")
struct ReadmeTests {
    private static let root = Repository.root
    private static let dataFolder = ProcessInfo.processInfo.environment["LTFN_DATA_DIR"]
    private static let guides = "Sources/LTFN/LTFN.docc"

    /// The lines of all blocks of code of a page.
    private static func code(of page: String) throws -> [[String]] {
        let text = try String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)
        let blocks = text.components(separatedBy: "\n```")
        return blocks.indices.filter { $0 % 2 == 1 }.map {
            blocks[$0].components(separatedBy: "\n")
        }
    }

    /// The lines that begin with one of our programs, without their remarks.
    private static func commands(of page: String) throws -> [String] {
        try code(of: page).joined().filter { $0.hasPrefix("ltfn-") }
            .map { $0.components(separatedBy: "  #")[0] }
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
        let guides = ["TheCommands.md", "BaseFilesAndRecovery.md"].map { Self.guides + "/" + $0 }
        let commands = try (["README.md"] + guides).flatMap(Self.commands)
        #expect(commands.count > 10)
        for command in commands {
            let outcome = Programs.shell("\"$BIN\"/\(quick(command))", in: folder)
            #expect(outcome.status == 0, "\(command): \(outcome.errors)")
        }
        #expect(try folder.read("again.ltfn") == folder.read("tuned.ltfn"))
    }

    @Test("what it shows is what the program prints")
    func output() throws {
        let shown = try Self.code(of: "README.md").map { Array($0.dropFirst()) }
            .filter { $0.first?.hasPrefix("$ ") == true }
        #expect(!shown.isEmpty)
        for block in shown where !block[0].contains("MNIST_data") {
            let words = block[0].dropFirst(2).split(separator: " ").map(String.init)
            let outcome = Programs.run(
                Programs.product(words[0]), Array(words.dropFirst()), in: Self.root,
                environment: ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output == block.dropFirst().joined(separator: "\n") + "\n")
        }
    }

    @Test(
        "what it shows of a network that explodes is what the program prints",
        .enabled(if: dataFolder != nil, "LTFN_DATA_DIR is not set"))
    func activations() throws {
        let data = try #require(Self.dataFolder)
        let folder = TemporaryFolder()
        let trained = Programs.run(
            "ltfn-train", "-o", "normal.ltfn", "--init", "normal", "--steps", "0", "--data", data,
            in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        let block = try #require(
            Self.code(of: "README.md").first { $0.contains { $0.contains("activations") } })
        let line = try #require(block.first { $0.hasPrefix("$ ") })
        let words = line.dropFirst(2).split(separator: " ").map {
            $0 == "MNIST_data" ? data : String($0)
        }
        let outcome = Programs.run(
            Programs.product(words[0]), Array(words.dropFirst()), in: folder.url,
            environment: ["LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let parts = block.drop { !$0.hasPrefix("$ ") }.dropFirst().split(separator: "…")
        #expect(parts.count == 2)
        for part in parts { #expect(outcome.output.contains(part.joined(separator: "\n"))) }
    }
}
