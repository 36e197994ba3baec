import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Synchronization
import TestSupport
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An object behind HTTP range requests.
private struct HTTPSource: ByteSource {
    let url: URL
    let byteCount: UInt64

    init(_ url: URL) throws {
        var request = URLRequest(url: url)
        request.httpMethod = "HEAD"
        let length = try #require(Self.send(request).length)
        self.url = url
        byteCount = try #require(UInt64(length))
    }

    func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
        try expectRange(at: offset, byteCount: byteCount)
        guard byteCount > 0 else { return [] }
        var request = URLRequest(url: url)
        request.setValue(
            "bytes=\(offset)-\(offset + UInt64(byteCount) - 1)", forHTTPHeaderField: "Range")
        guard let answer = try? Self.send(request), answer.status == 206,
            answer.body.count == byteCount
        else { throw FormatError(.io, operation: .read, "The object store did not answer.") }
        return answer.body
    }

    struct Answer {
        var status: Int
        var length: String?
        var body: [UInt8]
    }

    /// The reader asks from its own threads, and waits.
    static func send(_ request: URLRequest) throws -> Answer {
        let box = AnswerBox()
        let done = DispatchSemaphore(value: 0)
        URLSession.shared.dataTask(with: request) { data, response, _ in
            if let data, let response = response as? HTTPURLResponse {
                let length = response.value(forHTTPHeaderField: "Content-Length")
                box.answer.withLock {
                    $0 = Answer(status: response.statusCode, length: length, body: [UInt8](data))
                }
            }
            done.signal()
        }.resume()
        done.wait()
        return try #require(box.answer.withLock { $0 })
    }

    private final class AnswerBox: Sendable {
        let answer = Mutex<Answer?>(nil)
    }
}

/// A server of a folder, as long as this lives.
private final class RangeServer {
    private let process: Process
    private let input = Pipe()
    private let base: URL

    init(_ folder: TemporaryFolder) throws {
        let script = Repository.url("tools/serve_ranges.py")
        let (process, output) = Programs.start(
            "/usr/bin/env", ["python3", script.path(), folder.path("")], input: input)
        self.process = process
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = line.trimmingCharacters(in: .whitespacesAndNewlines)
        base = try #require(URL(string: "http://127.0.0.1:\(port)/"))
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func source(_ name: String) throws -> HTTPSource {
        try HTTPSource(base.appending(path: name))
    }

    /// The range requests that the server has had since the last call.
    func takeReads() throws -> [String] {
        let answer = try HTTPSource.send(URLRequest(url: base.appending(path: ".log")))
        return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix("GET") }
    }
}

@Suite("Objects in a store", .enabled(if: Programs.hasPython, "python3 is not installed"))
struct ObjectStoreTests {
    @Test("Three range requests open a file of any size, a slice asks for its chunks (LTFN-F7)")
    func requests() throws {
        let folder = TemporaryFolder()
        var random = TestBytes(seed: 83)
        let values = random.bytes(300_000)
        let files = [
            ("small", try write(Samples.small()), 1),
            ("larger", try write(Samples.single(.u8, [300_000], values)), 2),
            ("many", try write(Self.manyVariables()), 3),
        ]
        for (name, bytes, _) in files {
            try Data(bytes).write(to: URL(filePath: folder.path(name)))
        }
        let server = try RangeServer(folder)
        for (name, bytes, expected) in files {
            let source = try server.source(name)
            _ = try server.takeReads()
            let reader = try NativeReader(source)
            #expect(try server.takeReads().count == expected, "\(name)")
            let manifest = try NativeReader(MemorySource(bytes)).manifest
            #expect(reader.manifest == manifest)
            // Each of two thousand variables is a chunk.
            if name != "many" { try reader.verify() }
        }
    }

    private static func manyVariables() throws -> Checkpoint {
        let infos = try (0..<2000).map { try variable("v\($0)", .u8, [1]) }
        return try Checkpoint(
            manifest: Manifest(variables: infos),
            tensors: infos.enumerated().map { try tensor($1.tensor, [UInt8($0 % 256)]) })
    }

    @Test("Of an object beyond 4 GiB a slice moves its own chunks (LTFN-W3 LTFN-F7 LTFN-V5)")
    func beyond32Bits() throws {
        let folder = TemporaryFolder()
        let path = folder.path("huge")
        try SparseFile.write(to: path)
        let server = try RangeServer(folder)
        let source = try server.source("huge")
        #expect(source.byteCount > 5 << 30)
        _ = try server.takeReads()
        let reader = try NativeReader(source)
        #expect(try server.takeReads().count == 3)
        // The chunks on both sides of byte 2^32 of the values.
        let slice = try reader.read(0, bytes: 1 << 32 - 8..<1 << 32 + 8)
        #expect(slice.copy(of: 0..<16) == [UInt8](repeating: 0, count: 16))
        #expect(try server.takeReads().count == 2)
        #expect(try reader.read(1).bytes.copy(of: 0..<3) == [7, 8, 9])
        #expect(try server.takeReads().count == 1)
        #expect(reader.decodedChunkCount == 3)
    }
}

/// A file of more than 5 GiB, nearly all of it a hole on the disk.
enum SparseFile {
    static func write(to path: String) throws {
        let byteCount = 5 << 30
        let infos = [try variable("huge", .f32, [byteCount / 4]), try variable("tail", .u8, [3])]
        let zeros = CRC32C.checksum([UInt8](repeating: 0, count: 1 << 20))
        func chunk(_ offset: Int, _ byteCount: Int, _ checksum: UInt32) -> ChunkRecord {
            var record = ChunkRecord(codec: .raw)
            record.offset = UInt64(offset)
            record.storedByteCount = UInt64(byteCount)
            record.checksum = checksum
            return record
        }
        var chunks = (0..<byteCount >> 20).map { chunk(64 + $0 << 20, 1 << 20, zeros) }
        chunks.append(chunk(64 + byteCount, 3, CRC32C.checksum([7, 8, 9])))
        let index = Index(
            manifest: try Manifest(variables: infos),
            digests: [UInt8](repeating: 1, count: 32) + ValueHash.digest([7, 8, 9]).bytes,
            storages: [
                .chunks(exponent: 20, first: 0), .chunks(exponent: 20, first: chunks.count - 1),
            ], chunks: chunks)
        let (bytes, _) = try index.encoded()
        let parts = FileParts(chunks: [], index: bytes, features: 0)
        _ = FileManager.default.createFile(atPath: path, contents: Data(parts.header))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.truncate(atOffset: UInt64(64 + byteCount))
        try file.seekToEnd()
        let rest = [7, 8, 9] + bytes + parts.footer(indexOffset: 64 + byteCount + 3)
        try file.write(contentsOf: Data(rest))
        try file.close()
    }
}
