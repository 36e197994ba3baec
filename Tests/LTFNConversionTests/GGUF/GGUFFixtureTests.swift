import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormat
import LTFNInterchange
import Testing

/// Files that the gguf package wrote, by tools/make_gguf_fixtures.py.
@Suite("Files of the gguf package") struct GGUFFixtureTests {
    private func open(_ name: String) throws -> any CheckpointReader {
        try GGUFFormat().open(Fixtures.source("gguf/" + name), limits: .standard)
    }

    @Test(
        "every type is read bit for bit",
        arguments: ["plain.gguf", "blocks.gguf", "aligned.gguf", "version-2.gguf"])
    func values(name: String) throws {
        let reader = try open(name)
        #expect(reader.notes.isEmpty)
        for (index, variable) in reader.manifest.variables.enumerated() {
            #expect(
                try reader.read(index).array == Fixtures.pattern(variable.tensor),
                "\(variable.name)")
        }
    }

    @Test("all types that are plain are there, the slowest axis first") func plain() throws {
        let manifest = try open("plain.gguf").manifest
        #expect(Set(manifest.variables.map(\.tensor.dtype)) == GGUFFormat().traits.dtypes)
        let shapes = Set(manifest.variables.map(\.tensor.shape.dimensions))
        #expect(shapes == [[2, 3, 4], [2, 0], []])
    }

    @Test("blocks have their type and the shape of their elements") func blocks() throws {
        let manifest = try open("blocks.gguf").manifest
        #expect(manifest.metadata["general.alignment"] == .i64(64))
        // All that the package knows.
        #expect(manifest.variables.count == BlockType.allCases.count - 1)
        for variable in manifest.variables {
            let blocks = try #require(variable.blocks)
            #expect(variable.name.string == "of " + blocks.type.rawValue)
            #expect(variable.elementType == blocks.type.rawValue)
            #expect(variable.elementShape.dimensions == [2, blocks.type.elementCount])
            #expect(variable.tensor.shape.dimensions == [2, blocks.type.byteCount])
            #expect(variable.tensor.dtype == .bits8)
        }
    }

    @Test("a conversion to GGUF passes blocks through, also by way of .ltfn") func passing() throws
    {
        let reader = try open("blocks.gguf")
        func written(
            _ reader: any CheckpointReader, _ format: any CheckpointFormat
        ) throws -> [UInt8] {
            let sink = MemorySink()
            try format.write(Checkpoint(reading: reader), to: sink)
            return sink.bytes
        }
        let direct = try written(reader, GGUFFormat())
        // The keys are in another order, and nothing else is.
        let whole = try Fixtures.bytes("gguf/blocks.gguf")
        #expect(direct.suffix(6000) == whole.suffix(6000))
        #expect(direct.sorted() == whole.sorted())
        let native = try NativeFormat().open(
            MemorySource(written(reader, NativeFormat())), limits: .standard)
        #expect(native.manifest == reader.manifest)
        #expect(try written(native, GGUFFormat()) == direct)
    }

    @Test("blocks that can be decoded give what the package makes of them") func numbers() throws {
        let expected = try Fixtures.bytes("gguf-decoded/dequantized.bin")
        var start = 0
        let reader = try open("blocks.gguf")
        for (index, variable) in reader.manifest.variables.enumerated() {
            let blocks = try #require(variable.blocks)
            guard let decoder = BlockDecoder(blocks.type) else { continue }
            let floats = try decoder.decode(reader.read(index).bytes)
            let found = floats.copy(of: 0..<floats.byteCount)
            #expect(found == Array(expected[start..<start + found.count]), "\(blocks.type)")
            start += found.count
        }
        #expect(start == expected.count)
    }

    @Test("files that must be refused are, and say why") func refused() throws {
        for (name, word) in [
            ("version-1", "version 1"), ("type", "99"), ("big-endian", "big-endian"),
        ] {
            let error = GGUFBuilder.error(try Fixtures.bytes("gguf/refused-\(name).gguf"))
            #expect(error?.code.isUnsupported == true)
            #expect(error?.message.contains(word) == true)
        }
    }
}
