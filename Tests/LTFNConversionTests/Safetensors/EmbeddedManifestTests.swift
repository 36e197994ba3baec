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
        return try SafetensorsFormat().open(MemorySource(writer.bytes), limits: .standard).manifest
    }

    private func code(_ members: KeyValuePairs<String, JSONValue>) -> FormatError.Code? {
        var all = members.map { JSONMember($0.key, $0.value) }
        all.append(JSONMember("schema", "ltfn.manifest/1"))
        return formatError { () throws(FormatError) in try manifest(.object(all)) }?.code
    }

    private func code(initializer: JSONValue) -> FormatError.Code? {
        code(["variables": ["w": ["dtype": "f32", "shape": [2], "initializer": initializer]]])
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
        #expect(code(["added": ["format"]]) == .corrupt)
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

    @Test("another schema is another version") func schema() {
        let error = formatError { () throws(FormatError) in
            try manifest(["schema": "ltfn.manifest/2"])
        }
        #expect(error?.code == .unsupportedVersion)
        #expect(error?.format == "safetensors")
    }

    @Test(
        "text that is no such document is corrupt",
        arguments: ["", "x", "{}", "[]", "{\"schema\":1}"])
    func noDocument(text: String) {
        let error = formatError { () throws(FormatError) in try manifest(text: text) }
        #expect(error?.code == .corrupt)
    }

    @Test("unknown keys are refused") func closed() {
        #expect(code(["more": 1]) == .corrupt)
        #expect(code(["variables": ["w": ["dtype": "f32", "shape": [2], "more": 1]]]) == .corrupt)
        #expect(code(initializer: ["recipe": "zeros", "seed": 1, "stream": 2, "x": 1]) == .corrupt)
        #expect(code(initializer: ["recipe": "zeros", "seed": 1, "stream": 2]) == nil)
        #expect(code(initializer: ["recipe": "zeros", "seed": 1]) == .corrupt)
        #expect(code(initializer: ["recipe": "magic", "seed": 1, "stream": 2]) == .corrupt)
        #expect(code(initializer: ["recipe": "zeros", "seed": -1, "stream": 2]) == .corrupt)
        #expect(code(initializer: ["recipe": "constant", "seed": 1, "stream": 2]) == .corrupt)
        #expect(
            code(initializer: ["recipe": "constant", "value": 1, "seed": 1, "stream": 2])
                == .corrupt)
        #expect(
            code(initializer: ["recipe": "zeros", "seed": 1, "stream": 2, "fans": [1]]) == .corrupt)
        #expect(
            code(initializer: [
                "recipe": "zeros", "seed": 1, "stream": 2,
                "reproducible": ["algorithm_version": 1, "digest": "00"],
            ]) == .corrupt)
    }

    @Test("what is said of variables must fit the file") func fit() {
        #expect(code(["variables": ["w": ["dtype": "f32", "shape": [2]]]]) == nil)
        #expect(code(["variables": ["v": ["dtype": "f32", "shape": [2]]]]) == .corrupt)
        #expect(code(["variables": ["w": ["dtype": "f64", "shape": [2]]]]) == .corrupt)
        #expect(code(["variables": ["w": ["dtype": "f32", "shape": [2, 1]]]]) == .corrupt)
    }

    @Test("metadata inside and outside may not contradict each other") func twice() throws {
        let document: JSONValue = ["schema": "ltfn.manifest/1", "metadata": ["a": 1]]
        #expect(try manifest(document, beside: [JSONMember("b", "x")]).metadata.entries.count == 2)
        let error = formatError { () throws(FormatError) in
            try manifest(document, beside: [JSONMember("a", "x")])
        }
        #expect(error?.code == .corrupt)
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
