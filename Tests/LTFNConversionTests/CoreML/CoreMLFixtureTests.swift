import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFiles
import LTFNFormats
import LTFNInference
import LTFNInterchange
import LTFNParallel
import TestSupport
import Testing

/// Models that coremltools wrote, by tools/make_coreml_fixtures.py.
@Suite("Models of coremltools") struct CoreMLFixtureTests {
    private func open(_ name: String) throws -> any CheckpointReader {
        try CoreMLFormat().open(Fixtures.source("coreml/" + name), limits: .standard)
    }

    /// What the generator puts into tensors of floats.
    private func floats(_ count: Int, plus offset: Float = 0) -> [Float] {
        (0..<count).map { (Float($0 % 251) - 125) / 64 + offset }
    }

    @Test("weights of every kind of layer are read, under the names of coremltools") func layers()
        throws
    {
        let reader = try open("layers.mlmodel")
        let manifest = reader.manifest
        #expect(manifest.variables.count == 81)
        let shapes = [
            "conv.weights": [6, 2, 2, 3], "conv.bias": [6], "deconv.weights": [4, 6, 2, 3],
            "conv3d.weights": [2, 4, 1, 2, 3], "prelu.PReLU.alpha": [4],
            "softplus.parametricSoftplus.beta": [4], "dense.weights": [3, 4],
            "embedding.weights": [3, 7], "embedding_nd.weights": [3, 7], "norm.variance": [4],
            "scale.scale": [4, 1, 1], "bias.bias": [4], "constant": [2, 3, 1],
            "constant_nd": [2, 1, 3, 2], "rnn.weightMatrix": [3, 4],
            "rnn.recursionMatrix": [3, 3], "gru.outputGateBiasVector": [3],
            "lstm.weightParams.blockInputWeightMatrix": [3, 4],
            "bilstm.weightParams.1.outputGateRecursionMatrix": [3, 3], "matmul.weights": [2, 5],
            "layernorm.gamma": [5], "custom.weights.1": [2], "branch.ifBranch.inner": [2, 2],
        ]
        for (name, shape) in shapes {
            let variable = try manifest[VariableName(name)]
            #expect(variable?.tensor.shape.dimensions == shape, "\(name)")
            #expect(variable?.tensor.dtype == .f32)
        }
        let checkpoint = try Checkpoint(reading: reader)
        for (variable, tensor) in zip(manifest.variables, checkpoint.tensors) {
            // The others are transposed by coremltools, or have a number added.
            guard variable.name.string != "matmul.weights", variable.tensor.shape.rank == 2 else {
                continue
            }
            #expect(try tensor.floats() == floats(tensor.info.shape.elementCount))
        }
        let product = try #require(manifest.index(of: VariableName("matmul.weights")))
        let columns = floats(10)
        #expect(
            try checkpoint.tensors[product].floats()
                == [0, 2, 4, 6, 8, 1, 3, 5, 7, 9].map { columns[$0] })
        let beta = try #require(
            manifest.index(of: VariableName("softplus.parametricSoftplus.beta")))
        #expect(try checkpoint.tensors[beta].floats() == floats(4, plus: 1))
    }

    @Test("quantized values keep their bytes, and what they stand for is metadata") func quantized()
        throws
    {
        let reader = try open("quantized.mlmodel")
        let checkpoint = try Checkpoint(reading: reader)
        for bits in 1...8 {
            for kind in ["linear", "lut"] {
                let name = "\(kind)\(bits).weights"
                let variable = try #require(reader.manifest[VariableName(name)])
                let byteCount = (12 * bits + 7) / 8
                #expect(
                    try checkpoint.array(name)
                        == (0..<byteCount).map { UInt8(truncatingIfNeeded: 37 * $0 + 11) })
                #expect(variable.tensor.dtype == (bits == 8 ? .u8 : .bits8))
                #expect(
                    variable.tensor.shape.dimensions == (bits == 8 ? [2, 6] : [byteCount]))
                #expect(variable.metadata["coreml.bits"] == .u64(UInt64(bits)))
                #expect(
                    variable.metadata["coreml.shape"]
                        == (bits == 8 ? nil : .list([.i64(2), .i64(6)])))
                let key = kind == "lut" ? "coreml.table" : "coreml.scale"
                let count = kind == "lut" ? 1 << bits : 2
                #expect(
                    variable.metadata[key]
                        == .list(floats(count).map { .f64(Double($0)) }))
            }
        }
        #expect(reader.manifest[try VariableName("int8.weights")]?.tensor.dtype == .i8)
        let half = try #require(reader.manifest.index(of: VariableName("half")))
        #expect(reader.manifest.variables[half].tensor.dtype == .f16)
        #expect(try checkpoint.tensors[half].floats() == floats(6))
    }

    @Test("models within a model have its name before theirs, and what has no tensors is told")
    func pipeline() throws {
        let reader = try open("pipeline.mlmodel")
        let names = reader.manifest.variables.map(\.name.string)
        #expect(names.filter { $0.hasPrefix("first/") }.count == 4)
        #expect(names.filter { $0.hasPrefix("model_2/") }.count == 4)
        #expect(reader.notes.contains { $0.contains("1 model without tensors") })
        #expect(reader.manifest.graph == nil)
    }

    @Test("a model of another kind is refused by name") func tree() {
        let error = formatError { () throws(FormatError) in
            try CoreMLBuilder.read((try? Fixtures.bytes("coreml/refused-tree.mlmodel")) ?? [])
        }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("a tree ensemble") == true)
    }

    @Test("a network of coremltools runs, with the logits of its definition") func network() throws
    {
        let reader = try open("image.mlmodel")
        let graph = try #require(reader.manifest.graph)
        #expect(try reader.manifest.recordedKernelLayout() == .pytorch)
        #expect(graph.layers.map(\.name) == ["conv", "relu", "pool", "flatten", "fc"])
        #expect(graph.input.shape.dimensions == [6, 6, 1])
        #expect(graph.input.offset == -0.5)
        #expect(Float(graph.input.scale) == Float(1) / 255)
        #expect(reader.notes.isEmpty)
        #expect(reader.manifest.metadata["coreml.author"] == .string("somebody"))
        #expect(reader.manifest.metadata["coreml.specification_version"] != nil)
        #expect(reader.manifest.metadata["key"] == .string("value"))
        let limits = DecodingLimits.standard
        let parameters = try graph.parameters(
            in: reader, budget: ExpansionBudget(limits, fileByteCount: 1 << 20))
        let session = try InferenceSession(
            graph: graph, parameters: parameters, maximumBatch: 1,
            parallelism: Parallelism(threadCount: 1))
        let pixels = (0..<36).map { UInt8($0 * 7 % 256) }
        let expected: [Float] = [-54.122364, -37.134028, -20.145692]
        for (found, wanted) in zip(try session.logits(pixels: pixels), expected) {
            #expect(abs(found - wanted) < 1e-3)
        }
    }

    @Test("a network that does not say how its pixels are scaled says so") func unscaled() throws {
        let reader = try open("network.mlmodel")
        #expect(reader.manifest.graph?.input.scale == 1.0 / 255)
        #expect(reader.notes.contains { $0.contains("how pixels are scaled") })
    }

    @Test("a package is read: the program's own values, and those of its file of weights")
    func package() throws {
        let path = Fixtures.directory.appendingPathComponent("coreml-package").path
        let file = try ModelFile(path)
        #expect(file.format.traits.name == "coreml")
        let manifest = file.reader.manifest
        let shapes = manifest.variables.map { ($0.name.string, $0.tensor.dtype) }
        #expect(shapes.contains { $0 == ("kernel", .f32) })
        #expect(shapes.contains { $0 == ("gathered", .f16) })
        #expect(shapes.contains { $0 == ("wide.data", .u4) })
        #expect(shapes.contains { $0 == ("conv_strides_0", .i32) })
        #expect(file.otherPaths.count == 3)
        #expect(file.reader.notes.contains { $0.contains("it is an ML program") })
        let checkpoint = try Checkpoint(reading: file.reader)
        func tensor(_ name: String) throws -> TensorData {
            let index = try #require(manifest.index(of: VariableName(name)))
            return checkpoint.tensors[index]
        }
        #expect(try tensor("kernel").floats() == floats(216))
        #expect(try tensor("small_bias").floats() == floats(6))
        #expect(try tensor("wide.scale").floats() == floats(6, plus: 2))
        #expect(try tensor("wide.data").floats() == (0..<24).map { Float((5 * $0) % 16) })
        #expect(try tensor("conv_strides_0").floats() == [2, 1])
        // The model within may be named as well.
        let inner = try ModelFile(path + "/Data/com.apple.CoreML/model.mlmodel")
        #expect(inner.reader.manifest == manifest)
        #expect(inner.otherPaths.count == 1)
    }
}
