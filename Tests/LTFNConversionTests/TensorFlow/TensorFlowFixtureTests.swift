import Foundation
import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import LTFNInterchange
import LTFNTraining
import TestSupport
import Testing

@Suite("Checkpoints that TensorFlow wrote") struct TensorFlowFixtureTests {
    private let directory = TemporaryFolder()

    private func path(_ name: String) -> String {
        Fixtures.directory.appendingPathComponent("tensorflow/" + name).path
    }

    private func open(_ name: String) throws -> any CheckpointReader {
        try ModelFile(path(name)).reader
    }

    @Test(
        "every tensor has its name, dtype, shape and values",
        arguments: [
            ("dtypes", 22), ("partitioned", 5), ("shards", 3), ("saved/variables/variables", 1),
        ])
    func values(name: String, count: Int) throws {
        let reader = try open(name)
        #expect(reader.manifest.variables.count == count)
        for (index, variable) in reader.manifest.variables.enumerated() {
            #expect(try reader.read(index).array == Fixtures.pattern(variable.tensor))
        }
    }

    @Test("dtypes are called as they are here") func dtypes() throws {
        let found = try open("dtypes").manifest.variables.map {
            "\($0.name) \($0.tensor.dtype.rawValue)"
        }
        for expected in [
            "bfloat16 bf16", "bool bool", "complex128 c128", "float16 f16",
            "float8_e4m3fn f8e4m3fn",
            "float8_e5m2fnuz f8e5m2fnuz", "uint16 u16", "uint64 u64", "größe/名前:0 i8",
        ] {
            #expect(found.contains(expected))
        }
    }

    @Test(
        "a checkpoint is named by its prefix, its index, its folder or its SavedModel",
        arguments: [
            ("objects", 9), ("objects/ckpt-2", 9), ("objects/ckpt-1.index", 9), ("saved", 1),
            ("saved/variables", 1), ("shards.index", 3),
        ])
    func named(name: String, atLeast count: Int) throws {
        let file = try ModelFile(path(name))
        #expect(file.format.traits.name == "tensorflow")
        #expect(file.reader.manifest.variables.count >= min(count, 1))
        #expect(!file.otherPaths.isEmpty)
    }

    @Test("a changed value is found by its CRC-32C") func damage() throws {
        for name in ["dtypes.index", "dtypes.data-00000-of-00001"] {
            directory.put(try Fixtures.bytes("tensorflow/" + name), name)
        }
        var bytes = try Fixtures.bytes("tensorflow/dtypes.data-00000-of-00001")
        bytes[bytes.count - 1] ^= 1
        directory.put(bytes, "dtypes.data-00000-of-00001")
        let reader = try ModelFile(directory.path("dtypes.index")).reader
        let codes = reader.manifest.variables.indices.compactMap { index in
            formatError { () throws(FormatError) in try reader.read(index) }?.code
        }
        #expect(codes == [.checksumMismatch])
    }

    @Test("every change of one byte of the index is an error, or is told as it is")
    func index() throws {
        let index = try Fixtures.bytes("tensorflow/shards.index")
        var files: [String: [UInt8]] = [:]
        for number in 0..<3 {
            let name = "shards.data-0000\(number)-of-00003"
            files[name] = try Fixtures.bytes("tensorflow/" + name)
        }
        for place in index.indices {
            for change: UInt8 in [1, 0x80, 0xFF] {
                var bytes = index
                bytes[place] ^= change
                files["shards.index"] = bytes
                _ = formatError { () throws(FormatError) in
                    let reader = try TensorFlowFormat().open(
                        MemoryFileSet(files, name: "shards.index"), limits: .standard)
                    for index in reader.manifest.variables.indices { _ = try reader.read(index) }
                }
            }
            files["shards.index"] = Array(index[..<place])
            let error = formatError { () throws(FormatError) in
                try TensorFlowFormat().open(
                    MemoryFileSet(files, name: "shards.index"), limits: .standard)
            }
            #expect(error != nil)
        }
    }

    @Test("files that are missing, or lead out of the folder, are refused by name") func files()
        throws
    {
        directory.put(try Fixtures.bytes("tensorflow/dtypes.index"), "dtypes.index")
        let missing = formatError { () throws(FormatError) in
            try ModelFile(directory.path("dtypes"))
        }
        #expect(missing?.code == .io)
        #expect(missing?.description.contains("dtypes.data-00000-of-00001") == true)
        for name in ["../x", "/etc/passwd", "..", "a/../../b"] {
            directory.put(Array("model_checkpoint_path: \"\(name)\"\n".utf8), "checkpoint")
            let error = formatError { () throws(FormatError) in
                try ModelFile(directory.path(""))
            }
            #expect(error != nil)
        }
    }

    @Test(
        "what is written is read back, with all that is said of it",
        arguments: [nil, 64] as [UInt64?])
    func written(shardByteCount: UInt64?) throws {
        let checkpoint = try Specimen(
            "small", metadata: ["epoch": .i64(3)],
            [
                variable("a/b", initializer: InitializerSpec(recipe: .heNormal)),
                variable("c", .bf16, [40]), variable("d", .i64, []), variable("e", .f32, [0, 2]),
            ]
        ).checkpoint
        let format = TensorFlowFormat(shardByteCount: shardByteCount)
        let sink = MemoryFileSetSink(name: "m.index")
        var writer = try format.create(sink, manifest: checkpoint.manifest)
        for index in format.writingOrder(of: checkpoint.manifest) {
            try writer.write(checkpoint.tensors[index], at: index)
        }
        try writer.finish()
        let reader = try format.open(
            MemoryFileSet(sink.files, name: "m.index"), limits: .standard)
        #expect(reader.manifest == checkpoint.manifest)
        for index in checkpoint.tensors.indices {
            #expect(try reader.read(index).array == checkpoint.tensors[index].array)
        }
    }

    @Test("the preset's network is the one that is trained here") func preset() throws {
        let network = try TutorialNetwork()
        #expect(network.graph == ModelCatalogue.tutorialConvnet.graph)
        #expect(
            Set(network.variables.map(\.name))
                == Set(ModelCatalogue.tutorialConvnet.variables.map(\.name)))
    }

    @Test("a checkpoint that the preset does not fit is refused with all that does not fit")
    func misfits() throws {
        var request = FileConversion.Request(
            input: path("shards"), output: directory.path("out.ltfn"))
        request.changes.preset = .tutorial
        #expect(try FileConversion(request).problems.count == 10)
    }
}

@Suite("Snappy") struct SnappyTests {
    @Test("literals and copies, those that overlap too") func sound() throws {
        // "abcd", 8 bytes from 4 back, 4 from 1 back, "x".
        let packed: [UInt8] = [
            17, 0x0C, 0x61, 0x62, 0x63, 0x64, 0x11, 0x04, 0x01, 0x01, 0x00, 0x78,
        ]
        let found = try Snappy.unpack(packed)
        #expect(String(decoding: found, as: UTF8.self) == "abcdabcdabcdddddx")
    }

    @Test(
        "copies from before the beginning, lengths that lie, and ends within a word are errors",
        arguments: [
            [], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [4, 0x0C, 0x61], [5, 0x00, 0x61, 0x01, 0x05],
            [1, 0x04, 0x61, 0x62], [3, 0x00, 0x61], [0xFF, 0xFF, 0xFF, 0x7F, 0x00, 0x61],
        ] as [[UInt8]])
    func damaged(packed: [UInt8]) {
        #expect(throws: FormatError.self) { try Snappy.unpack(packed) }
    }
}
