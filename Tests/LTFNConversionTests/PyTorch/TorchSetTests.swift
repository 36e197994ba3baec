import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

@Suite("Sets of files of PyTorch") struct TorchSetTests {
    private static let index = "pytorch_model.bin.index.json"
    private let files: [String: [UInt8]]

    init() throws {
        files = try Self.files(in: "pytorch-set")
    }

    private static func files(in folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in Fixtures.names(in: folder) {
            files[String(name.dropFirst(folder.utf8.count + 1))] = try Fixtures.bytes(name)
        }
        return files
    }

    private func open(
        _ files: [String: [UInt8]], _ name: String
    ) throws(FormatError) -> any CheckpointReader {
        let set = MemoryFileSet(files, name: name)
        let found = try FormatRegistry.standard.identify(set, path: name)
        return try found.format.open(set, limits: .standard)
    }

    private func error(_ files: [String: [UInt8]], _ name: String) -> FormatError? {
        formatError { () throws(FormatError) in try open(files, name) }
    }

    private func expectPattern(_ reader: any CheckpointReader) throws {
        for (index, variable) in reader.manifest.variables.enumerated() {
            let expected = Fixtures.pattern(variable.tensor)
            #expect(try reader.read(index).array == expected)
            for start in stride(from: 0, to: expected.count, by: 5) {
                let range = start..<min(start + 7, expected.count)
                let piece = try reader.read(index, bytes: range)
                #expect(piece.copy(of: 0..<piece.byteCount) == Array(expected[range]))
            }
        }
    }

    @Test("a set is named by its index, or by its folder", arguments: [index, "folder"])
    func set(name: String) throws {
        let reader = try open(files, name)
        #expect(reader.manifest.variables.map(\.name.string) == ["a", "b", "c"])
        #expect(reader.manifest.metadata.isEmpty)
        try expectPattern(reader)
    }

    @Test("index and files have to say the same") func contradictions() throws {
        let text = String(decoding: try #require(files[Self.index]), as: UTF8.self)
        func error(_ old: String, _ new: String) -> FormatError? {
            var changed = files
            changed[Self.index] = Array(text.replacing(old, with: new).utf8)
            return self.error(changed, Self.index)
        }
        #expect(error("\"c\":", "\"d\":")?.code == .corrupt)
        #expect(
            error("\"a\": \"pytorch_model-00001", "\"a\": \"pytorch_model-00002")?.code == .corrupt)
        #expect(error("pytorch_model-00002", "../secret-00002")?.code == .corrupt)
        #expect(error("pytorch_model-00002", "missing-00002")?.code == .io)
        // Two files that have a tensor of one name.
        var twice = files
        twice["pytorch_model-00002-of-00002.bin"] = twice["pytorch_model-00001-of-00002.bin"]
        #expect(self.error(twice, Self.index)?.code == .corrupt)
    }

    @Test(
        "chunks of a distributed checkpoint are joined",
        arguments: [
            ("pytorch-dcp", "model.a, model.b"), ("pytorch-dcp-grid", "grid"),
        ])
    func distributed(folder: String, names: String) throws {
        let files = try Self.files(in: folder)
        for name in [".metadata", "folder"] {
            let reader = try open(files, name)
            let found = reader.manifest.variables.map(\.name.string).joined(separator: ", ")
            #expect(found == names)
            try expectPattern(reader)
        }
    }

    @Test("objects of a distributed checkpoint become metadata") func objects() throws {
        let reader = try open(try Self.files(in: "pytorch-dcp"), "folder")
        #expect(reader.manifest.metadata == ["epoch": .i64(3)])
    }

    @Test("every cut and flip of a distributed checkpoint is an error or sound")
    func damage() throws {
        let files = try Self.files(in: "pytorch-dcp-grid")
        for (name, bytes) in files {
            for position in stride(from: 0, to: bytes.count, by: 3) {
                var cut = files
                cut[name] = Array(bytes[..<position])
                #expect(error(cut, ".metadata") != nil, "\(name), \(position)")
                var flipped = files
                flipped[name]?[position] ^= 1 << UInt8(position % 8)
                guard let reader = try? open(flipped, ".metadata") else { continue }
                for (index, variable) in reader.manifest.variables.enumerated() {
                    if let tensor = try? reader.read(index) {
                        #expect(tensor.info == variable.tensor)
                    }
                }
            }
            var missing = files
            missing[name] = nil
            #expect(error(missing, ".metadata") != nil)
        }
    }
}
