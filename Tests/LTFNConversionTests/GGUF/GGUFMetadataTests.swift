import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Metadata of GGUF") struct GGUFMetadataTests {
    private typealias Builder = GGUFBuilder

    private func rewritten(_ reader: any CheckpointReader) throws -> [UInt8] {
        let sink = MemorySink()
        try GGUFFormat().write(Checkpoint(reading: reader), to: sink)
        return sink.bytes
    }

    private func written(_ metadata: Metadata) throws -> Manifest {
        let specimen = try Specimen("metadata", metadata: metadata, [variable("w", .f32, [2])])
        let sink = MemorySink()
        try GGUFFormat().write(specimen.checkpoint, to: sink)
        return try Builder.open(sink.bytes).manifest
    }

    @Test("values of every type come back with it", arguments: ["keys.gguf", "nested.gguf"])
    func types(name: String) throws {
        let reader = try GGUFFormat().open(Fixtures.source("gguf/" + name), limits: .standard)
        let once = try rewritten(reader)
        let again = try Builder.open(once)
        #expect(again.manifest == reader.manifest)
        #expect(try rewritten(again) == once)
        // The keys are in another order, and nothing else is.
        #expect(once.count == (try Fixtures.bytes("gguf/" + name)).count)
        #expect(once.sorted() == (try Fixtures.bytes("gguf/" + name)).sorted())
    }

    @Test("values are the nearest kind there is, and their types are told beside them")
    func kinds() throws {
        let reader = try GGUFFormat().open(Fixtures.source("gguf/keys.gguf"), limits: .standard)
        let metadata = reader.manifest.metadata
        #expect(metadata["one uint8"] == .i64(255))
        #expect(metadata["one uint64"] == .u64(.max))
        #expect(metadata["one float32"] == .f64(0.5))
        #expect(metadata["one string"] == .string("größe"))
        #expect(metadata["many uint8"] == .bytes([255, 255]))
        #expect(metadata["many int32"] == .list([.i64(-1 << 31), .i64(-1 << 31)]))
        guard case .map(let types)? = metadata["gguf.types"] else {
            Issue.record("There is no record of types.")
            return
        }
        #expect(types["one uint8"] == .string("u8"))
        #expect(types["many float32"] == .string("[f32]"))
        #expect(types["one string"] == nil)
        #expect(types["one int64"] == nil)
    }

    @Test("a float that is no number keeps its bits", arguments: [0x7F80_0001, 0xFFC1_2345])
    func payload(bits: UInt32) throws {
        let file = Builder.file(keys: [Builder.key("k", 6) { $0.u32(bits) }])
        let once = try rewritten(Builder.open(file))
        #expect(once == file)
    }

    @Test("a string that is no text comes back") func tokens() throws {
        let file = Builder.file(keys: [
            Builder.key("k", 8) { writer in
                writer.u64(2)
                writer.append([0xC3, 0x28])
            }
        ])
        let reader = try Builder.open(file)
        #expect(reader.manifest.metadata["k"] == .bytes([0xC3, 0x28]))
        #expect(try rewritten(reader) == file)
    }

    @Test("what GGUF has no values for is kept in the record")
    func others() throws {
        let metadata: Metadata = [
            "map": .map(["a": .i64(1)]), "mixed": .list([.i64(1), .string("x")]),
            "maps": .list([.map([:])]), "plain": .i64(5), "empty": .list([]),
            "lists": .list([.list([.bool(true)]), .bytes([1]), .list([])]),
        ]
        let manifest = try written(metadata)
        #expect(manifest.metadata == metadata)
    }

    @Test("a record of types that does not fit the values any more stays what it is")
    func staleRecord() throws {
        for record in [
            ["k": .string("u8")], ["gone": .string("u8")], ["k": .string("nonsense")],
            ["k": .list([.string("[u8]")])],
        ] as [Metadata] {
            let metadata: Metadata = ["k": .i64(300), "gguf.types": .map(record)]
            #expect(try written(metadata).metadata == metadata)
        }
        #expect(
            try written(["general.alignment": .i64(8)]).metadata["general.alignment"] == .i64(8))
        #expect(try written(["general.alignment": .i64(8)]).metadata["gguf.types"] == nil)
    }

    @Test("keys that are taken, and alignments that are none, are lost by name")
    func taken() throws {
        for metadata in [
            ["gguf.types": .i64(1)], ["ltfn.manifest": .string("")],
            ["general.alignment": .i64(3)], ["general.alignment": .string("64")],
            ["general.alignment": .i64(1 << 21)],
        ] as [Metadata] {
            let manifest = try Manifest(variables: [], metadata: metadata)
            #expect(GGUFFormat().losses(writing: manifest).map(\.subject) == [.metadata])
            #expect(try written(metadata).metadata.isEmpty)
        }
    }

    @Test("values begin where the alignment says") func alignment() throws {
        let specimen = try Specimen(
            "aligned", metadata: ["general.alignment": .i64(4096)],
            [variable("a", .f32, [2]), variable("b", .f32, [3])])
        let sink = MemorySink()
        try GGUFFormat().write(specimen.checkpoint, to: sink)
        #expect(sink.bytes.count == 3 * 4096)
        let reader = try Builder.open(sink.bytes)
        #expect(try reader.stored(0)?.offset == 4096)
        #expect(try reader.stored(1)?.offset == 8192)
    }
}
