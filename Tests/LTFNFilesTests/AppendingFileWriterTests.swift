import Foundation
import LTFNBytes
import LTFNFiles
import TestSupport
import Testing

@Suite("AppendingFileWriter") struct AppendingFileWriterTests {
    private let directory = TemporaryFolder()
    private let old = [UInt8](repeating: 1, count: 1000)

    private func writer(holdingBack count: Int = 64) throws -> AppendingFileWriter {
        directory.put(old, "file")
        return try AppendingFileWriter(path: directory.path("file"), holdingBack: count)
    }

    @Test("what is added stands after what was there", arguments: [0, 1, 64, 1_000_000])
    func commit(held: Int) throws {
        for sizes in [[], [0], [1], [64], [100, 28], [300_000, 1], [262_144, 64, 700_000]] {
            let writer = try writer(holdingBack: held)
            #expect(writer.position == 1000)
            var added: [UInt8] = []
            for (place, size) in sizes.enumerated() {
                let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 + place) }
                try writer.write(bytes)
                added += bytes
            }
            #expect(writer.position == UInt64(1000 + added.count))
            try writer.commit()
            writer.abandon()
            #expect((directory.get("file") == old + added) as Bool, "\(held) \(sizes)")
            let late = formatError { () throws(FormatError) in try writer.write([1]) }
            #expect(late?.operation == .write)
        }
    }

    @Test("the end that makes the file whole comes last") func heldBack() throws {
        let writer = try writer()
        try writer.write([UInt8](repeating: 2, count: 600_000))
        try writer.write([UInt8](repeating: 3, count: 64))
        let early = try #require(directory.get("file"))
        #expect(early.count > 1000 && !early.contains(3))
        try writer.commit()
        #expect(directory.get("file")?.suffix(65) == [2] + [UInt8](repeating: 3, count: 64))
    }

    @Test("without a commit the file is what it was") func abandoned() throws {
        for explicitly in [true, false] {
            var writer: AppendingFileWriter? = try writer()
            try writer?.write([UInt8](repeating: 2, count: 600_000))
            #expect(try #require(directory.get("file")).count > 1000)
            if explicitly { writer?.abandon() }
            writer = nil
            #expect(directory.get("file") == old)
        }
    }

    @Test("of two that want to add, one waits outside") func locked() throws {
        let first = try writer()
        let error = formatError { () throws(FormatError) in
            try AppendingFileWriter(path: directory.path("file"), holdingBack: 64)
        }
        #expect(error?.operation == .open)
        #expect(error?.message.contains("another process") == true)
        try first.write([2])
        try first.commit()
        let second = try AppendingFileWriter(path: directory.path("file"), holdingBack: 64)
        try second.write([3])
        try second.commit()
        #expect(directory.get("file") == old + [2, 3])
    }

    @Test("only files that exist are added to") func refused() throws {
        for path in [directory.path("none"), directory.path, directory.mkfifo("pipe"), ""] {
            let error = formatError { () throws(FormatError) in
                try AppendingFileWriter(path: path, holdingBack: 64)
            }
            #expect(error?.code == .io && error?.operation == .open, "\(path)")
        }
        #expect(directory.names == ["pipe"])
    }
}
