import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormat
import TestSupport
import Testing

/// Files whose index and checksums are right, and whose values are others than the index says.
@Suite("Values that do not have the digest that the file says") struct ForgedValueTests {
    /// A variable of three leaves, and another one tied to it.
    private static func checkpoint(changed index: Int? = nil) throws -> Checkpoint {
        var random = TestBytes(seed: 11)
        var values = (0..<3000).map { _ in random.normal() }
        if let index { values[index] += 1 }
        let infos = [
            try variable("w", .f32, [3000]), try variable("x", .f32, [3000], tiedTo: "w"),
        ]
        let bytes = values.flatMap(Samples.bytes)
        return try Checkpoint(
            manifest: Manifest(variables: infos),
            tensors: infos.map { try tensor($0.tensor, bytes) })
    }

    private static func forged(
        _ options: NativeFormat.WritingOptions, changed index: Int = 2500
    ) throws -> [UInt8] {
        try #require(
            FileParts.forged(
                write(checkpoint(), options), valuesOf: write(checkpoint(changed: index), options)))
    }

    @Test(
        "whoever reads all of them is told (LTFN-V13)", arguments: [64, 4096, 1 << 20],
        [[], Set(Codec.allCases)])
    func whole(chunk: Int, codecs: Set<Codec>) throws {
        let file = try Self.forged(options(chunk: chunk, codecs: codecs))
        for threads in [1, 3] {
            let reader = try NativeReader(MemorySource(file), threadCount: threads)
            let ways: [() throws -> Void] = [
                { _ = try reader.read(0) }, { _ = try reader.read(1) },
                { _ = try reader.read([0, 1]) }, { _ = try Checkpoint(reading: reader) },
                { try reader.forEachRun(of: 0) { _ throws(FormatError) in } },
                { try reader.verify(0) },
            ]
            for (number, way) in ways.enumerated() {
                let error = failure(way)
                #expect(error?.code == .checksumMismatch, "way \(number)")
                #expect(error?.rule == "LTFN-V13", "way \(number)")
                #expect(error?.variable == (number == 1 ? "x" : "w"), "way \(number)")
            }
            // A part cannot tell.
            #expect(throws: Never.self) { try reader.read(0, bytes: 0..<6000) }
        }
    }

    @Test("whoever maps them is told (LTFN-V13)", arguments: [64, 4096, 1 << 20])
    func mapped(chunk: Int) throws {
        let folder = TemporaryFolder()
        let path = folder.path("forged.ltfn")
        let file = try Self.forged(options(chunk: chunk, codecs: []))
        try Data(file).write(to: URL(fileURLWithPath: path))
        let reader = try NativeReader(FileSource(path: path))
        for _ in 0..<2 {
            #expect(failure { _ = try reader.map(0) }?.rule == "LTFN-V13")
        }
    }

    @Test("what is the same again and again is hashed too, unless that is not wanted (LTFN-V13)")
    func repeated() throws {
        func file(_ value: Float) throws -> [UInt8] {
            let bytes = (0..<3000).flatMap { _ in Samples.bytes(value) }
            return try write(Samples.single(.f32, [3000], bytes), options(chunk: 4096))
        }
        let right = try NativeReader(MemorySource(file(7)))
        #expect(throws: Never.self) { try right.forEachRun(of: 0) { _ throws(FormatError) in } }
        let forged = try #require(FileParts.forged(file(7), valuesOf: file(8)))
        let reader = try NativeReader(MemorySource(forged))
        #expect(reader.distinctByteCount(of: 0) == 0)
        let error = failure { try reader.forEachRun(of: 0) { _ throws(FormatError) in } }
        #expect(error?.rule == "LTFN-V13")
        #expect(throws: Never.self) {
            try reader.forEachRun(of: 0, isChecked: false) { _ throws(FormatError) in }
        }
    }

    @Test(
        "a base with other values than it says is named, nothing is relative to it (LTFN-C9)",
        arguments: [64, 1 << 20])
    func base(chunk: Int) throws {
        let options = options(chunk: chunk)
        let base = try NativeReader(MemorySource(write(Self.checkpoint(), options)))
        let forged = try NativeReader(MemorySource(Self.forged(options)))
        #expect(forged.contentDigest == base.contentDigest)
        let next = try Self.checkpoint(changed: 100)
        let sink = MemorySink()
        try NativeFormat(options: options, base: base).write(next, to: sink)
        let name = "the base with the content digest \(base.contentDigest)"
        for (bases, isRight) in [([base], true), ([forged], false)] {
            let reader = try NativeReader(MemorySource(sink.bytes), bases: bases)
            #expect(!reader.baseDigests.isEmpty)
            let error = failure { _ = try reader.read(0) }
            #expect(error?.path == (isRight ? nil : name))
            #expect(error?.rule == (isRight ? nil : "LTFN-V13"))
        }
        let error = failure {
            try NativeFormat(options: options, base: forged).write(next, to: MemorySink())
        }
        #expect(error?.path == name)
        #expect(error?.rule == "LTFN-V13")
    }
}
