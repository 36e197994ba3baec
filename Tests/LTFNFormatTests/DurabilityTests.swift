import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import TestSupport
import Testing

/// A file that a program saves (tag 1, then 2) and adds to (tag 255), and what is left of it when
/// the program is disturbed. `tools/check-durability` runs all of it.
enum Disturbed {
    /// How often a program is killed at a random moment.
    static let killCount =
        ProcessInfo.processInfo.environment["LTFN_KILLS"].flatMap { Int($0) } ?? 15
    /// Whether every error is tried at every call.
    static let isThorough = ProcessInfo.processInfo.environment["LTFN_KILLS"] != nil

    enum Remains: Hashable {
        /// The file opens.
        case whole(tag: UInt64)
        /// Recovery opens it.
        case recovered(tag: UInt64)
    }

    /// What is left, after all of its values were verified.
    static func remains(_ path: String) throws -> Remains {
        let source = try FileSource(path: path)
        let reader: NativeReader
        let isWhole: Bool
        do throws(FormatError) {
            reader = try NativeReader(source)
            isWhole = true
        } catch {
            reader = try NativeReader.recovering(source)
            isWhole = false
        }
        for number in reader.manifest.variables.indices { try reader.verify(number) }
        if isWhole { try reader.verifyRest() }
        guard case .u64(let tag)? = reader.manifest.metadata["tag"] else {
            throw FormatError(.corrupt, "no tag")
        }
        return isWhole ? .whole(tag: tag) : .recovered(tag: tag)
    }

    /// The lines of a trace that concern `folder`, each with its number among the calls, from 1 on.
    static func trace(
        _ calls: String, _ arguments: [String], in folder: TemporaryFolder
    ) -> [(number: Int, line: String)] {
        let log = folder.path("strace")
        defer { try? FileManager.default.removeItem(atPath: log) }
        _ = Programs.run(
            "/usr/bin/env",
            ["strace", "-y", "-e", "trace=\(calls)", "-o", log, Programs.probe] + arguments)
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init).enumerated()
            .map { ($0 + 1, $1) }.filter { $0.1.contains(folder.path("")) }
    }

    static func inject(
        _ calls: String, _ injection: String, _ arguments: [String]
    ) -> Outcome {
        Programs.run(
            "/usr/bin/env",
            ["strace", "-o", "/dev/null", "-e", "trace=\(calls)", "-e"]
                + ["inject=\(calls):\(injection)", Programs.probe] + arguments)
    }

    /// Runs the probe, and kills it within the time that it takes.
    static func killAtRandom(
        _ arguments: [String], within seconds: Double, _ random: inout TestBytes
    ) {
        let (process, _) = Programs.start(Programs.probe, arguments)
        usleep(UInt32(Double(random.next() % 1_000_000) * seconds))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

@Suite("Adding to a file with a disturbed program", .serialized)
struct DisturbedAppendTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.path("file.ltfn") }
    private let original: [UInt8]

    init() throws {
        #expect(
            Programs.run(Programs.probe, ["save", folder.path("file.ltfn"), "1"]).status == 0)
        original = try [UInt8](Data(contentsOf: URL(filePath: folder.path("file.ltfn"))))
    }

    private func restore() throws {
        try Data(original).write(to: URL(filePath: path))
    }

    @Test("In place the bytes that were there stay, and the new version counts (LTFN-R4)")
    func inPlace() throws {
        #expect(Programs.run(Programs.probe, ["append", path]).output == "done\n")
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        #expect(bytes.starts(with: original))
        #expect(try Disturbed.remains(path) == .whole(tag: 255))
        // What it would be when the whole file is written.
        #expect(folder.names == ["file.ltfn"])
    }

    @Test(
        "The footer is written when all before it is on the disk (LTFN-R4)",
        .enabled(if: Programs.hasStrace, "strace is not installed"))
    func order() {
        let calls = Disturbed.trace("write,fsync,ftruncate", ["append", path], in: folder)
            .map(\.line)
        let names = calls.map { String($0.prefix { $0 != "(" }) }
        #expect(Array(names.drop { $0 == "write" }.prefix(4)) == ["fsync", "write", "fsync"])
        #expect(names.first == "write" && names.count { $0 == "write" } > 3)
        #expect(calls.dropLast().last?.hasSuffix(", 64) = 64") == true)
    }

    @Test(
        "Killed at any call, the file opens or recovery gives what it was (LTFN-R4 LTFN-R5)",
        .enabled(if: Programs.hasStrace, "strace is not installed"))
    func kills() throws {
        var seen = Set<Disturbed.Remains>()
        for calls in ["openat", "flock", "pread64", "write", "fsync", "close"] {
            let places = Disturbed.trace(calls, ["append", path], in: folder).map(\.number)
            #expect(!places.isEmpty, "\(calls)")
            for number in places {
                try restore()
                _ = Disturbed.inject(calls, "signal=KILL:when=\(number)", ["append", path])
                let remains = try Disturbed.remains(path)
                let expected: Set<Disturbed.Remains> = [
                    .whole(tag: 1), .whole(tag: 255), .recovered(tag: 1), .recovered(tag: 255),
                ]
                #expect(expected.contains(remains), "\(calls) \(number)")
                seen.insert(remains)
                let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
                #expect(bytes.starts(with: original))
            }
            try restore()
        }
        // Before, within, and after; or no process was killed.
        #expect(seen.isSuperset(of: [.whole(tag: 1), .recovered(tag: 1), .whole(tag: 255)]))
    }

    @Test("Killed at a random moment, the same (LTFN-R4 LTFN-R5)")
    func randomKills() throws {
        var random = TestBytes(seed: 91)
        let start = ContinuousClock.now
        #expect(Programs.run(Programs.probe, ["append", path]).status == 0)
        let seconds = Double(start.duration(to: .now).components.attoseconds) / 1e18
        var counts: [Disturbed.Remains: Int] = [:]
        for _ in 0..<Disturbed.killCount {
            try restore()
            Disturbed.killAtRandom(["append", path], within: seconds, &random)
            counts[try Disturbed.remains(path), default: 0] += 1
        }
        print("killed while adding: \(counts)")
        let expected: Set<Disturbed.Remains> = [
            .whole(tag: 1), .whole(tag: 255), .recovered(tag: 1), .recovered(tag: 255),
        ]
        #expect(expected.isSuperset(of: counts.keys))
    }

    @Test(
        "Every failing call leaves the file as it was, or all of the new one (LTFN-R4)",
        .enabled(if: Programs.hasStrace, "strace is not installed"),
        arguments: ["openat", "flock", "pread64", "write", "fsync", "close"])
    func failures(calls: String) throws {
        let errors =
            Disturbed.isThorough ? ["ENOSPC", "EIO", "EDQUOT", "EINTR"] : ["EIO", "EINTR"]
        let places = Disturbed.trace(calls, ["append", path], in: folder).map(\.number)
        for number in places {
            for error in errors {
                for repetition in ["", "+"] {
                    try restore()
                    let injection = "error=\(error):when=\(number)\(repetition)"
                    let result = Disturbed.inject(calls, injection, ["append", path])
                    let name = "\(calls) \(injection): \(result.output)"
                    if result.status == 0 {
                        #expect(try Disturbed.remains(path) == .whole(tag: 255), "\(name)")
                        #expect(calls != "fsync", "a failed fsync was taken for success")
                    } else {
                        // A failing write may concern the report too.
                        let told =
                            result.output.hasPrefix("io ") && result.output.contains(" \(path) ")
                        #expect(told || calls == "write", "\(name)")
                        #expect(result.status == 1, "\(name)")
                        let same =
                            try [UInt8](Data(contentsOf: URL(filePath: path))) == original
                        #expect(same, "\(name)")
                    }
                }
            }
        }
    }
}

@Suite("Saving a file with a disturbed program")
struct DisturbedSaveTests {
    @Test("Killed at a random moment, the old file or the new one is whole (LTFN-R4)")
    func randomKills() throws {
        let folder = TemporaryFolder()
        let path = folder.path("file.ltfn")
        var random = TestBytes(seed: 93)
        let start = ContinuousClock.now
        #expect(Programs.run(Programs.probe, ["save", path, "2"]).status == 0)
        let seconds = Double(start.duration(to: .now).components.attoseconds) / 1e18
        #expect(Programs.run(Programs.probe, ["save", path, "1"]).status == 0)
        let original = try Data(contentsOf: URL(filePath: path))
        var counts: [Disturbed.Remains: Int] = [:]
        for _ in 0..<Disturbed.killCount {
            try original.write(to: URL(filePath: path))
            Disturbed.killAtRandom(["save", path, "2"], within: seconds, &random)
            counts[try Disturbed.remains(path), default: 0] += 1
            for name in folder.names where name != "file.ltfn" {
                try FileManager.default.removeItem(atPath: folder.path(name))
            }
        }
        print("killed while saving: \(counts)")
        #expect(Set([.whole(tag: 1), .whole(tag: 2)]).isSuperset(of: counts.keys))
    }

    #if os(Linux)
        @Test(
            "Writes that take only a part are continued (LTFN-W1)", arguments: ["save", "append"])
        func shortWrites(verb: String) throws {
            let folder = TemporaryFolder()
            let source = GoldenFileTests.folder.deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "tools/short_writes.c")
            let shim = folder.path("short.so")
            let built = Programs.run(
                "/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", shim, source.path()])
            try #require(built.status == 0)
            let path = folder.path("file.ltfn")
            func run(_ plan: String) throws -> Data {
                #expect(Programs.run(Programs.probe, ["save", path, "1"]).status == 0)
                let result = Programs.run(
                    "/usr/bin/env",
                    ["LD_PRELOAD=\(shim)", "SHORT_WRITES=\(plan)", Programs.probe, verb]
                        + [path, "2"])
                #expect(result.output == "done\n", "\(plan)")
                return try Data(contentsOf: URL(filePath: path))
            }
            let expected = try run("1000000")
            for number in 1...9 {
                for plan in ["\(number)", "\(number)+"] {
                    let same = try run(plan) == expected
                    #expect(same, "\(plan)")
                }
            }
        }
    #endif
}
