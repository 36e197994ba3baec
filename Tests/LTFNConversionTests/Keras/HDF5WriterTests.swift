import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Files of HDF5 that are written") struct HDF5WriterTests {
    private func reader(_ specimen: Specimen) throws -> any CheckpointReader {
        let sink = MemorySink()
        try HDF5Format().write(specimen.checkpoint, to: sink)
        return try HDF5Format().open(MemorySource(sink.bytes), limits: .standard)
    }

    private func network() throws -> Specimen {
        func name(_ text: String) throws -> VariableName { try VariableName(text) }
        let graph = ModelGraph(
            name: "tiny", input: ModelGraph.Input(shape: try TensorShape([4, 4, 1])),
            layers: [
                Layer(
                    name: "one",
                    operation: .convolution2D(
                        Layer.Convolution2D(
                            weights: try name("w"), bias: try name("b"), padding: .same))),
                Layer(
                    name: "two",
                    operation: .convolution2D(
                        Layer.Convolution2D(weights: try name("v"), bias: nil, padding: .same))),
                Layer(name: "flatten", operation: .flatten),
                Layer(name: "three", operation: .dense(weights: try name("d"), bias: nil)),
            ])
        return try Specimen(
            "network", graph: graph,
            [
                variable("w", .f32, [1, 1, 1, 2]), variable("b", .f32, [2]),
                variable("v", .f32, [1, 1, 2, 2]), variable("d", .f32, [32, 3]),
                variable("layers/conv2d", .f32, [1]),
            ])
    }

    /// The paths of the data sets, as another program sees them.
    private func paths(_ specimen: Specimen) throws -> [String] {
        let sink = MemorySink()
        try HDF5Format().write(specimen.checkpoint, to: sink)
        // Without the attribute that says how data sets are called.
        let bytes = try #require(
            String(validating: sink.bytes.map { $0 < 0x80 ? $0 : 0x20 }, as: UTF8.self))
        #expect(bytes.contains("ltfn.names"))
        let note = HDF5Format().notes(writing: specimen.checkpoint.manifest)
        #expect(!note.isEmpty)
        return specimen.checkpoint.manifest.variables.map(\.name.string)
            .filter { bytes.contains("\":\"\($0)\"") }
    }

    @Test("the weights of a network are where Keras looks, and come back under their names")
    func keras() throws {
        let specimen = try network()
        // All are renamed: one is called as a group that Keras needs.
        #expect(try paths(specimen) == ["b", "d", "layers/conv2d", "v", "w"])
        let reader = try reader(specimen)
        #expect(reader.manifest == specimen.checkpoint.manifest)
        #expect(reader.notes.isEmpty)
    }

    @Test("kernels of another layout are not where Keras looks") func layout() throws {
        var manifest = try network().checkpoint.manifest
        manifest.metadata[KernelLayout.metadataKey] = .string(KernelLayout.pytorch.rawValue)
        #expect(HDF5Format().notes(writing: manifest).isEmpty)
    }

    @Test("values begin at multiples of 64 bytes, and can be mapped") func alignment() throws {
        let reader = try reader(.small)
        for index in reader.manifest.variables.indices {
            guard let stored = try reader.stored(index) else { continue }
            #expect(stored.offset % 64 == 0)
        }
        #expect(try reader.stored(0)?.byteCount == 24)
    }

    @Test("an attribute that HDF5 cannot have is a loss") func attributes() throws {
        for key in ["", "a\0b", String(repeating: "k", count: 60_001), "ltfn.names"] {
            let manifest = try Manifest(
                variables: [], metadata: Metadata(unordered: [(key, .string("x"))]))
            let subjects = Set(HDF5Format().losses(writing: manifest).map(\.subject))
            #expect(subjects == [.metadata], "\(key)")
        }
    }
}
