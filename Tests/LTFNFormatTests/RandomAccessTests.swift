import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import LTFNInitializers
import Synchronization
import TestSupport
import Testing

@Suite("Random access")
struct RandomAccessTests {
    /// Counts the bytes that are read of a file.
    final class RecordingSource: ByteSource {
        private let bytes: MemorySource
        private let counted = Mutex(0)

        init(_ bytes: [UInt8]) {
            self.bytes = MemorySource(bytes)
        }

        var byteCount: UInt64 { bytes.byteCount }

        /// How many bytes were read since the last call.
        func takeByteCount() -> Int {
            counted.withLock { count in
                defer { count = 0 }
                return count
            }
        }

        func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
            counted.withLock { $0 += byteCount }
            return try bytes.read(at: offset, byteCount: byteCount)
        }
    }

    @Test("A slice reads and decodes the chunks that it touches alone (LTFN-W3 LTFN-C8)")
    func slices() throws {
        // 50,000 float32 values in 49 chunks of 4,096 bytes.
        let (_, trained) = try InitialValueTests.trained(.f32, count: 5000, step: 1e-3)
        let all = trained.tensors[0].bytes.copy(of: 0..<200_000)
        for codecs in [[.raw], [.planes], [.initialResidual]] as [Set<Codec>] {
            let source = RecordingSource(try write(trained, options(chunk: 4096, codecs: codecs)))
            for (range, chunks) in [
                (0..<1, 1), (4095..<4097, 2), (8192..<12_288, 1), (199_999..<200_000, 1),
                (70_001..<90_003, 5), (5..<5, 0),
            ] {
                let reader = try NativeReader(source)
                _ = source.takeByteCount()
                let slice = try reader.read(0, bytes: range)
                #expect(slice.copy(of: 0..<range.count) == Array(all[range]))
                #expect(reader.decodedChunkCount == chunks)
                #expect(source.takeByteCount() <= chunks * (4096 + 63))
            }
        }
    }

    @Test("A slice of initial values, or of a base, touches nothing else (LTFN-V10 LTFN-C9)")
    func slicesOfNothing() throws {
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 5000, step: 1e-3)
        let source = RecordingSource(try write(initial))
        let reader = try NativeReader(source)
        _ = source.takeByteCount()
        let expected = initial.tensors[0].bytes.copy(of: 1000..<3000)
        #expect(try reader.read(0, bytes: 1000..<3000).copy(of: 0..<2000) == expected)
        #expect(source.takeByteCount() == 0)
        #expect(reader.decodedChunkCount == 0)

        let base = try NativeReader(MemorySource(try write(trained, options(chunk: 4096))))
        let sink = MemorySink()
        try NativeFormat(base: base).write(trained, to: sink)
        let copy = try NativeReader(MemorySource(sink.bytes), bases: [base])
        #expect(copy.storage(0).text == "base")
        let before = base.decodedChunkCount
        #expect(try copy.read(0, bytes: 4000..<4100).byteCount == 100)
        #expect(base.decodedChunkCount - before == 2)
        #expect(copy.decodedChunkCount == 0)
    }

    @Test("A long chunk of a base is decoded once, however finely others are cut (LTFN-C9)")
    func cuts() throws {
        let (initial, trained) = try InitialValueTests.trained(.f32, count: 50_000, step: 1e-3)
        let middle = try InitialValueTests.trained(.f32, count: 50_000, step: 1e-5).trained
        func written(
            _ checkpoint: Checkpoint, chunk: Int, base: NativeReader?
        ) throws -> NativeReader {
            let sink = MemorySink()
            try NativeFormat(
                options: options(chunk: chunk, codecs: [.raw, .planes, .baseResidual]), base: base
            ).write(checkpoint, to: sink)
            return try NativeReader(
                MemorySource(sink.bytes), bases: base.map { [$0] } ?? [], threadCount: 1)
        }
        // 2,000,000 bytes in 4 chunks, 489, 2, and 31,250.
        let first = try written(initial, chunk: 1 << 19, base: nil)
        let second = try written(middle, chunk: 1 << 12, base: first)
        let third = try written(initial, chunk: 1 << 20, base: second)
        let fourth = try written(trained, chunk: 64, base: third)
        let files = [first, second, third, fourth]
        let before = files.map(\.decodedChunkCount)
        try fourth.verify()
        let counts = zip(files, before).map { $0.decodedChunkCount - $1 }
        #expect(counts == [4, 489, 2, 31_250])
    }

    /// Five raw variables, the last two with the values of others, in a file.
    static func rawFile(_ folder: TemporaryFolder) throws -> (path: String, values: [UInt8]) {
        var random = TestBytes(seed: 77)
        let values = random.bytes(10_000)
        let infos = [
            try variable("a", .u8, [10_000]), try variable("b", .f32, [2_500]),
            try variable("empty", .f32, [0]), try variable("nibbles", .u4, [5]),
            try variable("tied", .u8, [10_000], tiedTo: "a"),
        ]
        let bytes = [values, values, [], [0x21, 0x43, 0x05], values]
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: infos),
            tensors: zip(infos, bytes).map { try tensor($0.tensor, $1) })
        let path = folder.path("raw.ltfn")
        try Data(write(checkpoint, options(chunk: 1024, codecs: [.raw, .reference]))).write(
            to: URL(filePath: path))
        return (path, values)
    }

    @Test("Raw variables are mapped, aligned, without decoding anything (LTFN-R2)")
    func mapping() throws {
        let folder = TemporaryFolder()
        let (path, values) = try Self.rawFile(folder)
        let reader = try NativeReader(FileSource(path: path))
        for number in [0, 1, 4] {
            let mapped = try #require(try reader.map(number))
            #expect([UInt8](copying: mapped.bytes) == values)
            #expect(mapped.isAligned(to: 64))
        }
        #expect(try reader.map(2) == nil)
        #expect(try reader.map(3)?.byteCount == 3)
        #expect(reader.decodedChunkCount == 0)

        // What is coded, or not in a file, is not there to be mapped.
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        #expect(try NativeReader(MemorySource(bytes)).map(0) == nil)
        let coded = folder.path("coded.ltfn")
        let constant = try Samples.single(.u8, [5000], [UInt8](repeating: 3, count: 5000))
        try Data(write(constant)).write(to: URL(filePath: coded))
        #expect(try NativeReader(FileSource(path: coded)).map(0) == nil)
    }

    @Test("Nothing damaged is handed out as mapped bytes (LTFN-D6 LTFN-R3 LTFN-V14)")
    func damagedMapping() throws {
        let folder = TemporaryFolder()
        let (path, _) = try Self.rawFile(folder)
        let sound = try [UInt8](Data(contentsOf: URL(filePath: path)))
        // A value in the sixth chunk, and a byte of padding before the nibbles.
        for (offset, rule, variable) in [(64 + 5500, "LTFN-D6", 0), (64 + 10_001, "LTFN-R3", 3)] {
            var damaged = sound
            damaged[offset] ^= 1
            try Data(damaged).write(to: URL(filePath: path))
            let reader = try NativeReader(FileSource(path: path))
            for _ in 0..<2 {
                let error = failure { _ = try reader.map(variable) }
                #expect(error?.rule == rule)
                #expect(error?.variable != nil)
            }
            #expect(try reader.map(variable == 0 ? 3 : 0) != nil)
        }
        let invalid = try #require(
            InvalidCase.all.first { $0.name == "unused-bits-of-a-reference" })
        try Data(invalid.file).write(to: URL(filePath: path))
        let error = failure { _ = try NativeReader(FileSource(path: path)).map(1) }
        #expect(error?.rule == "LTFN-V14" && error?.offset == nil)
    }

    @Test("A file that was cut after it was opened is an error, not the end (LTFN-F1)")
    func shrunken() throws {
        let folder = TemporaryFolder()
        let (path, _) = try Self.rawFile(folder)
        let reader = try NativeReader(FileSource(path: path))
        #expect(try reader.map(0) != nil)
        try FileHandle(forWritingTo: URL(filePath: path)).truncate(atOffset: 5000)
        for number in [0, 1] {
            let error = failure { _ = try reader.map(number) }
            #expect(error?.code == .truncated && error?.offset == 5000)
        }
        #expect(failure { _ = try reader.read(1) }?.code == .truncated)
    }
}
