import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormat
import LTFNInterchange
import TestSupport
import Testing

@Suite("Writing models of Core ML") struct CoreMLWriterTests {
    /// The tutorial's network with its kernels as Core ML has them.
    private func tutorial() throws -> (Checkpoint, bytes: [UInt8]) {
        let folder = TemporaryFolder()
        var request = FileConversion.Request(
            input: Repository.url("Fixtures/models/tutorial.ltfn").path,
            output: folder.path("t.mlmodel"))
        request.verification = .none
        let conversion = try FileConversion(request)
        #expect(conversion.problems.isEmpty)
        #expect(conversion.announcements.contains { $0.contains("to pytorch layout") })
        _ = try conversion.run()
        let bytes = [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: folder.path("t.mlmodel"))))
        return (try CoreMLBuilder.read(bytes), bytes)
    }

    /// Of a model its layers: what they are, and which values they take and make.
    private func layers(_ bytes: [UInt8]) throws -> [CoreMLLayer] {
        let content = try CoreMLContent(MemorySource(bytes), limits: .standard)
        let network = try #require(content.network)
        return try network.layers()
    }

    @Test("a network becomes layers that apps run, its kernels as Core ML has them") func network()
        throws
    {
        let (checkpoint, bytes) = try tutorial()
        let layers = try layers(bytes)
        let kinds = layers.map(\.kind)
        #expect(
            kinds == [100, 130, 100, 130, 120, 100, 130, 100, 130, 120, 301, 140, 175])
        #expect(layers.first?.inputs == ["image"])
        #expect(layers.suffix(2).map(\.outputs) == [["logits"], ["probabilities"]])
        for (layer, next) in zip(layers, layers.dropFirst()) {
            #expect(next.inputs == layer.outputs)
        }
        let kernel = checkpoint.manifest[try VariableName("layer2_weights")]
        #expect(kernel?.tensor.shape.dimensions == [64, 64, 3, 3])
        let dense = checkpoint.manifest[try VariableName("fully_connected_weights")]
        #expect(dense?.tensor.shape.dimensions == [10, 6272])
        #expect(try checkpoint.manifest.recordedKernelLayout() == .pytorch)
    }

    @Test("the way there and back leads to the same file") func back() throws {
        let original = Repository.url("Fixtures/models/tutorial.ltfn").path
        let folder = TemporaryFolder()
        var there = FileConversion.Request(input: original, output: folder.path("t.mlmodel"))
        there.verification = .bits
        #expect(try FileConversion(there).run()?.verification == .equal)
        var back = FileConversion.Request(
            input: folder.path("t.mlmodel"), output: folder.path("t.ltfn"))
        back.changes.layout = LayoutRequest(to: .tensorflow)
        #expect(try FileConversion(back).run()?.verification == .equal)
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder.path("t.ltfn")))
                == Data(contentsOf: URL(fileURLWithPath: original)))
    }

    @Test("in another layout only values are kept, and that is told") func layout() throws {
        let checkpoint = try Checkpoint(
            reading: NativeFormat().open(
                Fixtures.source("models/tutorial.ltfn"), limits: .standard))
        let notes = CoreMLFormat().notes(writing: checkpoint.manifest)
        #expect(notes.count == 1)
        #expect(notes.first?.contains("in the layout of tensorflow") == true)
        let sink = MemorySink()
        try CoreMLFormat().write(checkpoint, to: sink)
        let again = try CoreMLBuilder.read(sink.bytes)
        #expect(again.manifest == checkpoint.manifest)
        #expect(Set(try layers(sink.bytes).map(\.kind)) == [1070])
    }

    @Test("a network of which variables are missing is written as values") func part() throws {
        let folder = TemporaryFolder()
        var request = FileConversion.Request(
            input: Repository.url("Fixtures/models/tutorial.ltfn").path,
            output: folder.path("t.mlmodel"))
        request.selection.patterns = [GlobPattern("layer1_*")]
        request.allowedLosses = [.graph]
        let conversion = try FileConversion(request)
        #expect(conversion.problems.isEmpty)
    }

    /// A network of one layer on images of so many channels.
    private func small(
        channels: Int, scale: Double = 1, offset: Double = 0, names: [String] = ["w", "b"],
        extra: [String] = []
    ) throws -> Checkpoint {
        let graph = ModelGraph(
            name: "small",
            input: ModelGraph.Input(
                shape: try TensorShape([2, 3, channels]), scale: scale, offset: offset),
            layers: [
                Layer(name: "flatten", operation: .flatten),
                Layer(
                    name: "logits",
                    operation: .dense(
                        weights: try VariableName(names[0]), bias: try VariableName(names[1]))),
            ])
        var variables = [
            try variable(names[0], .f32, [4, 6 * channels]), try variable(names[1], .f32, [4]),
        ]
        for name in extra { variables.append(try variable(name, .f16, [2])) }
        return try Specimen(
            "small", metadata: [KernelLayout.metadataKey: .string("pytorch")], graph: graph,
            variables
        ).checkpoint
    }

    private func written(_ checkpoint: Checkpoint) throws -> [UInt8] {
        let sink = MemorySink()
        try CoreMLFormat().write(checkpoint, to: sink)
        return sink.bytes
    }

    @Test("images of one and of three channels go in as images, others as arrays that are scaled")
    func inputs() throws {
        for (channels, input) in [(1, "image"), (3, "image"), (2, "input")] {
            let checkpoint = try small(channels: channels, scale: 0.25, offset: -1)
            let bytes = try written(checkpoint)
            let layers = try layers(bytes)
            #expect(layers.first?.inputs == [input])
            #expect((layers.first?.kind == 130) == (channels == 2))
            #expect(try CoreMLBuilder.read(bytes).manifest == checkpoint.manifest)
            // What the model itself says is the same network.
            let plain = try CoreMLBuilder.read(withoutRecord(bytes)).manifest
            #expect(plain.graph?.input == checkpoint.manifest.graph?.input)
            #expect(plain.graph?.layers.map(\.name) == ["flatten", "logits"])
            #expect(plain.variables.map(\.name.string) == ["logits.bias", "logits.weights"])
        }
    }

    /// The same model under another key than that of the records.
    private func withoutRecord(_ bytes: [UInt8]) -> [UInt8] {
        var text = bytes
        for key in ["ltfn.manifest", "ltfn.names"] {
            let mark = Array(key.utf8)
            for start in text.indices.dropLast(mark.count)
            where text[start] == mark[0] && text[start..<start + mark.count].elementsEqual(mark) {
                text[start] = UInt8(ascii: "x")
            }
        }
        return text
    }

    @Test("variables that no layer uses are constants, and all keep their names") func names()
        throws
    {
        let extra = ["logits", "logits.weights", "softmax", "image", "logits.weights~2"]
        let checkpoint = try small(channels: 1, names: ["logits.bias", "flatten"], extra: extra)
        let bytes = try written(checkpoint)
        let again = try CoreMLBuilder.read(bytes)
        #expect(again.manifest == checkpoint.manifest)
        #expect(again.tensors.map(\.array) == checkpoint.tensors.map(\.array))
        let layers = try layers(bytes)
        #expect(Set(layers.map(\.name)).count == layers.count)
        #expect(Set(layers.flatMap(\.outputs)).count == layers.count)
    }

    @Test("layers that share a kernel are told, and written as values") func shared() throws {
        var checkpoint = try small(channels: 1)
        var manifest = checkpoint.manifest
        manifest.graph?.layers.append(Layer(name: "relu", operation: .relu))
        #expect(CoreMLFormat().notes(writing: manifest).isEmpty)
        guard let dense = manifest.graph?.layers[1] else { return }
        manifest.graph?.layers[1] = Layer(
            name: "one", operation: .dense(weights: try VariableName("v"), bias: nil))
        manifest.graph?.layers.append(dense)
        let square = try variable("v", .f32, [6, 6])
        manifest = try Manifest(
            variables: manifest.variables + [square], metadata: manifest.metadata,
            graph: manifest.graph)
        #expect(CoreMLFormat().notes(writing: manifest).isEmpty)
        manifest.graph?.layers.insert(
            Layer(name: "two", operation: .dense(weights: try VariableName("v"), bias: nil)), at: 2)
        let notes = CoreMLFormat().notes(writing: manifest)
        #expect(notes.first?.contains("two layers share \"v\"") == true)
        checkpoint = try Specimen(
            "shared", metadata: manifest.metadata, graph: manifest.graph, manifest.variables
        ).checkpoint
        #expect(try CoreMLBuilder.read(written(checkpoint)).manifest == manifest)
    }

    @Test("a key of the metadata that is taken is a loss, and what is too long is refused")
    func losses() throws {
        let taken = try Manifest(
            variables: [], metadata: ["ltfn.names": .string("{}")])
        #expect(CoreMLFormat().losses(writing: taken).map(\.subject) == [.metadata])
        let long = try Manifest(variables: [variable("w", .f32, [1 << 29])])
        #expect(CoreMLFormat().losses(writing: long).map(\.subject) == [.values])
        let error = formatError { () throws(FormatError) in
            try CoreMLFormat().create(MemorySink(), manifest: long)
        }
        #expect(error?.code == .notRepresentable)
    }

    @Test("a package cannot be written, and that is said") func package() {
        let request = FileConversion.Request(
            input: Repository.url("Fixtures/models/tutorial.ltfn").path, output: "t.mlpackage")
        let error = formatError { () throws(FormatError) in try FileConversion(request) }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("Packages of Core ML can be read but not written") == true)
    }
}
