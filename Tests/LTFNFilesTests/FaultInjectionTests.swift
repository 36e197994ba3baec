import Foundation
import LTFNBytes
import TestSupport
import Testing

/// Lets every system call of a save fail, each time it is made, once and for ever, and looks at
/// what is left: the old file and nothing else after an error, the whole new file after success.
@Suite(
    "A save with failing system calls",
    .enabled(if: Programs.exists("strace"), "strace is not installed"))
struct FaultInjectionTests {
    private static let byteCount = 600_000
    private static let calls = [
        "openat", "flock", "getdents64", "fchmod", "write", "fsync", "close", "linkat",
        "rename,renameat,renameat2",
    ]

    /// The system calls of a save without failures, in order, those of the process's start
    /// included.
    private func trace(_ calls: String, _ path: String) -> [String] {
        let log = path + ".strace"
        _ = Programs.run(
            "/usr/bin/env",
            ["strace", "-y", "-e", "trace=\(calls)", "-o", log, Programs.probe, "write", path]
                + ["\(FaultInjectionTests.byteCount)"])
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        try? FileManager.default.removeItem(atPath: log)
        return text.split(separator: "\n").map(String.init)
    }

    @Test("without failures the order is write, fsync, close, rename, fsync of the directory")
    func order() {
        let directory = TemporaryFolder()
        directory.put([1], "file")
        let lines = trace(FaultInjectionTests.calls.joined(separator: ","), directory.path("file"))
        let ours = lines.filter { $0.contains(directory.path) }
            .map { String($0.prefix { $0 != "(" }) }
        // The directory, what is in it, and the temporary file.
        let opened = [
            "openat", "flock", "openat", "getdents64", "getdents64", "close", "flock", "openat",
            "fchmod",
        ]
        let rest = ours.drop { $0 != "write" }
        #expect(Array(ours.prefix(opened.count)) == opened)
        #expect(
            Array(rest.drop { $0 == "write" })
                == ["fsync", "close", "linkat", "renameat", "fsync", "close"])
    }

    @Test("every failure leaves the old file", arguments: FaultInjectionTests.calls, [true, false])
    func failures(calls: String, replacing: Bool) {
        let directory = TemporaryFolder()
        let path = directory.path("file")
        let old: [UInt8]? = replacing ? [1, 2, 3] : nil
        if let old { directory.put(old, "file") }
        let lines = trace(calls, path)
        #expect(lines.contains { $0.contains(directory.path) } || calls == "fchmod")
        for (index, line) in lines.enumerated() where line.contains(directory.path) {
            for error in ["ENOSPC", "EIO", "EDQUOT", "EINTR"] {
                for repetition in ["", "+"] {
                    try? FileManager.default.removeItem(atPath: path)
                    if let old { directory.put(old, "file") }
                    let injection = "\(calls):error=\(error):when=\(index + 1)\(repetition)"
                    let result = Programs.run(
                        "/usr/bin/env",
                        ["strace", "-o", "/dev/null", "-e", "trace=\(calls)", "-e"]
                            + ["inject=\(injection)", Programs.probe, "write", path]
                            + ["\(FaultInjectionTests.byteCount)"])
                    judge(result, injection, directory, old: old)
                }
            }
        }
    }

    @Test("a process killed at any call leaves the old file or the new one")
    func kills() {
        let directory = TemporaryFolder()
        let path = directory.path("file")
        let new = [UInt8](repeating: 0x2E, count: FaultInjectionTests.byteCount)
        var survivors: Set<[UInt8]> = []
        for calls in FaultInjectionTests.calls + ["unlinkat,unlink"] {
            directory.put([1, 2, 3], "file")
            for (index, line) in trace(calls, path).enumerated()
            where line.contains(directory.path) {
                directory.put([1, 2, 3], "file")
                let injection = "\(calls):signal=KILL:when=\(index + 1)"
                _ = Programs.run(
                    "/usr/bin/env",
                    ["strace", "-o", "/dev/null", "-e", "trace=\(calls)", "-e"]
                        + ["inject=\(injection)", Programs.probe, "write", path]
                        + ["\(FaultInjectionTests.byteCount)"])
                let found = directory.get("file") ?? []
                #expect((found == [1, 2, 3] || found == new) as Bool, "\(injection)")
                survivors.insert(found)
                // The next save removes what the killed one left.
                #expect(
                    Programs.run(Programs.probe, ["write", path, "1000"]).output
                        == "saved\n")
                #expect(directory.names == ["file"], "\(injection)")
            }
        }
        // Both must have been seen, or no process was killed.
        #expect(survivors.count == 2)
    }

    private func judge(
        _ result: Outcome, _ injection: String, _ directory: TemporaryFolder,
        old: [UInt8]?
    ) {
        if result.status == 0 {
            #expect(directory.names == ["file"], "\(injection)")
            #expect(
                directory.get("file")
                    == [UInt8](repeating: 0x2E, count: FaultInjectionTests.byteCount),
                "\(injection)")
            #expect(!injection.hasPrefix("fsync"), "a failed fsync was taken for success")
        } else {
            // `write` may be failing for ever, for the report on standard output too.
            let told =
                result.output.hasPrefix("io ")
                && result.output.hasSuffix(" \(directory.path("file"))\n")
            #expect(told || injection.hasPrefix("write"), "\(injection): \(result.output)")
            #expect(result.status == 1, "\(injection)")
            #expect(directory.get("file") == old, "\(injection)")
            #expect(directory.names == (old == nil ? [] : ["file"]), "\(injection)")
        }
    }
}
