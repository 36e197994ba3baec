import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// The files in `Spec/vectors` are these cases; `LTFN_WRITE_VECTORS=1` writes them anew.
@Suite("Vectors")
struct VectorTests {
    static let folder = Repository.url("Spec/vectors")
    static let writes = ProcessInfo.processInfo.environment["LTFN_WRITE_VECTORS"] == "1"

    /// The bytes as lines of up to 32 in hexadecimal, after a line that names what they are.
    static func annotatedHex(_ parts: [(name: String, bytes: [UInt8])]) -> String {
        var text = ""
        var offset = 0
        for part in parts {
            text += "# \(offset): \(part.name)\n"
            for start in stride(from: 0, to: part.bytes.count, by: 32) {
                text += ManifestJSON.hex(Array(part.bytes[start...].prefix(32))) + "\n"
            }
            offset += part.bytes.count
        }
        return text
    }

    /// Writes `text`, or makes sure that it is what the file holds.
    static func compare(_ text: String, _ path: String) throws {
        let file = folder.appending(path: path)
        if writes {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let found = try String(contentsOf: file, encoding: .utf8)
        #expect(found == text, "\(path) is not what the test makes")
    }

    @Test("Every valid vector reads as it says (LTFN-F8 LTFN-H3 LTFN-V5 LTFN-C8 LTFN-C9 LTFN-D4)")
    func valid() throws {
        var readers: [String: NativeReader] = [:]
        for valid in try ValidCase.all() {
            let bases = valid.base.flatMap { readers[$0] }.map { [$0] } ?? []
            let reader = try NativeReader(MemorySource(valid.file), bases: bases)
            readers[valid.name] = reader
            try reader.verify()
            #expect(try reader.reencodedIndex() == reader.indexBytes(), "\(valid.name)")
            var description = try ManifestJSON.describe(reader)
            description["base"] = valid.base ?? NSNull()
            try Self.compare(Self.annotatedHex(valid.parts), "valid/\(valid.name).hex")
            try Self.compare(ManifestJSON.text(description), "valid/\(valid.name).json")
        }
    }

    @Test("Every invalid vector is what the tests refuse (LTFN-A1)")
    func invalid() throws {
        var names = Set<String>()
        for invalid in InvalidCase.all {
            #expect(names.insert(invalid.fileName).inserted)
            let expected: [String: Any] = [
                "rule": invalid.rule, "error": invalid.code.rawValue,
                "offset": invalid.offset ?? NSNull(), "stage": invalid.stage.rawValue,
                "limits": invalid.limits,
            ]
            try Self.compare(Self.annotatedHex(invalid.parts), "invalid/\(invalid.fileName).hex")
            try Self.compare(ManifestJSON.text(expected), "invalid/\(invalid.fileName).json")
        }
    }

    @Test("No vector is left that no test makes (LTFN-A4)")
    func leftovers() throws {
        let valid = try ValidCase.all().map { "valid/\($0.name)" }
        let expected = Set(valid + InvalidCase.all.map { "invalid/\($0.fileName)" })
        for folder in ["valid", "invalid"] {
            let path = Self.folder.appending(path: folder).path()
            for file in try FileManager.default.contentsOfDirectory(atPath: path) {
                let name = "\(folder)/" + file.prefix { $0 != "." }
                #expect(expected.contains(name), "\(name)")
            }
        }
    }
}
