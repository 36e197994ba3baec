import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Models that Keras wrote") struct KerasTests {
    private func archive() throws -> any CheckpointReader {
        try KerasFormat().open(Fixtures.source("keras/sequential.keras"), limits: .standard)
    }

    private func legacy() throws -> any CheckpointReader {
        try HDF5Format().open(Fixtures.source("hdf5/legacy.h5"), limits: .standard)
    }

    private func names(
        _ kernel: String, _ bias: String, _ second: String, _ dense: String, _ last: String
    ) throws -> [VariableName] {
        try [kernel, bias, second, dense, last].map { try VariableName($0) }
    }

    private func graph(_ names: [VariableName]) throws -> ModelGraph {
        ModelGraph(
            name: "tiny",
            input: ModelGraph.Input(
                shape: try TensorShape([6, 6, 1]), scale: 1.0 / 255, offset: 0),
            layers: [
                Layer(
                    name: "conv2d",
                    operation: .convolution2D(
                        Layer.Convolution2D(weights: names[0], bias: names[1], padding: .same))),
                Layer(name: "conv2d_relu", operation: .relu),
                Layer(
                    name: "max_pooling2d",
                    operation: .maxPool2D(
                        window: Layer.Size2D(2, 2), strides: Layer.Size2D(2, 2), padding: .valid)),
                Layer(
                    name: "conv2d_1",
                    operation: .convolution2D(
                        Layer.Convolution2D(weights: names[2], bias: nil, padding: .valid))),
                Layer(name: "re_lu", operation: .relu),
                Layer(name: "flatten", operation: .flatten),
                Layer(name: "dense", operation: .dense(weights: names[3], bias: names[4])),
            ])
    }

    @Test("a whole model brings its network, and what filled it at first") func whole() throws {
        let manifest = try archive().manifest
        let names = try names(
            "layers/conv2d/vars/0", "layers/conv2d/vars/1", "layers/conv2d_1/vars/0",
            "layers/dense/vars/0", "layers/dense/vars/1")
        #expect(manifest.variables.map(\.name) == names)
        #expect(try manifest.graph == graph(names))
        #expect(
            manifest.variables.map { $0.initializer?.recipe } == [
                .heNormal, .zeros, .glorotUniform, .glorotUniform, .zeros,
            ])
        #expect(manifest[names[0]]?.initializer?.seed == 7)
        #expect(manifest[names[0]]?.initializer?.evidence == .descriptive)
        #expect(manifest.metadata["keras_version"] == .string("3.15.1"))
    }

    @Test("a model of before .keras brings the same") func before() throws {
        let manifest = try legacy().manifest
        let names = try names(
            "model_weights/conv2d/tiny/conv2d/kernel", "model_weights/conv2d/tiny/conv2d/bias",
            "model_weights/conv2d_1/tiny/conv2d_1/kernel",
            "model_weights/dense/tiny/dense/kernel", "model_weights/dense/tiny/dense/bias")
        #expect(Set(manifest.variables.map(\.name)) == Set(names))
        #expect(try manifest.graph == graph(names))
        #expect(manifest[names[0]]?.initializer?.recipe == .heNormal)
    }

    @Test("the values of both are the same, and those of the weights alone") func values() throws {
        let weights = try HDF5Format().open(
            Fixtures.source("hdf5/sequential.weights.h5"), limits: .standard)
        #expect(weights.manifest.graph == nil)
        let (first, second) = (try archive(), try legacy())
        let graphs = try (#require(first.manifest.graph), #require(second.manifest.graph))
        for (name, other) in zip(graphs.0.variableNames, graphs.1.variableNames) {
            let one = try first.read(#require(first.manifest.index(of: name)))
            let two = try second.read(#require(second.manifest.index(of: other)))
            let three = try weights.read(#require(weights.manifest.index(of: name)))
            #expect(one.array == two.array)
            #expect(one.array == three.array)
            #expect(one.array.prefix(4) == [0, 0, 0x80, 0xBF])
        }
    }

    @Test("what is damaged in an archive is found by its checksum") func checksum() throws {
        var bytes = try Fixtures.bytes("keras/sequential.keras")
        try archive().verifyRest()
        let reader = try archive()
        let stored = try #require(try reader.stored(0))
        // Where the values of the first variable are in the archive.
        let values = try stored.source.read(at: stored.offset, byteCount: stored.byteCount)
        let place = try #require(
            bytes.indices.first { bytes[$0...].starts(with: values) })
        bytes[place] ^= 1
        let error = formatError { () throws(FormatError) in
            try KerasFormat().open(MemorySource(bytes), limits: .standard).verifyRest()
        }
        #expect(error?.code == .checksumMismatch)
    }
}
