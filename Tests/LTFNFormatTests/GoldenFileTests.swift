import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("Files that exist")
struct GoldenFileTests {
    static let folder = Repository.url("Fixtures/golden")

    /// The file is never made anew: it stands for all that have been written.
    @Test("The file of version 1.0 reads as it always has (LTFN-H3)")
    func version10() throws {
        let bytes = try [UInt8](Data(contentsOf: Self.folder.appending(path: "ltfn-1.0.ltfn")))
        let reader = try NativeReader(MemorySource(bytes))
        try reader.verify()
        let same = try areEqual(Samples.small(), Checkpoint(reading: reader))
        #expect(same)
    }

    /// Counts what is read of a file.
    final class CountingSource: ByteSource {
        private let bytes: MemorySource
        private let reads = AtomicCounter()

        init(_ bytes: [UInt8]) {
            self.bytes = MemorySource(bytes)
        }

        var byteCount: UInt64 { bytes.byteCount }
        var readCount: Int { reads.value }

        func read(at offset: UInt64, byteCount: Int) throws(FormatError) -> [UInt8] {
            reads.add(1)
            return try bytes.read(at: offset, byteCount: byteCount)
        }
    }

    @Test("A file is opened with three reads at most, whatever its size (LTFN-F7)")
    func reads() throws {
        var random = TestBytes(seed: 61)
        let large = try Samples.single(.u8, [300_000], random.bytes(300_000))
        let infos = try (0..<3000).map { try variable("v\($0)", .u8, [0]) }
        let many = try Checkpoint(
            manifest: Manifest(variables: infos), tensors: infos.map { try tensor($0.tensor, []) })
        for (checkpoint, expected) in [(try Samples.small(), 1), (large, 2), (many, 3)] {
            let source = CountingSource(try write(checkpoint))
            let reader = try NativeReader(source)
            #expect(source.readCount == expected)
            #expect(reader.manifest == checkpoint.manifest)
        }
    }
}

/// A number that threads add to.
final class AtomicCounter: @unchecked Sendable {
    private let lock = NSLock()
    private var number = 0

    var value: Int { lock.withLock { number } }

    func add(_ more: Int) {
        lock.withLock { number += more }
    }
}
