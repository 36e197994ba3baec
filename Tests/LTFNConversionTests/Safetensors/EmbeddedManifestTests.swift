import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

/// What safetensors files say of initializers and graph in their metadata.
@Suite("ltfn.manifest in safetensors metadata") struct EmbeddedManifestTests {
    /// A file with one f32 tensor `w` of shape [2] and this document.
    private func manifest(_ document: JSONValue, beside: [JSONMember] = []) throws(FormatError)
        -> Manifest
    {
        try manifest(text: document.rendered(), beside: beside)
    }

    private func manifest(text: String, beside: [JSONMember] = []) throws(FormatError) -> Manifest {
        try open(text: text, beside: beside).manifest
    }

    private func open(
        text: String, beside: [JSONMember] = []
    ) throws(FormatError) -> any CheckpointReader {
        let header: JSONValue = .object([
            JSONMember(
                "__metadata__", .object([JSONMember("ltfn.manifest", .string(text))] + beside)),
            JSONMember("w", ["dtype": "F32", "shape": [2], "data_offsets": [0, 8]]),
        ])
        let rendered = Array(header.rendered().utf8)
        var writer = ByteWriter()
        writer.u64(UInt64(rendered.count))
        writer.append(rendered)
        writer.zeros(8)
        return try SafetensorsFormat().open(MemorySource(writer.bytes), limits: .standard)
    }

    /// What is lost of the record; the tensor is read whatever it says.
    private func lost(
        _ members: KeyValuePairs<String, JSONValue>
    ) throws -> [FormatLoss.Subject] {
        var all = members.map { JSONMember($0.key, $0.value) }
        all.append(JSONMember("schema", "ltfn.manifest/1"))
        return try lost(text: JSONValue.object(all).rendered())
    }

    private func lost(text: String) throws -> [FormatLoss.Subject] {
        let reader = try open(text: text)
        #expect(reader.manifest.variables.map(\.name.string) == ["w"])
        #expect(try reader.read(0).info.byteCount == 8)
        for loss in reader.losses where loss.subject != .graph {
            #expect(loss.reason.contains("\"ltfn.manifest\""))
        }
        return reader.losses.map(\.subject)
    }

    private func lost(initializer: JSONValue) throws -> [FormatLoss.Subject] {
        try lost(["variables": ["w": ["dtype": "f32", "shape": [2], "initializer": initializer]]])
    }

    @Test("a document is understood whole") func whole() throws {
        let found = try manifest([
            "schema": "ltfn.manifest/1",
            "metadata": ["steps": 5, "rate": 0.1, "big": ["u64": .uint(.max)]],
            "graph": [
                "name": "net", "input": ["shape": [2], "scale": 1.0, "offset": 0.0],
                "layers": [["name": "l", "operation": "dense", "weights": "w"]],
            ],
            "variables": [
                "w": [
                    "dtype": "f32", "shape": [2],
                    "initializer": ["recipe": "constant", "value": 0.5, "seed": 1, "stream": 2],
                ]
            ],
        ])
        #expect(found.metadata == ["steps": .i64(5), "rate": .f64(0.1), "big": .u64(.max)])
        #expect(found.graph?.layers.count == 1)
        let initializer = try #require(found.variables[0].initializer)
        #expect(initializer == InitializerSpec(recipe: .constant(0.5), seed: 1, stream: 2))
    }

    @Test("an integer is told from another number by its spelling, zero too") func minusZero()
        throws
    {
        let text = """
            {"schema":"ltfn.manifest/1","metadata":{"float":-0.0,"integer":-0,"list":[-0],\
            "power":-0e0}}
            """
        let metadata = try manifest(text: text).metadata
        #expect(metadata["integer"] == .i64(0) && metadata["list"] == .list([.i64(0)]))
        #expect(metadata["float"] == .f64(-0.0) && metadata["power"] == .f64(-0.0))
    }

    @Test("what was added for other programs is left out, what they changed is kept")
    func added() throws {
        let document: JSONValue = ["schema": "ltfn.manifest/1", "added": ["format": "pt"]]
        func found(_ format: JSONValue) throws -> Metadata {
            try manifest(document, beside: [JSONMember("format", format)]).metadata
        }
        #expect(try found("pt") == [:])
        #expect(try found("mlx") == ["format": .string("mlx")])
        #expect(try lost(["added": ["format"]]) == [.metadata])
    }

    @Test("many keys that were added are left out in no square of time") func manyAdded() throws {
        let keys = (0..<150_000).map { JSONMember("k\($0)", "v") }
        let document: JSONValue = ["schema": "ltfn.manifest/1", "added": .object(keys)]
        let start = ContinuousClock.now
        #expect(try manifest(document, beside: keys).metadata.isEmpty)
        #expect(ContinuousClock.now - start < .seconds(8))
    }

    @Test(
        "a file with a document names its framework, once and without a trace",
        arguments: [nil, "tf"])
    func framework(own: String?) throws {
        let tensor = try TensorData(shape: [2], floats: [1, 2])
        let variable = VariableInfo(
            name: try VariableName("w"), tensor: tensor.info,
            initializer: InitializerSpec(recipe: .zeros))
        let metadata: Metadata = own.map { ["format": .string($0)] } ?? [:]
        let checkpoint = try Checkpoint(
            manifest: Manifest(variables: [variable], metadata: metadata), tensors: [tensor])
        let sink = MemorySink()
        try SafetensorsFormat().write(checkpoint, to: sink)
        let text = String(decoding: sink.bytes, as: UTF8.self)
        #expect(text.contains(#""__metadata__":{"format":"\#(own ?? "pt")","ltfn.manifest""#))
        let reader = try SafetensorsFormat().open(MemorySource(sink.bytes), limits: .standard)
        #expect(reader.manifest == checkpoint.manifest)

        let set = MemoryFileSetSink(name: "m.safetensors.index.json")
        let format = ShardedSafetensorsFormat(shardByteCount: 8)
        var writer = try format.create(set, manifest: checkpoint.manifest)
        try writer.write(tensor, at: 0)
        try writer.finish()
        let part = try #require(set.files["m-00001-of-00001.safetensors"])
        #expect(
            String(decoding: part, as: UTF8.self).contains(
                #""__metadata__":{"format":"\#(own ?? "pt")""#))
        let files = MemoryFileSet(set.files, name: set.name)
        #expect(try format.open(files, limits: .standard).manifest == checkpoint.manifest)
    }

    @Test(
        "what is no such document is lost whole, and told",
        arguments: [
            "", "x", "{}", "[]", "{\"schema\":1}", "{\"schema\":\"ltfn.manifest/2\"}",
            "{\"schema\":\"ltfn.manifest/1\",\"more\":1}",
        ])
    func noDocument(text: String) throws {
        #expect(try lost(text: text) == [.metadata])
    }

    @Test("what is not understood of a variable is lost, and nothing else") func closed() throws {
        #expect(
            try lost(["variables": ["w": ["dtype": "f32", "shape": [2], "more": 1]]])
                == [.initializer])
        #expect(try lost(initializer: ["recipe": "zeros", "seed": 1, "stream": 2]) == [])
        for initializer in [
            ["recipe": "zeros", "seed": 1, "stream": 2, "x": 1], ["recipe": "zeros", "seed": 1],
            ["recipe": "magic", "seed": 1, "stream": 2],
            ["recipe": "zeros", "seed": -1, "stream": 2],
            ["recipe": "constant", "seed": 1, "stream": 2],
            ["recipe": "constant", "value": 1, "seed": 1, "stream": 2],
            ["recipe": "zeros", "seed": 1, "stream": 2, "fans": [1]],
            [
                "recipe": "zeros", "seed": 1, "stream": 2,
                "reproducible": ["algorithm_version": 1, "digest": "00"],
            ],
        ] as [JSONValue] {
            #expect(try lost(initializer: initializer) == [.initializer])
        }
    }

    @Test("what no longer fits the file is lost by the name of its variable") func fit() throws {
        let initializer: JSONValue = ["recipe": "zeros", "seed": 1, "stream": 2]
        func lost(_ name: String, _ dtype: String, _ shape: JSONValue) throws -> [String] {
            let document: JSONValue = [
                "schema": "ltfn.manifest/1",
                "variables": .object([
                    JSONMember(
                        name,
                        ["dtype": .string(dtype), "shape": shape, "initializer": initializer])
                ]),
            ]
            let reader = try open(text: document.rendered())
            #expect((reader.manifest.variables[0].initializer == nil) == !reader.losses.isEmpty)
            return reader.losses.compactMap(\.variable?.string)
        }
        #expect(try lost("w", "f32", [2]) == [])
        #expect(try lost("v", "f32", [2]) == ["v"])
        #expect(try lost("w", "f64", [2]) == ["w"])
        #expect(try lost("w", "f32", [2, 1]) == ["w"])
    }

    @Test("a graph that uses what is not there is lost", arguments: ["w", "v"])
    func graph(weights: String) throws {
        let lost = try lost([
            "graph": [
                "name": "net", "input": ["shape": [2], "scale": 1.0, "offset": 0.0],
                "layers": [
                    ["name": "l", "operation": "dense", "weights": .string(weights)]
                ],
            ]
        ])
        #expect(lost == (weights == "w" ? [] : [.graph]))
    }

    @Test("of metadata inside and outside, what stands outside counts") func twice() throws {
        let document: JSONValue = ["schema": "ltfn.manifest/1", "metadata": ["a": 1]]
        #expect(try manifest(document, beside: [JSONMember("b", "x")]).metadata.entries.count == 2)
        let reader = try open(text: document.rendered(), beside: [JSONMember("a", "x")])
        #expect(reader.losses.map(\.subject) == [.metadata])
        #expect(reader.manifest.metadata == ["a": .string("x")])
    }

    @Test("many keys are read as fast in any order") func order() throws {
        // Where each is put before all others, 20 seconds are not enough.
        let count = 400_000
        let keys = (0..<count).map { "\"\(2 * count - $0)\":\"\"" }.joined(separator: ",")
        let text = Array("{\"__metadata__\":{\(keys)}}".utf8)
        var writer = ByteWriter()
        writer.u64(UInt64(text.count))
        writer.append(text)
        let start = ContinuousClock.now
        let manifest = try SafetensorsFormat().open(
            MemorySource(writer.bytes), limits: .standard
        ).manifest
        #expect(ContinuousClock.now - start < .seconds(8))
        #expect(manifest.metadata.entries.count == count)
        #expect(manifest.metadata.entries.first?.key.string == "\(count + 1)")
    }

    @Test("metadata that cannot be kept are declared lost") func losses() throws {
        var deep: MetadataValue = .i64(1)
        for _ in 0..<60 { deep = .map(["x": deep]) }
        for metadata in [["ltfn.manifest": .string("x")], ["deep": deep]] as [Metadata] {
            let manifest = try Manifest(variables: [variable("w")], metadata: metadata)
            #expect(SafetensorsFormat().losses(writing: manifest).map(\.subject) == [.metadata])
            let sink = MemorySink()
            let tensor = try TensorData(shape: [2, 3], floats: Array(repeating: 1, count: 6))
            try SafetensorsFormat().write(
                Checkpoint(manifest: manifest, tensors: [tensor]), to: sink)
            let found = try SafetensorsFormat().open(MemorySource(sink.bytes), limits: .standard)
            #expect(found.manifest.metadata.isEmpty)
        }
    }

    @Test("a checkpoint without such things has no such key") func plain() throws {
        let sink = MemorySink()
        try SafetensorsFormat().write(Specimen.small.checkpoint, to: sink)
        #expect(!String(decoding: sink.bytes, as: UTF8.self).contains("ltfn"))
    }
}
