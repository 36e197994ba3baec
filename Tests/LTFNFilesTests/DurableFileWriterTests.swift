import Dispatch
import Foundation
import LTFNBytes
import LTFNFiles
import TestSupport
import Testing

@Suite("DurableFileWriter") struct DurableFileWriterTests {
    @Test("what was written stands under the name after the commit, alone")
    func commit() throws {
        let directory = TemporaryFolder()
        let path = directory.path("model.ltfn")
        let writer = try DurableFileWriter(path: path)
        var expected: [UInt8] = []
        for count in [0, 1, 1000, 300_000, 5, 262_143, 1, 262_144, 7] {
            let piece = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 13 + count) }
            try writer.write(piece)
            expected += piece
        }
        #expect(writer.position == UInt64(expected.count))
        #expect(directory.get("model.ltfn") == nil)
        try writer.commit()
        #expect(directory.names == ["model.ltfn"])
        #expect(directory.get("model.ltfn") == expected)
        let late = formatError { () throws(FormatError) in try writer.write([1]) }
        #expect(late?.code == .io)
        let again = formatError { () throws(FormatError) in try writer.commit() }
        #expect(again?.code == .io)
        writer.abandon()
        #expect(directory.get("model.ltfn") == expected)
    }

    @Test("without a commit nothing remains and the old file stays") func abandon() throws {
        let directory = TemporaryFolder()
        directory.put([1, 2, 3], "old")
        do {
            let writer = try DurableFileWriter(path: directory.path("old"))
            try writer.write([UInt8](repeating: 9, count: 500_000))
            #expect(directory.names.count == 2)
        }
        #expect(directory.names == ["old"])
        #expect(directory.get("old") == [1, 2, 3])
    }

    @Test("a new file respects the umask, a replaced one keeps its mode") func modes() throws {
        let directory = TemporaryFolder()
        let old = Int(umask(0))
        umask(mode_t(old))
        try DurableFileWriter(path: directory.path("new")).commit()
        #expect(directory.mode("new") == 0o666 & ~old)
        for bits in [0o600, 0o666, 0o755] {
            directory.put([1], "kept")
            directory.chmod("kept", bits)
            try DurableFileWriter(path: directory.path("kept")).commit()
            #expect(directory.mode("kept") == bits)
        }
        #expect(directory.names == ["kept", "new"])
    }

    @Test("an existing file can be protected, at the start and at the commit")
    func refusal() throws {
        let directory = TemporaryFolder()
        let path = directory.path("file")
        let late = try DurableFileWriter(path: path, replacingExisting: false)
        try late.write([2])
        directory.put([1], "file")
        let error = formatError { () throws(FormatError) in try late.commit() }
        #expect(error?.operation == .rename)
        #expect(error?.systemError == EEXIST)
        let early = formatError { () throws(FormatError) in
            try DurableFileWriter(path: path, replacingExisting: false)
        }
        #expect(early?.operation == .create)
        #expect(early?.systemError == EEXIST)
        #expect(directory.names == ["file"])
        #expect(directory.get("file") == [1])

        let writer = try DurableFileWriter(path: directory.path("new"), replacingExisting: false)
        try writer.write([3])
        try writer.commit()
        #expect(directory.names == ["file", "new"])
        #expect(directory.get("new") == [3])
    }

    @Test("symbolic links stay links, their targets are replaced") func symbolicLinks() throws {
        let directory = TemporaryFolder()
        let inner = directory.path("inner")
        try FileManager.default.createDirectory(
            atPath: inner, withIntermediateDirectories: false)
        directory.symlink("inner/target", "relative")
        directory.symlink(directory.path("relative"), "absolute")
        // The first save creates the target of a dangling link.
        for (name, byte) in [("relative", UInt8(1)), ("absolute", 2)] {
            let writer = try DurableFileWriter(path: directory.path(name))
            try writer.write([byte])
            try writer.commit()
            #expect(directory.get("inner/target") == [byte])
        }
        #expect(
            try FileManager.default.destinationOfSymbolicLink(
                atPath: directory.path("relative")) == "inner/target")
        #expect(try FileManager.default.contentsOfDirectory(atPath: inner) == ["target"])
        directory.symlink("loop", "loop")
        let loop = formatError { () throws(FormatError) in
            try DurableFileWriter(path: directory.path("loop"))
        }
        #expect(loop?.systemError == ELOOP)
    }

    @Test("impossible places are refused before anything is written") func places() {
        let directory = TemporaryFolder()
        directory.put([], "file")
        let cases: [(String, Int32)] = [
            (directory.path, EISDIR), (directory.path + "/", EISDIR), (".", EISDIR),
            (directory.path("none/model"), ENOENT), (directory.path("file/model"), ENOTDIR),
            (directory.path(String(repeating: "x", count: 300)), ENAMETOOLONG), ("", ENOENT),
            ("a\0b", EINVAL),
        ]
        for (path, number) in cases {
            let error = formatError { () throws(FormatError) in try DurableFileWriter(path: path) }
            #expect(error?.code == .io, "\(path)")
            #expect(error?.operation == .create, "\(path)")
            #expect(error?.systemError == number, "\(path)")
        }
        #expect(directory.names == ["file"])
    }

    @Test("long names have room for the temporary one") func longNames() throws {
        let directory = TemporaryFolder()
        for name in [String(repeating: "x", count: 255), String(repeating: "😀", count: 63)] {
            try DurableFileWriter(path: directory.path(name)).commit()
            #expect(directory.get(name) == [])
        }
    }

    @Test("no permission", .enabled(if: getuid() != 0, "root may write everywhere"))
    func noPermission() throws {
        let directory = TemporaryFolder()
        directory.put([1], "file")
        directory.chmod("file", 0o444)
        let file = formatError { () throws(FormatError) in
            try DurableFileWriter(path: directory.path("file"))
        }
        #expect(file?.systemError == EACCES)
        directory.chmod("", 0o555)
        let place = formatError { () throws(FormatError) in
            try DurableFileWriter(path: directory.path("new"))
        }
        #expect(place?.systemError == EACCES)
        directory.chmod("", 0o755)
    }

    @Test("a draft can be read back before the commit, a device cannot") func drafts() throws {
        let directory = TemporaryFolder()
        directory.put([7], "old")
        let writer = try DurableFileWriter(path: directory.path("old"))
        try writer.write([1, 2, 3])
        let source = try #require(try writer.draftSource())
        #expect(source.byteCount == 3)
        #expect(try source.read(at: 1, byteCount: 2) == [2, 3])
        #expect(directory.get("old") == [7])
        try writer.commit()
        #expect(directory.get("old") == [1, 2, 3])
        #expect(try DurableFileWriter(path: "/dev/null").draftSource() == nil)
    }

    @Test("what killed processes left goes with the next save of the name, and nothing else")
    func leftDrafts() throws {
        let directory = TemporaryFolder()
        let digits = "0123456789xyz"
        let left = [".file.\(digits).ltfn-draft", ".file.zzzzzzzzzzzzz.ltfn-draft"]
        let others = [
            ".file.\(digits).tmp", ".file.\(digits)0.ltfn-draft", ".file.draft",
            ".file.0123456789 yz.ltfn-draft", ".file2.\(digits).ltfn-draft",
            "file.\(digits).ltfn-draft",
        ]
        for name in left + others { directory.put([1], name) }
        // Somebody is writing in the directory: all may be somebody's.
        let busy = try DurableFileWriter(path: directory.path("busy"))
        try DurableFileWriter(path: directory.path("file")).commit()
        #expect(directory.names.filter { $0.hasPrefix(".file") }.count == 7)
        try busy.commit()
        try DurableFileWriter(path: directory.path("file")).commit()
        #expect(Set(directory.names) == Set(others + ["busy", "file"]))
    }

    @Test("a directory that somebody locks for himself can be written to all the same")
    func lockedDirectory() throws {
        let directory = TemporaryFolder()
        let descriptor = unsafe open(directory.path, O_RDONLY)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX) == 0)
        let writer = try DurableFileWriter(path: directory.path("file"))
        // Whoever holds the lock would take it for a left one, had it the same ending.
        #expect(directory.names.allSatisfy { $0.hasSuffix(".tmp") })
        try writer.commit()
        #expect(directory.names == ["file"])
    }

    @Test("a place can be checked without writing") func check() throws {
        let directory = TemporaryFolder()
        directory.put([7], "old")
        func error(_ path: String, replacing: Bool = true) -> FormatError? {
            formatError { () throws(FormatError) in
                try DurableFileWriter.check(path: path, replacingExisting: replacing)
            }
        }
        try DurableFileWriter.check(path: directory.path("new"))
        try DurableFileWriter.check(path: directory.path("old"))
        try DurableFileWriter.check(path: "/dev/null", replacingExisting: false)
        for error in [
            error(directory.path("old"), replacing: false), error(directory.path),
            error(directory.path("none/file")), error(""),
        ] {
            #expect(error?.code == .io)
        }
        #expect(directory.names == ["old"])
    }

    @Test("devices are written to directly") func devices() throws {
        let null = try DurableFileWriter(path: "/dev/null")
        try null.write([UInt8](repeating: 1, count: 1_000_000))
        try null.commit()
        let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
        #expect(attributes[.type] as? FileAttributeType == .typeCharacterSpecial)
    }

    @Test(
        "a full disk is a typed error, and stays one",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "no /dev/full"))
    func full() throws {
        let writer = try DurableFileWriter(path: "/dev/full")
        let error = formatError { () throws(FormatError) in
            try writer.write([UInt8](repeating: 1, count: 1_000_000))
        }
        #expect(error?.operation == .write)
        #expect(error?.systemError == ENOSPC)
        #expect(error?.description == "/dev/full: The file cannot be written: the disk is full.")
        #expect(formatError { () throws(FormatError) in try writer.commit() } == error)
        #expect(formatError { () throws(FormatError) in try writer.write([]) } == error)
    }
}

@Suite("A save in a process of its own") struct SavingProcessTests {
    @Test("standard output: a pipe, a file, the end of a file") func standardOutput() {
        let directory = TemporaryFolder()
        let probe = Programs.probe
        #expect(Programs.run(probe, ["write", "/dev/stdout", "3", "quiet"]).output == "...")
        let file = directory.path("out")
        let script = "'\(probe)' write /dev/stdout 3 quiet > '\(file)'; echo x >> '\(file)'"
        let more = script + "; '\(probe)' write /dev/fd/1 2 quiet >> '\(file)'"
        #expect(Programs.run("/bin/sh", ["-c", more]).status == 0)
        #expect(directory.get("out") == Array("...x\n..".utf8))
        #expect(directory.names == ["out"])
    }

    @Test("a closed pipe and a size limit are typed errors that leave nothing") func signals() {
        let directory = TemporaryFolder()
        let (probe, path) = (Programs.probe, directory.path("out"))
        directory.put([7], "out")
        let limited = Programs.run(
            "/bin/sh", ["-c", "ulimit -f 500; '\(probe)' write '\(path)' 1000000"])
        #expect(limited.output == "io write \(EFBIG) \(path)\n")
        #expect(limited.status == 1)
        #expect(directory.names == ["out"])
        #expect(directory.get("out") == [7])
        let closed = Programs.run(
            "/bin/sh",
            ["-c", "('\(probe)' write /dev/fd/3 1000000 3>&1 >'\(path)') | head -c 1 > /dev/null"])
        #expect(closed.status == 0)
        #expect(directory.get("out") == Array("io write \(EPIPE) /dev/fd/3\n".utf8))
    }

    @Test("many that save to one name at once do not take each other's files for left ones")
    func crowd() {
        let directory = TemporaryFolder()
        let (probe, path) = (Programs.probe, directory.path("out"))
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<10 {
                #expect(Programs.run(probe, ["write", path, "400000"]).output == "saved\n")
            }
        }
        #expect(directory.names == ["out"])
    }

    @Test("pending files are removed when a process has to end at once") func pending() {
        let directory = TemporaryFolder()
        directory.put([7], "out")
        let path = directory.path("out")
        let result = Programs.run(Programs.probe, ["write", path, "1000", "interrupted"])
        #expect(result.output == "io rename \(ENOENT) \(path)\n")
        #expect(directory.names == ["out"])
        #expect(directory.get("out") == [7])
    }
}
