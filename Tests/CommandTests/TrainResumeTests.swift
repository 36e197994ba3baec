import Foundation
import LTFNDatasets
import TestSupport
import Testing

/// Interrupts `ltfn-train`, damages what it left, and lets other processes go on.
@Suite("ltfn-train --resume", .serialized)
struct TrainResumeTests {
    struct Run {
        var status: Int32
        var output: String
        var errors: String
    }

    private static let recipe = [
        "--data", "data", "--model", "mlp", "--batch-size", "7", "--learning-rate", "0.01",
        "--optimizer", "nesterov", "--shuffle",
    ]

    private let folder = TemporaryFolder()

    private var directory: URL { folder.url }

    init() throws {
        let data = directory.appendingPathComponent("data")
        try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
        let digits = SyntheticDigits()
        let (training, test) = (digits.training(count: 120), digits.test(count: 20))
        for (name, bytes) in [
            ("train-images.idx", training.images.idx), ("train-labels.idx", training.labels.idx),
            ("test-images.idx", test.images.idx), ("test-labels.idx", test.labels.idx),
        ] {
            try Data(bytes).write(to: data.appendingPathComponent(name))
        }
    }

    private func start(_ arguments: [String]) throws -> (Process, Pipe, Pipe) {
        let process = Process()
        process.executableURL = Programs.directory.appendingPathComponent("ltfn-train")
        process.arguments = arguments
        process.currentDirectoryURL = directory
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output, errors)
    }

    private func read(_ pipe: Pipe, until word: String) -> String {
        var text = ""
        while !text.contains(word) {
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        return text
    }

    private func train(_ arguments: String..., recipe: [String] = Self.recipe) throws -> Run {
        let (process, output, errors) = try start(arguments + recipe)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: complaint, as: UTF8.self))
    }

    private func url(_ name: String) -> URL { directory.appendingPathComponent(name) }

    private func isSame(_ a: String, _ b: String) throws -> Bool {
        try Data(contentsOf: url(a)) == Data(contentsOf: url(b))
    }

    private func damage(_ name: String) throws {
        var bytes = try Data(contentsOf: url(name))
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: url(name))
    }

    private func checkpoints() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
            .filter { $0.contains(".step-") }
    }

    @Test("cut after any of 12 steps, a new process ends with the same bytes (goal T1)")
    func cuts() throws {
        let whole = try train(
            "-o", "whole.ltfn", "--steps", "13", "--checkpoint-every", "1", "--keep", "12")
        #expect(whole.status == 0, "\(whole.errors)")
        let parts = try checkpoints()
        #expect(parts.count == 12)
        for part in parts {
            let rest = try train("-o", "rest.ltfn", "--resume", part)
            #expect(rest.status == 0, "\(part): \(rest.errors)")
            #expect(try isSame("rest.ltfn", "whole.ltfn"), "\(part)")
        }
    }

    @Test("a second signal ends the run at once, and leaves no file behind (goal T3)")
    func secondSignal() throws {
        let (process, output, errors) = try start([
            "-o", "none.ltfn", "--data", "data", "--batch-size", "100", "--steps", "1000000",
            "--threads", "1",
        ])
        var text = read(output, until: "step ")
        kill(process.processIdentifier, SIGINT)
        _ = read(errors, until: "stopping")
        // Held in the middle of its step, until the second signal cannot be part of the first.
        kill(process.processIdentifier, SIGSTOP)
        Thread.sleep(forTimeInterval: 0.5)
        kill(process.processIdentifier, SIGTERM)
        kill(process.processIdentifier, SIGCONT)
        text += String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        _ = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        #expect(!text.contains("saved"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["data"])
    }

    @Test(
        "one request that comes as several signals, as from timeout, is one: the run is saved",
        arguments: [[SIGINT, SIGINT], [SIGTERM, SIGINT, SIGTERM]])
    func oneRequest(signals: [Int32]) throws {
        let (process, output, errors) = try start([
            "-o", "part.ltfn", "--data", "data", "--batch-size", "100", "--steps", "1000000",
            "--threads", "1",
        ])
        var text = read(output, until: "step ")
        for signal in signals {
            kill(process.processIdentifier, signal)
            // Long enough for the watcher to take it, so that the system does not make them one.
            Thread.sleep(forTimeInterval: 0.005)
        }
        text += String(
            decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        _ = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(signals.contains { process.terminationStatus == 128 + $0 })
        #expect(text.contains("saved"))
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
                == ["data", "part.ltfn"])
    }

    @Test("SIGINT, SIGTERM and SIGHUP save what another process goes on from exactly")
    func signals() throws {
        for (signal, status) in [(SIGINT, Int32(130)), (SIGTERM, 143), (SIGHUP, 129)] {
            let (process, output, errors) = try start(
                ["-o", "part.ltfn", "--steps", "1000000"] + Self.recipe)
            var text = read(output, until: "step ")
            kill(process.processIdentifier, signal)
            text += String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            _ = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == status)
            let words = text.split(separator: " ")
            let position = try #require(words.firstIndex(of: "after"))
            let steps = try #require(Int(words[position + 1])) + 5
            let rest = try train(
                "-o", "rest.ltfn", "--resume", "part.ltfn", "--steps", "\(steps)",
                recipe: ["--data", "data"])
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(try train("-o", "whole.ltfn", "--steps", "\(steps)").status == 0)
            #expect(try isSame("rest.ltfn", "whole.ltfn"))
        }
    }

    @Test("a damaged or missing file is replaced by the newest sound checkpoint, which is said")
    func damaged() throws {
        let whole = try train(
            "-o", "m.ltfn", "--steps", "14", "--checkpoint-every", "3", "--keep", "3")
        #expect(whole.status == 0, "\(whole.errors)")
        let names = ["m.step-000006.ltfn", "m.step-000009.ltfn", "m.step-000012.ltfn"]
        #expect(try checkpoints() == names)

        try damage(names[2])
        let second = try train("-o", "second.ltfn", "--resume", names[2])
        #expect(second.status == 0, "\(second.errors)")
        #expect(second.errors.contains("warning: \(names[2])"))
        #expect(second.errors.contains("resuming from \(names[1]) instead"))
        #expect(second.output.contains("after 9 of 14 steps"))
        #expect(try isSame("second.ltfn", "m.ltfn"))

        try FileManager.default.removeItem(at: url("m.ltfn"))
        let third = try train("-o", "m.ltfn", "--resume", "m.ltfn")
        #expect(third.status == 0, "\(third.errors)")
        #expect(third.output.contains("resumed: \(names[1]), after 9 of 14 steps"))
        #expect(try isSame("second.ltfn", "m.ltfn"))

        try damage(names[0])
        try damage(names[1])
        try damage("m.ltfn")
        let none = try train("-o", "none.ltfn", "--resume", "m.ltfn")
        #expect(none.status == 65)
        #expect(!FileManager.default.fileExists(atPath: url("none.ltfn").path))
        #expect(try train("-o", "none.ltfn", "--resume", "nowhere.ltfn").status == 66)
    }

    @Test("a killed run goes on from its newest checkpoint, and prunes the old ones")
    func killed() throws {
        let (process, output, errors) = try start(
            ["-o", "m.ltfn", "--steps", "1000000", "--checkpoint-every", "5"] + Self.recipe)
        var text = ""
        while text.split(separator: "kept: ").count < 4 {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { break }
            text += String(decoding: more, as: UTF8.self)
        }
        kill(process.processIdentifier, SIGKILL)
        _ = output.fileHandleForReading.readDataToEndOfFile()
        _ = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let newest = try #require(checkpoints().last)
        let steps = try #require(Int(newest.dropFirst("m.step-".count).dropLast(5))) + 7
        let rest = try train(
            "-o", "m.ltfn", "--resume", "m.ltfn", "--steps", "\(steps)", "--checkpoint-every", "5",
            "--keep", "1")
        #expect(rest.status == 0, "\(rest.errors)")
        #expect(try checkpoints().count == 1)
        #expect(try train("-o", "whole.ltfn", "--steps", "\(steps)").status == 0)
        #expect(try isSame("m.ltfn", "whole.ltfn"))
    }

    @Test("options that contradict the file are 64, another run's checkpoints are not overwritten")
    func refusals() throws {
        #expect(
            try train("-o", "m.ltfn", "--steps", "4", "--checkpoint-every", "2").status == 0)
        let seed = try train("-o", "n.ltfn", "--resume", "m.ltfn", "--seed", "9")
        #expect(seed.status == 64)
        #expect(
            seed.errors.contains("The seed that is asked for is 9, but the file was trained with 1")
        )
        let data = try train(
            "-o", "n.ltfn", "--resume", "m.ltfn", "--synthetic", recipe: [])
        #expect(data.status == 64)
        #expect(data.errors.contains("training images that are not these"))
        let again = try train("-o", "m.ltfn", "--steps", "4", "--checkpoint-every", "2")
        #expect(again.status == 73)
        #expect(again.errors.contains("m.step-000002.ltfn is a checkpoint of an earlier run"))
        for wrong in [
            ["--keep", "2"], ["--checkpoint-every", "0"], ["--validate-every", "-1"],
            ["--checkpoint-every", "2", "--keep", "0"],
        ] {
            let (process, _, errors) = try start(["-o", "n.ltfn"] + wrong)
            _ = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            #expect(process.terminationStatus == 64, "\(wrong)")
        }
        #expect(!FileManager.default.fileExists(atPath: url("n.ltfn").path))
    }
}
