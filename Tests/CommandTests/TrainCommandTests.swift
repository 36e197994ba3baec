import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNDatasets
import LTFNFiles
import LTFNFormat
import TestSupport
import Testing

/// Runs `ltfn-train` as the shell does.
@Suite("ltfn-train", .serialized)
struct TrainCommandTests {
    struct Run {
        var status: Int32
        var output: String
        var errors: String
    }

    private let folder = TemporaryFolder()

    private var directory: URL { folder.url }

    /// A data set that a debug build tests on in no time.
    private func makeData() throws {
        let digits = SyntheticDigits()
        let (training, test) = (digits.training(count: 120), digits.test(count: 20))
        try FileManager.default.createDirectory(
            atPath: path("data"), withIntermediateDirectories: true)
        try write(training.images.idx, "data/train-images.idx")
        try write(training.labels.idx, "data/train-labels.idx")
        try write(test.images.idx, "data/test-images.idx")
        try write(test.labels.idx, "data/test-labels.idx")
    }

    private func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    }

    private func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    private func start(_ arguments: [String]) throws -> (Process, Pipe, Pipe) {
        let process = Process()
        process.executableURL = Programs.directory.appendingPathComponent("ltfn-train")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        var environment = ProcessInfo.processInfo.environment
        environment["LTFN_DATA_DIR"] = nil
        process.environment = environment
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    private func train(_ arguments: String...) throws -> Run {
        let (process, output, errors) = try start(arguments)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: complaint, as: UTF8.self))
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
    }

    @Test(
        "a wrong command line is 64, says what was expected and writes nothing",
        arguments: [
            [], ["-o", "m.ltfn", "--init", "hee"], ["-o", "m.ltfn", "--init", "conv*=he"],
            ["-o", "m.ltfn", "--steps", "-1"], ["-o", "m.ltfn", "--learning-rate", "0"],
            ["-o", "m.ltfn", "--batch-size", "0"], ["-o", "m.ltfn", "--model", "lenet"],
            ["-o", "m.ltfn", "--synthetic", "--data", "x"], ["-o", "m.ltfn", "--threads", "0"],
            ["-o", ""], ["-o", "m.safetensors"], ["-o", "M.NPZ"],
        ])
    func usage(arguments: [String]) throws {
        let (process, _, errors) = try start(arguments)
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 64)
        #expect(String(decoding: text, as: UTF8.self).contains("error: "))
        #expect(try names().isEmpty)
    }

    @Test("data that are missing are 66, data that are something else 65")
    func badData() throws {
        let missing = try train("-o", path("m.ltfn"), "--data", path("nowhere"))
        #expect(missing.status == 66)
        #expect(missing.errors.contains("There are no training images here"))
        for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"] {
            try write(Array("<html>Not found</html>".utf8), name)
        }
        let page = try train("-o", path("m.ltfn"), "--data", directory.path)
        #expect(page.status == 65)
        #expect(page.errors.contains("Found an HTML page; expected IDX images"))
        #expect(page.errors.split(separator: "\n").count == 1)
        #expect(try !names().contains { $0.contains("m.ltfn") })
    }

    @Test("an output that cannot be written is 73, before any training")
    func badOutput() throws {
        for output in [path("none/m.ltfn"), directory.path, "/proc/m.ltfn"] {
            let run = try train("-o", output, "--synthetic")
            #expect(run.status == 73, "\(output): \(run.errors)")
            #expect(run.output.isEmpty)
        }
    }

    @Test("the untrained network is a few kilobytes, from which its weights come back")
    func untrained() throws {
        let run = try train("-o", path("m.ltfn"), "--steps", "0")
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("no data were found"))
        #expect(try names() == ["m.ltfn"])
        let reader = try NativeFormat().open(
            FileSource(path: path("m.ltfn")), limits: .standard)
        let checkpoint = try Checkpoint(reading: reader)
        #expect(try FileSource(path: path("m.ltfn")).byteCount < 5_000)
        #expect(checkpoint.manifest.variables.count == 10)
        #expect(
            checkpoint.manifest.variables.allSatisfy { $0.initializer?.isReproducible == true })
        #expect(checkpoint.manifest.graph?.name == "tutorial-convnet")
    }

    private func short(_ name: String, _ more: String...) throws -> [String] {
        try makeData()
        return ["-o", path(name), "--data", path("data"), "--model", "mlp", "--batch-size", "5"]
            + more
    }

    @Test("the same seed gives the same file with one and with two threads, another seed another")
    func reproducible() throws {
        for (name, options) in [
            ("a", ["--threads", "1"]), ("b", ["--threads", "2"]), ("c", ["--seed", "2"]),
        ] {
            let (process, output, errors) = try start(
                try short(name, "--steps", "3", "--learning-rate", "0.01", "-q") + options)
            _ = output.fileHandleForReading.readDataToEndOfFile()
            _ = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
        }
        let files = try ["a", "b", "c"].map { try Data(contentsOf: URL(fileURLWithPath: path($0))) }
        #expect(files[0] == files[1])
        #expect(files[0] != files[2])
    }

    @Test("SIGTERM ends the running step, saves and exits with 143")
    func terminated() throws {
        let (process, output, errors) = try start(
            try short("m.ltfn", "--steps", "1000000", "--learning-rate", "0.0001"))
        // Wait for the line of step 0.
        var text = ""
        while !text.contains("step ") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        process.terminate()
        text += String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        _ = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(text.contains("stopped after"))
        #expect(try names() == ["data", "m.ltfn"])
        let reader = try NativeFormat().open(
            FileSource(path: path("m.ltfn")), limits: .standard)
        #expect(try Checkpoint(reading: reader).manifest.variables.count == 8)
    }

    @Test("a run that comes apart is 1, keeps the old output, and saves beside it")
    func diverged() throws {
        try Data("old".utf8).write(to: directory.appendingPathComponent("m.ltfn"))
        let (process, output, errors) = try start(
            try short("m.ltfn", "--steps", "200", "--learning-rate", "1e30"))
        _ = output.fileHandleForReading.readDataToEndOfFile()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        #expect(text.contains("m.ltfn was not written") && text.contains("--learning-rate"))
        #expect(try names() == ["data", "m.last-finite.ltfn", "m.ltfn"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("m.ltfn"))) == Data("old".utf8))
        let reader = try NativeFormat().open(
            FileSource(path: path("m.last-finite.ltfn")), limits: .standard)
        _ = try Checkpoint(reading: reader)
    }

    @Test("a network that only guesses is told of while it runs, and at the end") func guesses()
        throws
    {
        let training = try TrainingFolder()
        let recipe = ["--data", "data", "--model", "mlp", "--batch-size", "1"]
        let stuck = training.train(
            "-o", "m.ltfn", "--init", "zeros", "--learning-rate", "1e-9", "--steps", "901",
            recipe: recipe)
        #expect(stuck.status == 0)
        #expect(
            stuck.output.contains("the cost has been 2.3026, what a guess costs, for 10 reports"))
        #expect(stuck.errors.contains("warning: the network has learned nothing:"))
        let learning = training.train("-o", "n.ltfn", "--steps", "901", recipe: recipe)
        #expect(learning.status == 0)
        #expect(!learning.output.contains("reports") && !learning.errors.contains("nothing"))
    }

    @Test("the JSON document has its schema first and the lines leave standard output")
    func json() throws {
        let (process, output, errors) = try start(
            try short("m.ltfn", "--steps", "2", "--learning-rate", "0.01", "--json"))
        let text = String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        _ = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(text.hasPrefix("{\n  \"schema\": \"ltfn.train/1\""))
        let document = try #require(
            JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["steps"] as? Int == 2)
        #expect((document["test"] as? [String: Any])?["count"] as? Int == 20)
    }
}
