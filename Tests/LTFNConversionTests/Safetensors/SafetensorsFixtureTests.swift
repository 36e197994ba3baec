import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

/// Files that the safetensors package itself wrote, by tools/make_foreign_fixtures.py.
@Suite("The safetensors package's own files") struct SafetensorsFixtureTests {
    static let files = Fixtures.names(in: "safetensors")

    private func open(_ name: String) throws -> any CheckpointReader {
        try SafetensorsFormat().open(Fixtures.source(name), limits: .standard)
    }

    @Test("there are files to test with") func present() {
        #expect(Self.files.count >= 6)
    }

    @Test("every tensor is read bit for bit", arguments: files) func values(name: String) throws {
        let reader = try open(name)
        for (index, variable) in reader.manifest.variables.enumerated() {
            #expect(try reader.read(index).array == Fixtures.pattern(variable.tensor))
        }
    }

    @Test("and written again, byte for byte", arguments: files) func bytes(name: String) throws {
        let sink = MemorySink()
        try SafetensorsFormat(alignment: 8).write(Checkpoint(reading: open(name)), to: sink)
        #expect(sink.bytes == (try Fixtures.bytes(name)))
    }

    @Test("the values begin where they can be mapped", arguments: [64, 4096])
    func aligned(alignment: Int) throws {
        let checkpoint = try Checkpoint(reading: open("safetensors/dtypes.safetensors"))
        let sink = MemorySink()
        try SafetensorsFormat(alignment: alignment).write(checkpoint, to: sink)
        let length = sink.bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect((8 + length) % alignment == 0)
        let again = try SafetensorsFormat().open(MemorySource(sink.bytes), limits: .standard)
        #expect(again.manifest == checkpoint.manifest)
        #expect(SafetensorsFormat().alignment == 64)
    }

    @Test("every dtype is known by its name") func types() throws {
        let expected: [String: DType] = [
            "bool": .bool, "int8": .i8, "uint8": .u8, "int16": .i16, "uint16": .u16, "int32": .i32,
            "uint32": .u32, "int64": .i64, "uint64": .u64, "float16": .f16, "bfloat16": .bf16,
            "float32": .f32, "float64": .f64, "complex64": .c64, "float8_e4m3fn": .f8e4m3fn,
            "float8_e4m3fnuz": .f8e4m3fnuz, "float8_e5m2": .f8e5m2,
            "float8_e5m2fnuz": .f8e5m2fnuz, "float8_e8m0fnu": .f8e8m0,
        ]
        let manifest = try open("safetensors/dtypes.safetensors").manifest
        for (name, dtype) in expected {
            let tensor = try #require(manifest[VariableName(name)]).tensor
            #expect(tensor.dtype == dtype)
            #expect(tensor.shape.dimensions == [3, 5])
        }
        // The tool counts bytes that hold two elements each.
        let packed = try #require(manifest[VariableName("float4_e2m1fn_x2")]).tensor
        #expect(packed.dtype == .f4e2m1)
        #expect(packed.shape.dimensions == [3, 10])
        #expect(manifest.variables.count == expected.count + 1)
    }

    @Test("metadata, shapes and names are those that were saved") func description() throws {
        let metadata = try open("safetensors/metadata.safetensors").manifest.metadata
        #expect(metadata == ["format": .string("np \"\\é\n\u{7F}/")])
        let alone = try open("safetensors/only-metadata.safetensors").manifest
        #expect(alone.metadata == ["key": .string("value")])
        #expect(alone.variables.isEmpty)
        let shapes = try open("safetensors/shapes.safetensors").manifest.variables
        #expect(shapes.map(\.name.string) == ["empty", "flat", "ones", "scalar"])
        #expect(shapes.map(\.tensor.shape.dimensions) == [[0], [4, 0, 3], [1, 1, 1], []])
        let names = try open("safetensors/names.safetensors").manifest.variables
        #expect(names.map(\.name.string) == ["B", "a", "a\"quoted\\name", "größe", "名前"])
    }
}
