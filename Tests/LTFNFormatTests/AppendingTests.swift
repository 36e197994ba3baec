import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("Appending and recovery")
struct AppendingTests {
    static func original() throws -> [UInt8] {
        try write(try Samples.small(), options(chunk: 64))
    }

    static func addition() throws -> (NativeFormat.Addition, [String: [UInt8]]) {
        var random = TestBytes(seed: 21)
        let values = ["b_new": random.bytes(100), "z_new": [UInt8](repeating: 3, count: 200)]
        return (
            NativeFormat.Addition(
                variables: [
                    try variable("b_new", .u8, [100]), try variable("z_new", .i16, [100]),
                    try variable("z_tied", .u8, [100], tiedTo: "b_new"),
                ],
                metadata: ["added": .bool(true)]), values
        )
    }

    static func append(
        to file: [UInt8], _ addition: NativeFormat.Addition, _ values: [String: [UInt8]],
        sink: MemorySink = MemorySink()
    ) throws -> [UInt8] {
        let reader = try NativeReader(MemorySource(file))
        try NativeFormat(options: options(chunk: 64)).append(addition, to: reader, sink: sink) {
            info throws(FormatError) in
            let bytes = values[info.name.string] ?? []
            return try TensorData(
                info: info.tensor, bytes: AlignedBytes(copying: bytes.rawSpan))
        }
        return sink.bytes
    }

    static func appended() throws -> [UInt8] {
        let (addition, values) = try addition()
        return try append(to: original(), addition, values)
    }

    @Test("Variables and metadata are added after what is there (LTFN-R4 LTFN-X9)")
    func append() throws {
        let old = try Self.original()
        let file = try Self.appended()
        #expect(file.starts(with: old))
        let reader = try NativeReader(MemorySource(file))
        try reader.verify()
        let before = try load(old)
        let after = try Checkpoint(reading: reader)
        #expect(after.manifest.metadata == ["added": .bool(true)])
        #expect(after.manifest.graph == before.manifest.graph)
        #expect(after.manifest.variables.count == before.manifest.variables.count + 3)
        for name in before.manifest.variables.map(\.name) {
            let same =
                try #require(before[name]).bytes.copy(of: 0..<before[name]!.info.byteCount)
                == #require(after[name]).bytes.copy(of: 0..<after[name]!.info.byteCount)
            #expect(same)
        }
        let (_, values) = try Self.addition()
        #expect(after[try VariableName("z_new")]?.bytes.copy(of: 0..<200) == values["z_new"])
        // The content is what a file written at once has.
        let rewritten = try NativeReader(MemorySource(try write(after)))
        #expect(rewritten.contentDigest == reader.contentDigest)
    }

    @Test("A file may be added to again, in place (LTFN-R2)")
    func twice() throws {
        let file = try Self.appended()
        let graph = ModelGraph(
            name: "other", input: .init(shape: try TensorShape([4]), scale: 1), layers: [])
        let addition = NativeFormat.Addition(metadata: ["more": .u64(7)], graph: graph)
        let again = try Self.append(to: file, addition, [:])
        let sink = MemorySink()
        try sink.write(file)
        let inPlace = try Self.append(to: file, addition, [:], sink: sink)
        #expect(inPlace == again)
        let reader = try NativeReader(MemorySource(again))
        try reader.verify()
        #expect(reader.manifest.metadata["more"] == .u64(7))
        #expect(reader.manifest.graph == graph)
        #expect(reader.manifest.variables.count == 9)
    }

    @Test("Every retired byte is covered (LTFN-X10)")
    func retired() throws {
        var file = try Self.appended()
        let old = try Self.original()
        file[old.count - 70] ^= 1
        let reader = try NativeReader(MemorySource(file))
        let error = failure { try reader.verify() }
        #expect(error?.code == .checksumMismatch && error?.rule == "LTFN-X10")
    }

    @Test("A file without its end gives what its last whole index speaks of (LTFN-R5)")
    func recovery() throws {
        let old = try Self.original()
        let file = try Self.appended()
        let before = try load(old)
        // The new index is not whole: the old one counts.
        for count in [old.count - 1, old.count + 100, file.count - 65] {
            let cut = Array(file.prefix(count))
            let reader = try NativeReader.recovering(MemorySource(cut))
            let same = areEqual(before, try Checkpoint(reading: reader))
            #expect(same)
        }
        // Only the footer is gone.
        let reader = try NativeReader.recovering(MemorySource(Array(file.dropLast(64))))
        #expect(reader.manifest.variables.count == 9)
        // Nothing is left.
        let error = failure {
            _ = try NativeReader.recovering(MemorySource(Array(old.prefix(200))))
        }
        #expect(error?.rule == "LTFN-R5")
    }

    @Test("Indexes that begin within one another cost no more than the file is long (LTFN-R5)")
    func nestedIndexes() throws {
        for headCount in [100, 1_000] {
            var writer = ByteWriter()
            writer.append(Array(try Self.original().prefix(64)))
            for number in 0..<headCount {
                // An index of nothing but metadata that reaches to the end of the file.
                writer.append(Array("LTFNIDX\n".utf8))
                writer.zeros(48)
                writer.u64(UInt64((headCount - number - 1) * 88))
                writer.zeros(24)
            }
            let source = RandomAccessTests.RecordingSource(writer.bytes)
            let error = failure { _ = try NativeReader.recovering(source) }
            #expect(error?.code == .limitExceeded && error?.rule == "LTFN-R5")
            // The file itself, its heads, and four times as much of indexes.
            #expect(source.takeByteCount() <= 6 * writer.count)
        }
    }

    @Test("Compacting drops what earlier versions left behind (LTFN-R4 LTFN-X9 LTFN-W1)")
    func compact() throws {
        let file = try Self.appended()
        let reader = try NativeReader(MemorySource(file))
        let sink = MemorySink()
        try NativeFormat.compact(reader, to: sink)
        #expect(reader.decodedChunkCount == 0)
        #expect(sink.bytes.count < file.count)
        let compacted = try NativeReader(MemorySource(sink.bytes))
        try compacted.verify()
        #expect(compacted.contentDigest == reader.contentDigest)
        // It is what writing all of it at once gives.
        let written = try write(Checkpoint(reading: reader), options(chunk: 64))
        #expect(sink.bytes == written)
        // What an interrupted addition left becomes a file again.
        let cut = try NativeReader.recovering(MemorySource(Array(file.dropLast(64))))
        let repaired = MemorySink()
        try NativeFormat.compact(cut, to: repaired)
        #expect(repaired.bytes == written)
    }

    @Test("Compacting needs no base, and hands no damage on (LTFN-C9 LTFN-D6)")
    func compactRelative() throws {
        var random = TestBytes(seed: 33)
        let values = (0..<3000).map { _ in random.normal() }
        let moved = values.map { $0 + random.normal() * 1e-4 }
        let base = try NativeReader(
            MemorySource(try write(Samples.single(.f32, [3000], values.flatMap(Samples.bytes)))))
        let next = try Samples.single(.f32, [3000], moved.flatMap(Samples.bytes))
        let first = MemorySink()
        try NativeFormat(options: options(chunk: 1024), base: base).write(next, to: first)
        let sink = MemorySink()
        try NativeFormat.compact(NativeReader(MemorySource(first.bytes)), to: sink)
        #expect(sink.bytes == first.bytes)
        var damaged = first.bytes
        damaged[1000] ^= 1
        let error = failure {
            try NativeFormat.compact(NativeReader(MemorySource(damaged)), to: MemorySink())
        }
        #expect(error?.rule == "LTFN-D6" && error?.variable == "w")
    }

    @Test("A file relative to a base needs that base (LTFN-C9)")
    func bases() throws {
        var random = TestBytes(seed: 31)
        let values = (0..<3000).map { _ in random.normal() }
        let base = try Samples.single(.f32, [3000], values.flatMap(Samples.bytes))
        let moved = values.enumerated().map { $0 < 500 ? $1 : $1 + random.normal() * 1e-4 }
        let next = try Samples.single(.f32, [3000], moved.flatMap(Samples.bytes))
        let baseReader = try NativeReader(MemorySource(try write(base)))
        let sink = MemorySink()
        try NativeFormat(options: options(chunk: 1024), base: baseReader).write(next, to: sink)
        #expect(sink.bytes.count < 8500)

        let reader = try NativeReader(MemorySource(sink.bytes), bases: [baseReader])
        #expect(reader.storage(0).text.contains("base ×"))
        #expect(reader.storage(0).text.contains("base-residual"))
        let same = areEqual(next, try Checkpoint(reading: reader))
        #expect(same)
        try reader.verify()

        let alone = try NativeReader(MemorySource(sink.bytes))
        let error = failure { _ = try alone.read(0) }
        #expect(error?.code == .unsupportedFeature && error?.rule == "LTFN-C9")
        #expect(error?.message.contains("\(baseReader.contentDigest)") == true)

        // The very same values are only named.
        let copy = MemorySink()
        try NativeFormat(base: baseReader).write(base, to: copy)
        let same2 = try NativeReader(MemorySource(copy.bytes), bases: [baseReader])
        #expect(same2.storage(0) == StorageInfo(storedByteCount: 0, codec: "base"))
        let equal = areEqual(base, try Checkpoint(reading: same2))
        #expect(equal)
    }

    @Test("Damage in a base is said of the base, which is named even in memory (LTFN-C9 LTFN-D6)")
    func damagedBase() throws {
        var random = TestBytes(seed: 35)
        let values = random.bytes(999)
        let base = try NativeReader(
            MemorySource(try write(Samples.single(.u8, [1000], values + [0]))))
        let sink = MemorySink()
        try NativeFormat(options: options(chunk: 64), base: base).write(
            Samples.single(.u8, [1000], values + [1]), to: sink)
        var damaged = try write(Samples.single(.u8, [1000], values + [0]))
        damaged[500] ^= 1
        let reader = try NativeReader(
            MemorySource(sink.bytes), bases: [NativeReader(MemorySource(damaged))])
        let error = failure { _ = try reader.read(0) }
        #expect(error?.rule == "LTFN-D6" && error?.variable == "w")
        #expect(error?.path == "the base with the content digest \(base.contentDigest)")
        // Whoever has opened the file does not say that the damage is there.
        #expect(error?.about("tuned.ltfn") == error)
    }

    @Test("Chains of bases have an end (LTFN-C10)")
    func chains() throws {
        var limits = DecodingLimits()
        limits.baseDepth = 2
        var reader: NativeReader?
        var error: FormatError?
        var random = TestBytes(seed: 41)
        let shared = random.bytes(999)
        for link in 0..<5 {
            let bytes = shared + [UInt8(link)]
            let sink = MemorySink()
            try NativeFormat(options: options(chunk: 64), base: reader).write(
                Samples.single(.u8, [1000], bytes), to: sink)
            error = failure {
                let bases = reader.map { [$0] } ?? []
                reader = try NativeReader(MemorySource(sink.bytes), limits: limits, bases: bases)
                #expect(try reader?.read(0).bytes.copy(of: 0..<1000) == bytes)
            }
            #expect((error == nil) == (link <= 2))
            if error != nil { break }
        }
        #expect(error?.code == .limitExceeded && error?.rule == "LTFN-C10")
    }

    @Test("No file has too many bases for readers, unless its writer allows it (LTFN-W4)")
    func longChain() throws {
        var random = TestBytes(seed: 42)
        let shared = random.bytes(999)
        var reader: NativeReader?
        for link in 0..<10 {
            let sink = MemorySink()
            let checkpoint = try Samples.single(.u8, [1000], shared + [UInt8(link)])
            let error = failure {
                try NativeFormat(options: options(chunk: 64), base: reader).write(
                    checkpoint, to: sink)
            }
            #expect((error == nil) == (link <= 8), "\(link)")
            if error != nil {
                #expect(error?.rule == "LTFN-W4" && sink.bytes.isEmpty)
                let digest = try #require(reader).contentDigest
                #expect(error?.path == "the base with the content digest \(digest)")
                var more = options(chunk: 64)
                more.baseDepth = 9
                try NativeFormat(options: more, base: reader).write(checkpoint, to: sink)
                continue
            }
            reader = try NativeReader(
                MemorySource(sink.bytes), bases: reader.map { [$0] } ?? [])
            let bytes = try #require(try reader?.read(0)).bytes.copy(of: 999..<1000)
            #expect(bytes == [UInt8(link)])
        }
    }
}
