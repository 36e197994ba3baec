import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

/// Files that NumPy itself wrote, by tools/make_foreign_fixtures.py.
@Suite("NumPy's own files") struct NumPyFixtureTests {
    static let readable = Fixtures.names(in: "numpy").filter { !$0.contains("refused") }
    static let refused = Fixtures.names(in: "numpy").filter { $0.contains("refused") }

    private func open(_ name: String) throws -> any CheckpointReader {
        let source = try Fixtures.source(name)
        return name.hasSuffix(".npz")
            ? try NPZFormat().open(source, limits: .standard)
            : try NPYFormat().open(source, limits: .standard)
    }

    @Test("there are files to test with") func present() {
        #expect(Self.readable.count >= 16)
        #expect(Self.refused.count >= 6)
    }

    @Test("every array is read bit for bit", arguments: readable) func values(name: String) throws {
        let reader = try open(name)
        for (index, variable) in reader.manifest.variables.enumerated() {
            let tensor = try reader.read(index)
            #expect(tensor.info == variable.tensor)
            #expect(tensor.array == Fixtures.pattern(variable.tensor), "\(variable.name)")
        }
    }

    @Test(
        "every type of NumPy is known by its name",
        arguments: ["dtypes.npz", "compressed.npz", "piped.npz", "piped-compressed.npz"])
    func types(name: String) throws {
        let expected: [String: DType] = [
            "b1": .bool, "i1": .i8, "u1": .u8, "i2": .i16, "u2": .u16, "i4": .i32, "u4": .u32,
            "i8": .i64, "u8": .u64, "f2": .f16, "f4": .f32, "f8": .f64, "c8": .c64, "c16": .c128,
            "V1": .bits8, "V2": .bits16, "V4": .bits32, "V8": .bits64, "V16": .bits128,
        ]
        let manifest = try open("numpy/" + name).manifest
        for (name, dtype) in expected {
            let variable = try #require(manifest[VariableName(name)])
            #expect(variable.tensor.dtype == dtype)
            #expect(variable.tensor.shape.dimensions == [3, 5])
        }
    }

    @Test("shapes and names are those that were saved") func shapes() throws {
        func found(_ file: String) throws -> [String: [Int]] {
            Dictionary(
                uniqueKeysWithValues: try open(file).manifest.variables.map {
                    ($0.name.string, $0.tensor.shape.dimensions)
                })
        }
        #expect(
            try found("numpy/shapes.npz") == [
                "scalar": [], "empty": [0], "flat": [4, 0, 3], "ones": [1, 1, 1], "long": [4096],
                "deep": Array(repeating: 1, count: 31) + [3],
            ])
        #expect(
            try found("numpy/names.npz") == [
                "layer/0/weight:0": [2, 3], "größe": [3], "名前": [2], "dotted.name.npy": [1],
                "with space": [4],
            ])
        #expect(try found("numpy/no-arrays.npz").isEmpty)
        #expect(try found("numpy/column-major.npy") == ["arr_0": [2, 3, 4]])
        #expect(try found("numpy/big-endian-column-major.npy") == ["arr_0": [3, 4]])
        #expect(try found("numpy/scalar.npy") == ["arr_0": []])
    }

    @Test("bfloat16 comes as 16 opaque bits") func bfloat16() throws {
        #expect(try open("numpy/bfloat16.npy").manifest.variables[0].tensor.dtype == .bits16)
    }

    @Test("what cannot be held is refused by name", arguments: refused)
    func refusals(name: String) throws {
        let error = #expect(throws: FormatError.self) { try open(name) }
        #expect(error?.code == .unsupportedFeature)
        if name.contains("objects") { #expect(error?.message.contains("pickle") == true) }
    }

    @Test(
        "what NumPy wrote is written again byte for byte",
        arguments: [
            "float32.npy", "scalar.npy", "empty.npy",
        ])
    func sameBytes(name: String) throws {
        let original = try Fixtures.bytes("numpy/" + name)
        let reader = try open("numpy/" + name)
        let sink = MemorySink()
        try NPYFormat().write(Checkpoint(reading: reader), to: sink)
        #expect(sink.bytes == original)
    }
}
