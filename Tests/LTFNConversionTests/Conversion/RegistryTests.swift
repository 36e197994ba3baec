import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNConversion
import LTFNFormats
import TestSupport
import Testing

@Suite("FormatRegistry") struct RegistryTests {
    private let registry = FormatRegistry.standard

    private func identify(_ bytes: [UInt8], _ path: String) throws(FormatError) -> Identification {
        try registry.identify(SingleFile(MemorySource(bytes)), path: path)
    }

    @Test("names and extensions lead to one format each") func names() {
        let names = registry.formats.map(\.traits.name)
        #expect(Set(names).count == names.count)
        let extensions = registry.formats.flatMap(\.traits.fileExtensions)
        #expect(Set(extensions).count == extensions.count)
        for format in registry.formats {
            #expect(registry.format(named: format.traits.name.uppercased()) != nil)
            for suffix in format.traits.fileExtensions {
                let found = registry.format(forPath: "some.dir/a.b." + suffix.uppercased())
                #expect(found?.traits.name == format.traits.name)
            }
        }
        #expect(registry.format(named: "none") == nil)
        #expect(registry.format(forPath: "dir.npz/file") == nil)
        #expect(registry.format(forPath: "npz") == nil)
        #expect(registry.format(forPath: "") == nil)
    }

    @Test("content counts, and a name that says otherwise is told of") func mismatch() throws {
        let bytes = try Fixtures.bytes("safetensors/shapes.safetensors")
        let found = try identify(bytes, "model.npz")
        #expect(found.format.traits.name == "safetensors")
        #expect(found.note?.contains("npz") == true)
        #expect(try identify(bytes, "model.safetensors").note == nil)
        #expect(try identify(bytes, "model").note == nil)
    }

    @Test("where content says nothing, the name leads to the format that can say what is wrong")
    func byName() throws {
        #expect(try identify([1, 2, 3], "model.npz").format.traits.name == "npz")
        let error = formatError { () throws(FormatError) in try identify([1, 2, 3], "model.dat") }
        #expect(error?.code == .notThisFormat)
    }

    @Test(
        "files that are no checkpoints are called what they are",
        arguments: [
            ("", "empty"), ("\u{FEFF} <!DOCTYPE html><html>", "HTML"), ("<html>", "HTML"),
            ("version https://git-lfs.github.com/spec/v1", "LFS"), ("%PDF-1.4", "PDF"),
            ("GIF89a", "GIF"), ("\u{7F}ELF", "program"),
            ("\0\0\u{8}\u{3}", "images"), ("\0\0\u{8}\u{1}", "labels"),
        ])
    func foreignContent(text: String, look: String) {
        for path in ["model.safetensors", "model"] {
            let error = formatError { () throws(FormatError) in try identify(Array(text.utf8), path)
            }
            #expect(error?.code == .notThisFormat)
            #expect(error?.message.contains(look) == true)
        }
    }

    @Test("a PyTorch file is no npz") func torch() throws {
        var member = ZipBuilder.Member("archive/data.pkl", [0x80, 2])
        member.flags = 0
        let found = try identify(ZipBuilder([member]).bytes, "model.npz")
        #expect(found.format.traits.name == "pytorch")
        #expect(found.note != nil)
    }

    @Test("content that fits two formats is refused") func ambiguous() throws {
        let twice = FormatRegistry(registry.formats + registry.formats)
        let bytes = try Fixtures.bytes("numpy/float32.npy")
        let error = formatError { () throws(FormatError) in
            try twice.identify(SingleFile(MemorySource(bytes)), path: "a.npy")
        }
        #expect(error?.code == .notThisFormat)
        #expect(error?.remedy == .nameSourceFormat)
    }
}
