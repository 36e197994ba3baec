import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNInterchange
import TestSupport
import Testing

@Suite("Writing models of ONNX") struct ONNXWriterTests {
    private func tutorial() throws -> Checkpoint {
        try Checkpoint(
            reading: NativeFormat().open(
                Fixtures.source("models/tutorial.ltfn"), limits: .standard))
    }

    /// The types of the nodes of a model, in their order.
    private func types(_ bytes: [UInt8]) throws -> [String] {
        let content = try ONNXContent(MemorySource(bytes), limits: .standard)
        return try #require(try ONNXGraph(content.graph)).nodes.map(\.node.opType)
    }

    private func written(_ checkpoint: Checkpoint) throws -> [UInt8] {
        let sink = MemorySink()
        try ONNXFormat().write(checkpoint, to: sink)
        return sink.bytes
    }

    @Test("a network becomes nodes that runtimes run, and comes back as it was") func network()
        throws
    {
        let checkpoint = try tutorial()
        let bytes = try written(checkpoint)
        #expect(
            try types(bytes) == [
                "Transpose", "Transpose", "Conv", "Relu", "Transpose", "Conv", "Relu", "MaxPool",
                "Transpose", "Conv", "Relu", "Transpose", "Conv", "Relu", "MaxPool", "Transpose",
                "Flatten", "Gemm", "Identity", "Softmax",
            ])
        let again = try ONNXBuilder.read(bytes)
        #expect(again.manifest == checkpoint.manifest)
        #expect(again.tensors.map(\.array) == checkpoint.tensors.map(\.array))
    }

    @Test("in the layout of PyTorch kernels need not be transposed") func pytorch() throws {
        let fixture = try ONNXBuilder.read(Fixtures.bytes("onnx/network.onnx"))
        let bytes = try written(fixture)
        #expect(
            try types(bytes) == [
                "Transpose", "Conv", "Relu", "MaxPool", "Flatten", "Gemm", "Identity", "Softmax",
            ])
        #expect(try ONNXBuilder.read(bytes).manifest == fixture.manifest)
    }

    @Test("a network that does not fit its variables is kept, and that nothing runs it is told")
    func misfit() throws {
        let checkpoint = try tutorial()
        var manifest = try Manifest(
            variables: Array(checkpoint.manifest.variables.dropLast()),
            graph: checkpoint.manifest.graph)
        #expect(ONNXFormat().notes(writing: manifest).count == 1)
        manifest.graph = nil
        #expect(ONNXFormat().notes(writing: manifest).isEmpty)
    }

    @Test("variables that are called as values of the graph keep their names") func collisions()
        throws
    {
        let names = ["input", "logits", "layer1", "layer1_weights/OIHW", "input/NCHW"]
        var checkpoint = try tutorial()
        var variables = checkpoint.manifest.variables
        var tensors: [VariableName: TensorData] = [:]
        for (variable, tensor) in zip(variables, checkpoint.tensors) {
            tensors[variable.name] = tensor
        }
        for name in names {
            let added = try variable(name, .u8, [1])
            variables.append(added)
            tensors[added.name] = try TensorData(added.tensor, values: [1])
        }
        let manifest = try Manifest(
            variables: variables, metadata: checkpoint.manifest.metadata,
            graph: checkpoint.manifest.graph)
        checkpoint = try Checkpoint(
            manifest: manifest, tensors: manifest.variables.map { tensors[$0.name]! })
        let bytes = try written(checkpoint)
        #expect(try ONNXBuilder.read(bytes).manifest == manifest)
        let content = try ONNXContent(MemorySource(bytes), limits: .standard)
        let outputs = try #require(try ONNXGraph(content.graph)).nodes.flatMap(\.node.outputs)
        #expect(Set(outputs).count == outputs.count)
        #expect(Set(outputs).isDisjoint(with: names))
    }

    @Test("what is longer than a message may be has its values in a file beside it")
    func external() throws {
        let specimen = Specimen.small.checkpoint
        let format = ONNXFormat(byteLimit: 64)
        let sink = MemoryFileSetSink(name: "model.onnx")
        #expect(
            format.otherFiles(writing: specimen.manifest, as: "model.onnx") == ["model.onnx.data"])
        var writer = try format.create(sink, manifest: specimen.manifest)
        for index in format.writingOrder(of: specimen.manifest) {
            try writer.write(specimen.tensors[index], at: index)
        }
        try writer.finish()
        let files = MemoryFileSet(sink.files, name: "model.onnx")
        let reader = try format.open(files, limits: .standard)
        #expect(reader.otherFiles == ["model.onnx.data"])
        let again = try Checkpoint(reading: reader)
        #expect(again.manifest == specimen.manifest)
        #expect(again.tensors.map(\.array) == specimen.tensors.map(\.array))
        // Where only one file has room, that is told.
        let alone = formatError { () throws(FormatError) in
            try format.write(specimen, to: MemorySink())
        }
        #expect(alone?.code == .io)
    }

    @Test("values are put into a copy of a model, every other byte of which stays") func insertion()
        throws
    {
        let bytes = try Fixtures.bytes("onnx/network.onnx")
        let model = try ONNXBuilder.read(bytes)
        let bias = try #require(model.manifest[try VariableName("fc.bias")])
        let weights = try #require(model.manifest[try VariableName("conv.weight")])
        let manifest = try Manifest(variables: [bias, weights])
        let insertion = try ONNXInsertion(
            into: SingleFile(MemorySource(bytes)), writing: manifest, limits: .standard)
        #expect(insertion.losses(writing: manifest).isEmpty)
        #expect(insertion.notes(writing: manifest).first?.contains("\"fc.weight\"") == true)
        let values = [UInt8](repeating: 0xA5, count: weights.tensor.byteCount)
        let sink = MemorySink()
        var writer = try insertion.create(sink, manifest: manifest)
        for index in insertion.writingOrder(of: manifest) {
            let tensor = manifest.variables[index].tensor
            try writer.write(
                TensorData(tensor, values: Array(values.prefix(tensor.byteCount))), at: index)
        }
        try writer.finish()
        #expect(sink.bytes.count == bytes.count)
        let changed = zip(sink.bytes, bytes).count { $0 != $1 }
        #expect(changed <= weights.tensor.byteCount + bias.tensor.byteCount)
        let again = try ONNXBuilder.read(sink.bytes)
        #expect(again.manifest == model.manifest)
        #expect(try again.array("conv.weight") == values)
        #expect(try again.array("fc.weight") == model.array("fc.weight"))
        #expect(
            try insertion.open(MemorySource(sink.bytes), limits: .standard).manifest
                == manifest.bare)
    }

    @Test("values that the model has in other files stay there, and the copy is read with them")
    func insertionBeside() throws {
        let model = ONNXBuilder.model(tensors: [
            ONNXBuilder.external("outside", [2], "w.bin"),
            ONNXBuilder.tensor("inside", [3], raw: [UInt8](repeating: 1, count: 12)),
        ])
        let files = MemoryFileSet(
            ["model.onnx": model, "w.bin": [UInt8](repeating: 2, count: 8)], name: "model.onnx")
        let manifest = try Manifest(variables: [variable("inside", .f32, [3])])
        let insertion = try ONNXInsertion(into: files, writing: manifest, limits: .standard)
        #expect(insertion.otherFiles == ["w.bin"])
        #expect(insertion.notes(writing: manifest).last?.contains("\"w.bin\"") == true)
        let sink = MemorySink()
        var writer = try insertion.create(sink, manifest: manifest)
        let values = [UInt8](repeating: 3, count: 12)
        try writer.write(TensorData(manifest.variables[0].tensor, values: values), at: 0)
        try writer.finish()
        let again = try insertion.open(MemorySource(sink.bytes), limits: .standard)
        #expect(again.manifest == manifest)
        #expect(try Checkpoint(reading: again).array("inside") == values)
    }

    @Test("what does not fit a model is told of all variables before anything is written")
    func misfits() throws {
        let bytes = try Fixtures.bytes("onnx/network.onnx")
        let manifest = try Manifest(variables: [
            variable("fc.bias", .f32, [4]), variable("conv.bias", .f16, [2]),
            variable("nothing", .f32, [1]), variable("shape", .i64, [2]),
        ])
        let insertion = try ONNXInsertion(
            into: SingleFile(MemorySource(bytes)), writing: manifest, limits: .standard)
        #expect(
            insertion.losses(writing: manifest).map(\.subject) == [
                .values, .values, .values, .values,
            ])
        let error = formatError { () throws(FormatError) in
            try insertion.create(MemorySink(), manifest: manifest)
        }
        #expect(error?.code == .notRepresentable)
    }
}
