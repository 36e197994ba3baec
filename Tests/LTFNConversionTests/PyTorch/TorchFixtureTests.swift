import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("Files that PyTorch wrote") struct TorchFixtureTests {
    private func open(_ name: String) throws -> any CheckpointReader {
        try TorchFormat().open(Fixtures.source("pytorch/" + name), limits: .standard)
    }

    @Test(
        "all tensors of a file have their names, dtypes, shapes and values",
        arguments: [
            (
                "dtypes.pt",
                "bfloat16 bf16, bool bool, complex128 c128, complex64 c64, float16 f16, float32 "
                    + "f32, float64 f64, int16 i16, int32 i32, int64 i64, int8 i8, uint8 u8"
            ),
            (
                "untyped.pt",
                "bits16 bits16, bits8 bits8, float8_e4m3fn f8e4m3fn, float8_e4m3fnuz f8e4m3fnuz, "
                    + "float8_e5m2 f8e5m2, float8_e5m2fnuz f8e5m2fnuz, float8_e8m0fnu f8e8m0, "
                    + "uint16 u16, uint32 u32, uint64 u64"
            ),
            ("shapes.pt", "deep f32, empty f32, hole f32, scalar f32"),
            ("strided.pt", "channels f16, transposed f32"),
            ("tensor.pt", "tensor i64"),
            (
                "nested.pt",
                "model.weight f32, optimizer.state.0.exp_avg f32, optimizer.state.0.step f32"
            ),
            ("legacy.pth", "a f32, b i64, c u8"), ("legacy-protocol-4.pth", "a f32"),
            ("python-2.pth", "weight f32"), ("big-endian.pt", "a f32, b c64"),
            ("deflated.pt", "a f32"), ("script.jit", "first.weight f32, mean f32"),
        ])
    func values(name: String, expected: String) throws {
        let reader = try open(name)
        let variables = reader.manifest.variables
        let found = variables.map { "\($0.name) \($0.tensor.dtype.rawValue)" }
        #expect(found.joined(separator: ", ") == expected)
        for (index, variable) in variables.enumerated() {
            #expect(try reader.read(index).array == Fixtures.pattern(variable.tensor))
        }
    }

    @Test("a view of the same values is a tie, another view of them a copy") func ties() throws {
        let manifest = try open("ties.pt").manifest
        let owner = try VariableName("b")
        #expect(manifest.variables.map(\.name.string) == ["a", "b", "part"])
        #expect(manifest.variables.map(\.tiedTo) == [owner, nil, nil])
    }

    @Test("plain values beside the tensors become metadata, others a note") func metadata() throws {
        let reader = try open("nested.pt")
        #expect(
            reader.manifest.metadata == [
                "epoch": .i64(3), "lr": .f64(0.5), "name": .string("tiny"), "flag": .bool(true),
                "optimizer.param_groups.0.lr": .f64(0.1),
                "optimizer.param_groups.0.betas": .list([.f64(0.9), .f64(0.999)]),
                "optimizer.param_groups.0.params": .list([.i64(0)]),
            ])
        #expect(reader.notes.count == 1)
        #expect(reader.notes.first?.contains("\"nothing\"") == true)
        #expect(reader.losses.isEmpty)
    }

    @Test("a program is left out, and said so") func script() throws {
        #expect(try open("script.jit").notes.contains { $0.contains("program") })
    }

    @Test(
        "tensors that cannot be read are refused by name, or left out when that is asked for",
        arguments: [
            ("quantized", "quantized"), ("sparse", "sparse"), ("conjugate", "conj"),
            ("complex32", "complex32"),
        ])
    func refused(name: String, word: String) throws {
        let error = formatError { () throws(FormatError) in
            try TorchFormat().open(source(name), limits: .standard)
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains(word) == true)
        #expect(error?.variable == "w")
    }

    private func source(_ name: String) throws(FormatError) -> MemorySource {
        guard let bytes = try? Fixtures.bytes("pytorch/refused-\(name).pt") else {
            throw FormatError(.io, "no fixture \(name)")
        }
        return MemorySource(bytes)
    }

    @Test("two ways to one name give two names") func names() throws {
        let tensor = Pickle.tensor()
        let value = Pickle.dict([("a.b", tensor), ("a", Pickle.dict([("b", tensor)]))])
        let reader = try TorchFormat().open(
            MemorySource(Pickle.archive(value)), limits: .standard)
        #expect(reader.manifest.variables.map(\.name.string) == ["a.b", "a.b~2"])
        #expect(reader.losses.map(\.subject) == [.name])
    }
}
