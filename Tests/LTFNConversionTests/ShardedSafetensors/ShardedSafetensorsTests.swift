import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("Sets of safetensors files") struct ShardedSafetensorsTests {
    private static let index = "model.safetensors.index.json"
    private let directory = TemporaryFolder()

    /// The set that the hub's own library has cut.
    private static func fixture() throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in Fixtures.names(in: "safetensors-set") {
            files[String(name.split(separator: "/").last ?? "")] = try Fixtures.bytes(name)
        }
        return files
    }

    private func open(_ files: [String: [UInt8]]) throws(FormatError) -> any CheckpointReader {
        try ShardedSafetensorsFormat().open(
            MemoryFileSet(files, name: Self.index), limits: .standard)
    }

    /// What is said of the fixture when a line of its index is another one.
    private func complaint(_ old: String, _ new: String) throws -> FormatError? {
        var files = try Self.fixture()
        let text = String(decoding: try #require(files[Self.index]), as: UTF8.self)
        try #require(text.contains(old))
        files[Self.index] = Array(text.replacingOccurrences(of: old, with: new).utf8)
        return formatError { () throws(FormatError) in try open(files) }
    }

    @Test("A set of the reference tools is read by its index and by its folder")
    func fixture() throws {
        let folder = Fixtures.directory.appendingPathComponent("safetensors-set").path
        for path in [folder, folder + "/", folder + "/" + Self.index] {
            let model = try ModelFile(path)
            #expect(model.format.traits.name == "safetensors-set")
            #expect(model.reader.manifest.variables.count == 6)
            #expect(model.reader.manifest.metadata["format"] == .string("np"))
            #expect(model.byteCount == 312 + 344 + 376 + 416)
            for (index, variable) in model.reader.manifest.variables.enumerated() {
                #expect(try model.reader.read(index).array == Fixtures.pattern(variable.tensor))
            }
        }
    }

    @Test("It is converted into one file, into .ltfn, and back into the same files")
    func bothWays() throws {
        let folder = Fixtures.directory.appendingPathComponent("safetensors-set").path
        for name in ["one.safetensors", "one.ltfn"] {
            let there = try FileConversion(
                FileConversion.Request(input: folder, output: directory.path(name)))
            #expect(try there.run()?.verification == .equal)
            var request = FileConversion.Request(
                input: directory.path(name), output: directory.path("model.safetensors"))
            request.shardByteCount = 200
            request.alignment = 8
            request.replacesOutput = true
            let back = try FileConversion(request)
            #expect(back.output.hasSuffix(Self.index))
            #expect(try back.run()?.verification == .equal)
            for (file, bytes) in try Self.fixture() where file != Self.index {
                #expect(directory.get(file) == bytes, "\(file)")
            }
            // The reference writes the same members in another layout.
            let own = try JSONReader.read(try #require(directory.get(Self.index)))
            let other = try JSONReader.read(try #require(try Self.fixture()[Self.index]))
            #expect(own["weight_map"] == other["weight_map"])
            #expect(own["metadata"]?["total_size"] == other["metadata"]?["total_size"])
        }
    }

    @Test("What fits into one file is written as one")
    func small() throws {
        let folder = Fixtures.directory.appendingPathComponent("safetensors-set").path
        var request = FileConversion.Request(
            input: folder, output: directory.path("one.safetensors"))
        request.shardByteCount = 1 << 30
        #expect(try FileConversion(request).run()?.verification == .equal)
        #expect(directory.names == ["one.safetensors"])
        request.output = directory.path("one.npz")
        let error = formatError { () throws(FormatError) in try FileConversion(request) }
        #expect(error?.code == .unsupportedFeature)
    }

    @Test(
        "A file of the set that stands there is not replaced unless told, and nothing is left behind"
    )
    func existing() throws {
        let folder = Fixtures.directory.appendingPathComponent("safetensors-set").path
        directory.put([1, 2, 3], "model-00002-of-00003.safetensors")
        var request = FileConversion.Request(
            input: folder, output: directory.path("model.safetensors"))
        request.shardByteCount = 200
        let conversion = try FileConversion(request)
        #expect(conversion.outputExists && conversion.problems.count == 1)
        #expect(directory.names == ["model-00002-of-00003.safetensors"])
        request.replacesOutput = true
        #expect(try FileConversion(request).run()?.verification == .equal)
        #expect(directory.names.count == 4)
    }

    @Test(
        "Names that lead elsewhere are refused before anything is opened",
        arguments: [
            "/etc/hostname", "../model-00001-of-00003.safetensors", "a/../../b.safetensors", "",
            ".",
            "a//b", "a/",
        ])
    func escaping(name: String) throws {
        let error = try complaint("\"model-00001-of-00003.safetensors\"", "\"\(name)\"")
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("below the folder") == true, "\(String(describing: error))")
        // The file that is wrong is the index.
        #expect(error?.path == nil)
    }

    @Test("An index that does not fit its files is refused, and the tensor is named")
    func contradictions() throws {
        let missing = try complaint("model-00003-of", "model-00009-of")
        #expect(missing?.code == .io && missing?.path == "model-00009-of-00003.safetensors")
        #expect(missing?.message.hasSuffix("The index \"\(Self.index)\" names it.") == true)
        let absent = try complaint("layers.1.weight", "layers.1.wait")
        #expect(absent?.code == .corrupt && absent?.variable == "layers.1.weight")
        let more = try complaint(
            "\"weight_map\": {", "\"weight_map\": {\"extra\": \"model-00001-of-00003.safetensors\","
        )
        #expect(more?.code == .corrupt && more?.variable == "extra")
        let twice = try complaint("\"layers.1.weight\"", "\"layers.1.bias\"")
        #expect(twice?.code == .corrupt && twice?.message.contains("layers.1.bias") == true)
        let elsewhere = try complaint(
            "\"layers.0.bias\": \"model-00001-of", "\"layers.0.bias\": \"model-00002-of")
        #expect(elsewhere?.code == .corrupt && elsewhere?.variable == "layers.0.bias")
        let number = try complaint("\"model-00002-of-00003.safetensors\"", "7")
        #expect(number?.code == .corrupt)
    }

    @Test("A tensor that stands in two files is refused")
    func doubled() throws {
        var files = try Self.fixture()
        files["model-00002-of-00003.safetensors"] = files["model-00001-of-00003.safetensors"]
        let error = formatError { () throws(FormatError) in try open(files) }
        #expect(error?.code == .corrupt && error?.variable == "layers.0.bias")
    }

    @Test("Metadata on which the files differ are kept once for each")
    func metadata() throws {
        var files = try Self.fixture()
        let name = "model-00002-of-00003.safetensors"
        let text = try #require(files[name])
        let old = Array(#""format":"np""#.utf8)
        let start = try #require(text.indices.first { text[$0...].starts(with: old) })
        var changed = text
        changed.replaceSubrange(start..<start + old.count, with: Array(#""format":"pt""#.utf8))
        files[name] = changed
        let metadata = try open(files).manifest.metadata
        #expect(metadata["format"] == nil)
        #expect(metadata["\(name): format"] == .string("pt"))
        #expect(metadata["model-00001-of-00003.safetensors: format"] == .string("np"))
    }

    @Test("Symbolic links that lead out of the folder are not followed, those within are")
    func links() throws {
        for (name, bytes) in try Self.fixture() { directory.put(bytes, name) }
        let outside = TemporaryFolder()
        let name = "model-00002-of-00003.safetensors"
        outside.put(try #require(directory.get(name)), name)
        try FileManager.default.moveItem(
            atPath: directory.path(name), toPath: directory.path("within"))
        try FileManager.default.createSymbolicLink(
            atPath: directory.path(name), withDestinationPath: "within")
        #expect(throws: Never.self) { try ModelFile(directory.path(Self.index)) }
        try FileManager.default.removeItem(atPath: directory.path(name))
        try FileManager.default.createSymbolicLink(
            atPath: directory.path(name), withDestinationPath: outside.path(name))
        let error = formatError { () throws(FormatError) in
            try ModelFile(directory.path(Self.index))
        }
        #expect(error?.code == .io && error?.message.contains("symbolic link") == true)
        #expect(error?.message.contains("cp -rL") == true)
    }

    @Test("Metadata of many keys in any order are read in no square of time")
    func manyKeys() throws {
        var files = try Self.fixture()
        let count = 100_000
        let keys = (0..<count).map { "\"\((count - $0) &* 7919 % count)-\($0)\":1" }
        let text = String(decoding: try #require(files[Self.index]), as: UTF8.self)
        files[Self.index] = Array(
            text.replacingOccurrences(
                of: "\"total_size\"",
                with: "\"many\": {\(keys.joined(separator: ","))}, \(keys.joined(separator: ",")), "
                    + "\"total_size\""
            ).utf8)
        let clock = ContinuousClock()
        var manifest: Manifest?
        let time = try clock.measure { manifest = try open(files).manifest }
        #expect(manifest?.metadata.entries.count == count + 2)
        #expect(time < .seconds(10), "\(time)")
    }

    /// A file of the set, of tensors of two bytes each.
    private func shard(_ tensors: [(name: String, dtype: String)], _ record: String? = nil)
        -> [UInt8]
    {
        var members = tensors.enumerated().map { index, tensor in
            JSONMember(
                tensor.name,
                [
                    "dtype": .string(tensor.dtype), "shape": [2],
                    "data_offsets": .array([.int(Int64(2 * index)), .int(Int64(2 * index + 2))]),
                ])
        }
        if let record {
            members.append(JSONMember("__metadata__", ["ltfn.manifest": .string(record)]))
        }
        let text = Array(JSONValue.object(members).rendered().utf8)
        var writer = ByteWriter()
        writer.u64(UInt64(text.count))
        writer.append(text)
        writer.zeros(2 * tensors.count)
        return writer.bytes
    }

    private func set(
        _ shards: [[(name: String, dtype: String)]], records: [String?] = [nil, nil],
        _ selection: ReadingSelection = .everything
    ) throws(FormatError) -> any CheckpointReader {
        var files: [String: [UInt8]] = [:]
        var map: [JSONMember] = []
        for (number, tensors) in shards.enumerated() {
            files["\(number).safetensors"] = shard(tensors, records[number])
            map += tensors.map { JSONMember($0.name, .string("\(number).safetensors")) }
        }
        files[Self.index] = Array(
            JSONValue.object([JSONMember("weight_map", .object(map))])
                .rendered().utf8)
        return try ShardedSafetensorsFormat(selection: selection).open(
            MemoryFileSet(files, name: Self.index), limits: .standard)
    }

    @Test("A name that no variable can have is changed to one that no file of the set has")
    func names() throws {
        let reader = try set([
            [("a\n", "U8"), ("", "U8")],
            [("a%0A", "U8"), ("unnamed", "U8"), ("b\n%0A", "U8"), ("b%0A\n", "U8")],
        ])
        #expect(Set(reader.manifest.variables.map(\.name)).count == 6)
        #expect(reader.losses.map(\.subject) == [.name, .name, .name, .name])
        for index in 0..<6 { #expect(try reader.read(index).info.byteCount == 2) }
    }

    @Test("What cannot be read in any file is named at once, left out, or not asked for")
    func unreadable() throws {
        let shards = [[("a\n", "X9"), ("b", "U8")], [("c", "X9")]]
        let error = formatError { () throws(FormatError) in try set(shards) }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.hasPrefix("2 tensors cannot be read.") == true)
        var selection = ReadingSelection.everything
        selection.skipsUnreadable = true
        let reader = try set(shards, selection)
        #expect(reader.manifest.variables.map(\.name.string) == ["b"])
        #expect(reader.losses.map(\.subject) == [.member, .member])
        selection = .everything
        selection.patterns = [GlobPattern("b")]
        #expect(try set(shards, selection).losses.isEmpty)
    }

    @Test("A record that every file carries whole is believed of the tensors that each holds")
    func records() throws {
        let record = """
            {"schema":"ltfn.manifest/1","variables":{"a":{"dtype":"u8","shape":[2],"initializer":\
            {"recipe":"zeros","seed":1,"stream":1}},"b":{"dtype":"u8","shape":[2],"initializer":\
            {"recipe":"zeros","seed":1,"stream":2}}}}
            """
        let reader = try set([[("a", "U8")], [("b", "U8")]], records: [record, record])
        #expect(reader.manifest.variables.allSatisfy { $0.initializer != nil })
        #expect(reader.losses.isEmpty)
        let alone = try set([[("a", "U8")], [("c", "U8")]], records: [record, nil])
        #expect(alone.losses.compactMap(\.variable?.string) == ["b"])
    }
}
