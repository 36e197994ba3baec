import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFiles
import LTFNFormat
import LTFNFormats
import LTFNInitializers
import LTFNInterchange
import TestSupport
import Testing

@Suite("The layout of kernels") struct LayoutTests {
    private let directory = TemporaryFolder()

    /// A convolution, a dense layer after a flatten of 2x2x3, and another dense layer.
    private func checkpoint(graph: Bool = true) throws -> Checkpoint {
        let layers = [
            Layer(
                name: "conv",
                operation: .convolution2D(
                    .init(weights: try VariableName("k"), bias: nil, padding: .same))),
            Layer(
                name: "pool",
                operation: .maxPool2D(window: .init(2, 2), strides: .init(2, 2), padding: .valid)),
            Layer(name: "flat", operation: .flatten),
            Layer(name: "first", operation: .dense(weights: try VariableName("f"), bias: nil)),
            Layer(name: "last", operation: .dense(weights: try VariableName("g"), bias: nil)),
        ]
        var checkpoint = Checkpoint()
        func add(_ name: String, _ shape: [Int]) throws {
            let count = shape.reduce(1, *)
            try checkpoint.add(
                variable(name, .f32, shape),
                TensorData(shape: shape, floats: (0..<count).map { Float($0) * 0.25 - 1 }))
        }
        try add("k", [3, 3, 2, 3])
        try add("f", [12, 5])
        try add("g", [5, 4])
        if graph {
            checkpoint.graph = ModelGraph(
                name: "small", input: .init(shape: try TensorShape([4, 4, 2])), layers: layers)
        }
        return checkpoint
    }

    private func write(_ checkpoint: Checkpoint) throws -> String {
        let sink = MemorySink()
        try NativeFormat().write(checkpoint, to: sink)
        directory.put(sink.bytes, "in.ltfn")
        return directory.path("in.ltfn")
    }

    private func convert(
        _ input: String, _ output: String, _ layout: LayoutRequest
    ) throws -> FileConversion {
        var request = FileConversion.Request(input: input, output: directory.path(output))
        request.changes.layout = layout
        request.replacesOutput = true
        return try FileConversion(request)
    }

    private func values(_ path: String) throws -> (manifest: Manifest, values: [String: [Float]]) {
        let reader = try NativeFormat().open(FileSource(path: path), limits: .standard)
        var values: [String: [Float]] = [:]
        for (index, variable) in reader.manifest.variables.enumerated() {
            values[variable.name.string] = try reader.read(index).floats()
        }
        return (reader.manifest, values)
    }

    @Test("every element is where the other framework looks for it") func elements() throws {
        let input = try write(checkpoint())
        let conversion = try convert(input, "out.ltfn", LayoutRequest(to: .pytorch))
        #expect(conversion.problems.isEmpty)
        #expect(try conversion.run()?.verification == .equal)
        let (before, after) = (try values(input), try values(directory.path("out.ltfn")))
        #expect(after.manifest.metadata["ltfn.layout"] == .string("pytorch"))
        #expect(after.manifest[try VariableName("k")]?.tensor.shape.dimensions == [3, 2, 3, 3])
        #expect(after.manifest[try VariableName("f")]?.tensor.shape.dimensions == [5, 12])
        let (k, f) = (try #require(before.values["k"]), try #require(before.values["f"]))
        for h in 0..<3 {
            for w in 0..<3 {
                for i in 0..<2 {
                    for o in 0..<3 {
                        #expect(
                            after.values["k"]?[((o * 2 + i) * 3 + h) * 3 + w]
                                == k[((h * 3 + w) * 2 + i) * 3 + o])
                    }
                }
            }
        }
        for h in 0..<2 {
            for w in 0..<2 {
                for c in 0..<3 {
                    for o in 0..<5 {
                        #expect(
                            after.values["f"]?[o * 12 + (c * 2 + h) * 2 + w]
                                == f[((h * 2 + w) * 3 + c) * 5 + o])
                    }
                }
            }
        }
        for i in 0..<5 {
            for o in 0..<4 {
                #expect(after.values["g"]?[o * 5 + i] == before.values["g"]?[i * 4 + o])
            }
        }
    }

    @Test("there, there again and back is the same", arguments: KernelLayout.allCases.dropFirst())
    func thereAndBack(layout: KernelLayout) throws {
        let input = try write(checkpoint())
        #expect(try convert(input, "a.ltfn", LayoutRequest(to: layout)).run() != nil)
        let (first, second) = (directory.path("a.ltfn"), directory.path("b.ltfn"))
        #expect(try convert(first, "b.ltfn", LayoutRequest(to: layout)).run() != nil)
        #expect(try values(first).values == values(second).values)
        #expect(try convert(second, "c.ltfn", LayoutRequest(to: .tensorflow)).run() != nil)
        let (before, after) = (try values(input), try values(directory.path("c.ltfn")))
        #expect(before.values == after.values)
        #expect(before.manifest == after.manifest)
    }

    @Test("a network gives the same in every layout", arguments: KernelLayout.allCases.dropFirst())
    func forward(layout: KernelLayout) throws {
        let input = try write(checkpoint())
        var request = FileConversion.Request(input: input, output: directory.path("a.ltfn"))
        request.changes.layout = LayoutRequest(to: layout)
        request.verification = .forward
        let outcome = try #require(try FileConversion(request).run())
        #expect(outcome.verification == .equal)
        #expect(outcome.forward?.layers.map(\.relative) == [0, 0, 0, 0])
        #expect(outcome.forward?.samePredictionCount == 16)
    }

    @Test("without a graph nothing is guessed") func guesses() throws {
        let input = try write(checkpoint(graph: false))
        let unknown = try convert(input, "a.ltfn", LayoutRequest(to: .pytorch))
        #expect(remedies(unknown) == [.nameSourceLayout])
        var layout = LayoutRequest(to: .pytorch, from: .tensorflow)
        #expect(remedies(try convert(input, "a.ltfn", layout)) == [.nameFlattens])
        layout.flattens = [
            FlattenRule(height: 2, width: 2, channels: 4, pattern: GlobPattern("f"))
        ]
        #expect(try convert(input, "a.ltfn", layout).problems.count == 1)
        layout.flattens = [
            FlattenRule(height: 2, width: 2, channels: 3, pattern: GlobPattern("f"))
        ]
        #expect(try convert(input, "a.ltfn", layout).run()?.verification == .equal)
        let whole = try write(checkpoint())
        #expect(try convert(whole, "b.ltfn", LayoutRequest(to: .pytorch)).run() != nil)
        #expect(
            try values(directory.path("a.ltfn")).values == values(directory.path("b.ltfn")).values)
        #expect(
            try values(directory.path("a.ltfn")).manifest.metadata["ltfn.layout"]
                == .string("pytorch"))
    }

    @Test("what is no kernel stays") func noKernels() throws {
        let input = try write(checkpoint(graph: false))
        var layout = LayoutRequest(to: .mlx, from: .tensorflow)
        layout.kept = [GlobPattern("f"), GlobPattern("g")]
        #expect(try convert(input, "a.ltfn", layout).run()?.verification == .equal)
        let shapes = try values(directory.path("a.ltfn")).manifest.variables.map {
            $0.tensor.shape.dimensions
        }
        #expect(shapes == [[12, 5], [5, 4], [3, 3, 3, 2]])
    }

    @Test("the file's own record counts") func records() throws {
        var checkpoint = try checkpoint()
        checkpoint.metadata["ltfn.layout"] = .string("caffe")
        let unknown = try convert(try write(checkpoint), "a.ltfn", LayoutRequest(to: .pytorch))
        #expect(unknown.problems.count == 1)
        checkpoint.metadata["ltfn.layout"] = .string("tensorflow")
        let other = try convert(
            try write(checkpoint), "a.ltfn", LayoutRequest(to: .tensorflow, from: .pytorch))
        #expect(other.problems.count == 1)
    }

    @Test("initializers whose values move stay as descriptions") func initializers() throws {
        var checkpoint = Checkpoint()
        let name = try VariableName("w")
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([3, 3, 2, 2]))
        for (name, recipe) in [("w", InitializerRecipe.heNormal), ("z", .zeros)] {
            let (tensor, spec) = try Initializer.fill(info, with: recipe, seed: 1, stream: 2)
            try checkpoint.add(
                variable(name, .f32, [3, 3, 2, 2], initializer: spec), tensor)
        }
        let input = try write(checkpoint)
        var layout = LayoutRequest(to: .pytorch, from: .tensorflow)
        layout.flattens = []
        #expect(try convert(input, "a.ltfn", layout).run()?.verification == .equal)
        let after = try values(directory.path("a.ltfn")).manifest
        #expect(after[name]?.initializer?.recipe == .heNormal)
        #expect(after[name]?.initializer?.isReproducible == false)
        #expect(after[try VariableName("z")]?.initializer?.isReproducible == true)
        // Through another framework and another layout, and back: the same file.
        for (file, target) in [("b.pt", KernelLayout.mlx), ("c.safetensors", .tensorflow)] {
            layout = LayoutRequest(to: target)
            layout.flattens = []
            let source = directory.path(file == "b.pt" ? "a.ltfn" : "b.pt")
            #expect(try convert(source, file, layout).run()?.verification == .equal)
        }
        let request = FileConversion.Request(
            input: directory.path("c.safetensors"), output: directory.path("d.ltfn"))
        #expect(try FileConversion(request).run()?.verification == .equal)
        let (first, last) = (try values(input), try values(directory.path("d.ltfn")))
        #expect(last.manifest.variables == first.manifest.variables)
        #expect(last.values == first.values)
    }

    @Test("initial values that were rounded on the way do not come back as if they were the old")
    func rounded() throws {
        var checkpoint = Checkpoint()
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([3, 3, 2, 2]))
        let (tensor, spec) = try Initializer.fill(info, with: .heNormal, seed: 1, stream: 2)
        try checkpoint.add(variable("w", .f32, [3, 3, 2, 2], initializer: spec), tensor)
        let input = try write(checkpoint)
        var request = FileConversion.Request(input: input, output: directory.path("a.ltfn"))
        request.changes.layout = LayoutRequest(to: .pytorch, from: .tensorflow)
        request.changes.layout?.flattens = []
        #expect(try FileConversion(request).run() != nil)
        request.changes.layout = LayoutRequest(to: .tensorflow)
        request.changes.layout?.flattens = []
        request.changes.dtypes = [try #require(DTypeRule(.f16))]
        (request.input, request.output) = (request.output, directory.path("b.ltfn"))
        #expect(try FileConversion(request).run() != nil)
        let after = try values(request.output).manifest.variables[0]
        #expect(after.initializer?.isReproducible == false && after.metadata.isEmpty)
    }

    private func converted(
        _ input: String, _ output: String, _ changes: Changes = Changes()
    ) throws -> (path: String, layout: MetadataValue?) {
        var request = FileConversion.Request(input: input, output: directory.path(output))
        request.changes = changes
        request.allowedLosses = [.graph]
        #expect(try FileConversion(request).run()?.verification == .equal)
        let file = try ModelFile(request.output)
        return (request.output, file.reader.manifest.metadata["ltfn.layout"])
    }

    @Test("kernels that keep a layout which the output's readers would not expect say so")
    func kept() throws {
        let input = try write(checkpoint(graph: false))
        // What TensorFlow has nothing tells otherwise, and PyTorch has another order.
        let first = try converted(input, "a.index")
        #expect(first.layout == nil)
        let second = try converted(first.path, "b.pt")
        #expect(second.layout == .string("tensorflow"))
        let third = try converted(second.path, "c.ltfn")
        #expect(third.layout == .string("tensorflow"))
        let back = try converted(third.path, "d.index")
        #expect(back.layout == nil)
        var changes = Changes()
        changes.layout = LayoutRequest(to: .pytorch)
        changes.layout?.flattens = []
        let permuted = try ModelFile(try converted(second.path, "e.pt", changes).path)
        #expect(
            permuted.reader.manifest[try VariableName("k")]?.tensor.shape.dimensions
                == [3, 2, 3, 3])
        // Their own order is that of PyTorch now, which a .pt need not say, and TensorFlow's does.
        #expect(try converted(directory.path("e.pt"), "f.pt").layout == nil)
        #expect(try converted(directory.path("e.pt"), "g.index").layout == .string("pytorch"))
    }

    @Test("a graph that is left out told the layout, which is recorded then") func lostGraph()
        throws
    {
        let input = try write(checkpoint())
        var request = FileConversion.Request(input: input, output: directory.path("a.pt"))
        request.selection.patterns = [GlobPattern("f")]
        request.allowedLosses = [.graph]
        #expect(try FileConversion(request).run()?.verification == .equal)
        let file = try ModelFile(request.output)
        #expect(file.reader.manifest.metadata["ltfn.layout"] == .string("tensorflow"))
        // The shapes of the others are still there to tell what it is.
        request.changes.layout = LayoutRequest(to: .pytorch)
        request.output = directory.path("b.pt")
        #expect(try FileConversion(request).run()?.verification == .equal)
        let permuted = try ModelFile(request.output).reader.manifest
        #expect(permuted[try VariableName("f")]?.tensor.shape.dimensions == [5, 12])
    }

    @Test("what an optimizer keeps for a kernel has its order") func slots() throws {
        var checkpoint = try checkpoint()
        try checkpoint.add(
            variable("k/momentum", .f32, [3, 3, 2, 3]),
            TensorData(shape: [3, 3, 2, 3], floats: (0..<54).map(Float.init)))
        let conversion = try convert(
            try write(checkpoint), "a.ltfn", LayoutRequest(to: .pytorch))
        #expect(try conversion.run()?.verification == .equal)
        let after = try values(directory.path("a.ltfn"))
        #expect(
            after.manifest[try VariableName("k/momentum")]?.tensor.shape.dimensions
                == [3, 2, 3, 3])
        #expect(after.values["k/momentum"]?.prefix(3) == [0, 6, 12])
    }

    @Test("rules for kernels that fit nothing, or that a graph leaves nothing to do, are refused")
    func uselessRules() throws {
        var layout = LayoutRequest(to: .pytorch, from: .tensorflow)
        layout.flattens = []
        layout.kept = [GlobPattern("embed*")]
        let graphless = try write(checkpoint(graph: false))
        #expect(try convert(graphless, "a.ltfn", layout).problems.count == 1)
        let whole = try write(checkpoint())
        layout.source = nil
        #expect(remedies(try convert(whole, "a.ltfn", layout)) == [.leaveOutKernelRules])
        // A pattern for a layer takes its kernel, not its bias.
        var checkpoint = try checkpoint(graph: false)
        try checkpoint.add(
            variable("f2", .f32, [5]), TensorData(shape: [5], floats: [1, 2, 3, 4, 5]))
        layout = LayoutRequest(to: .pytorch, from: .tensorflow)
        layout.flattens = [
            FlattenRule(height: 2, width: 2, channels: 3, pattern: GlobPattern("f*"))
        ]
        #expect(
            try convert(try write(checkpoint), "b.ltfn", layout).run()?.verification == .equal)
    }

    @Test("a preset's network can be run before it is there, and its names are those of the rules")
    func preset() throws {
        let (path, _) = try converted(
            Fixtures.directory.appendingPathComponent("models/tutorial.ltfn").path, "a.safetensors")
        var request = FileConversion.Request(input: path, output: directory.path("b.npz"))
        request.allowedLosses = Set(FormatLoss.Subject.allCases)
        #expect(try FileConversion(request).run() != nil)
        request = FileConversion.Request(
            input: directory.path("b.npz"), output: directory.path("c.ltfn"))
        request.changes.preset = .tutorial
        request.changes.names = [try NameRule(old: "layer*", new: "l*")]
        request.verification = .forward
        let outcome = try #require(try FileConversion(request).run())
        #expect(outcome.verification == .equal && outcome.forward != nil)
        let after = try ModelFile(request.output).reader.manifest
        #expect(after[try VariableName("l4_bias")] != nil && after.graph != nil)
    }

    @Test("keys of the toolkit's own records cannot be set") func reserved() throws {
        var request = FileConversion.Request(
            input: try write(checkpoint()), output: directory.path("a.ltfn"))
        request.changes.metadata = [MetadataRule(key: "ltfn.layout", value: "pytorch")]
        #expect(try FileConversion(request).problems.count == 1)
    }

    private func remedies(_ conversion: FileConversion) -> [FormatError.Remedy?] {
        conversion.problems.map { problem in
            if case .change(let problem) = problem { problem.remedy } else { nil }
        }
    }
}
