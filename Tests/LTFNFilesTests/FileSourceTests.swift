import Foundation
import LTFNBytes
import LTFNFiles
import TestSupport
import Testing

@Suite("Reading files") struct FileSourceTests {
    @Test("any range of a file can be read, nothing beyond it") func ranges() throws {
        let directory = TemporaryFolder()
        let bytes = (0..<1000).map { UInt8($0 % 251) }
        directory.put(bytes, "data")
        let sources: [any ByteSource] = [
            try FileSource(path: directory.path("data")), MemorySource(bytes),
        ]
        for source in sources {
            #expect(source.byteCount == 1000)
            #expect(try source.read(at: 0, byteCount: 1000) == bytes)
            #expect(try source.read(at: 990, byteCount: 10) == Array(bytes[990...]))
            #expect(try source.read(at: 1000, byteCount: 0) == [])
            let beyond: [(UInt64, Int)] = [
                (990, 11), (1001, 0), (0, Int.max), (UInt64.max, 1), (UInt64.max, Int.max),
            ]
            for (offset, byteCount) in beyond {
                let error = formatError { () throws(FormatError) in
                    try source.read(at: offset, byteCount: byteCount)
                }
                #expect(error?.code == .truncated)
            }
            let negative = formatError { () throws(FormatError) in
                try source.read(at: 0, byteCount: -1)
            }
            #expect(negative?.code == .corrupt)
        }
    }

    @Test("a file that shrinks while it is read is truncated") func shrinking() throws {
        let directory = TemporaryFolder()
        directory.put([UInt8](repeating: 1, count: 100), "data")
        let source = try FileSource(path: directory.path("data"))
        try FileHandle(forWritingTo: directory.url.appendingPathComponent("data"))
            .truncate(atOffset: 40)
        let error = formatError { () throws(FormatError) in
            try source.read(at: 0, byteCount: 100)
        }
        #expect(error?.code == .truncated)
        #expect(error?.offset == 40)
    }

    @Test("a range of a file can be mapped, aligned as it is in the file") func mapping() throws {
        let directory = TemporaryFolder()
        let bytes = (0..<20_000).map { UInt8($0 % 251) }
        directory.put(bytes, "data")
        var source: FileSource? = try FileSource(path: directory.path("data"))
        #expect(try MemorySource(bytes).map(at: 0, byteCount: 1) == nil)
        for (offset, byteCount) in [
            (0, 20_000), (64, 100), (8_192, 4_096), (9_000, 1), (20_000, 0),
        ] {
            let mapped = try #require(try source?.map(at: UInt64(offset), byteCount: byteCount))
            #expect(mapped.byteCount == byteCount)
            #expect([UInt8](copying: mapped.bytes) == Array(bytes[offset..<offset + byteCount]))
        }
        let error = formatError { () throws(FormatError) in
            _ = try source?.map(at: 19_999, byteCount: 2)
        }
        #expect(error?.code == .truncated)
        // Neither the source nor the name of the file is needed any more.
        let mapped = try #require(try source?.map(at: 64, byteCount: 1_000))
        source = nil
        try FileManager.default.removeItem(atPath: directory.path("data"))
        #expect([UInt8](copying: mapped.bytes) == Array(bytes[64..<1_064]))
    }

    @Test("a file that has become shorter is not mapped") func shrunkenMapping() throws {
        let directory = TemporaryFolder()
        directory.put([UInt8](repeating: 1, count: 10_000), "data")
        let source = try FileSource(path: directory.path("data"))
        try FileHandle(forWritingTo: directory.url.appendingPathComponent("data"))
            .truncate(atOffset: 40)
        let error = formatError { () throws(FormatError) in
            _ = try source.map(at: 0, byteCount: 100)
        }
        #expect(error?.code == .truncated)
        #expect(error?.offset == 40)
    }

    @Test("what is not a file says what it is") func notFiles() {
        let directory = TemporaryFolder()
        let fifo = directory.mkfifo("fifo")
        directory.symlink("loop", "loop")
        directory.put([], "file")
        let cases: [(String, Int32, String)] = [
            (directory.path, EISDIR, "This is a directory, not a regular file."),
            (fifo, ESPIPE, "This is a pipe, not a regular file."),
            ("/dev/null", EINVAL, "This is a device, not a regular file."),
            (
                directory.path("missing"), ENOENT,
                "The file cannot be opened: there is no such file or directory."
            ),
            (
                directory.path("file/x"), ENOTDIR,
                "The file cannot be opened: a part of its path is not a folder."
            ),
            (
                directory.path("loop"), ELOOP,
                "The file cannot be opened: its symbolic links lead round in a circle."
            ),
        ]
        for (path, number, message) in cases {
            let error = formatError { () throws(FormatError) in try FileSource(path: path) }
            #expect(error?.code == .io)
            #expect(error?.operation == .open)
            #expect(error?.systemError == number)
            #expect(error?.path == path)
            #expect(error?.message == message)
        }
        let empty = formatError { () throws(FormatError) in try FileSource(path: "") }
        #expect(empty?.code == .io)
        let nul = formatError { () throws(FormatError) in
            try FileSource(path: directory.path("file") + "\0.txt")
        }
        #expect(nul?.code == .io)
    }

    @Test("no permission to read", .enabled(if: getuid() != 0, "root may read everything"))
    func noPermission() {
        let directory = TemporaryFolder()
        directory.put([1], "secret")
        directory.chmod("secret", 0)
        let error = formatError { () throws(FormatError) in
            try FileSource(path: directory.path("secret"))
        }
        #expect(error?.systemError == EACCES)
    }

    @Test("a whole file or pipe within its limit") func wholeFiles() throws {
        let directory = TemporaryFolder()
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        directory.put(bytes, "data")
        #expect(try WholeFile.read(path: directory.path("data"), limit: 700_000) == bytes)
        let error = formatError { () throws(FormatError) in
            try WholeFile.read(path: directory.path("data"), limit: 699_999)
        }
        #expect(error?.code == .limitExceeded)
        directory.put([], "empty")
        #expect(try WholeFile.read(path: directory.path("empty"), limit: 0) == [])
        let notFile = formatError { () throws(FormatError) in
            try WholeFile.read(path: directory.path, limit: 10)
        }
        #expect(notFile?.systemError == EISDIR)

    }

    @Test("a pipe is awaited and read to its end") func pipes() throws {
        let directory = TemporaryFolder()
        let fifo = directory.mkfifo("fifo")
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        directory.put(bytes, "data")
        for limit in [700_000, 699_999] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "sleep 0.1; cat '\(directory.path("data"))' > '\(fifo)'"]
            try process.run()
            if limit == bytes.count {
                #expect(try WholeFile.read(path: fifo, limit: limit) == bytes)
            } else {
                let error = formatError { () throws(FormatError) in
                    try WholeFile.read(path: fifo, limit: limit)
                }
                #expect(error?.code == .limitExceeded)
            }
            process.waitUntilExit()
        }
    }
}
