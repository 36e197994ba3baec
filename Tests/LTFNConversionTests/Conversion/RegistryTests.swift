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

    @Test("a format that is named and is not the content's is refused in both their names")
    func wrongFormat() throws {
        let native = try Fixtures.bytes("models/tutorial.ltfn")
        for name in registry.formats.map(\.traits.name) where name != "ltfn" {
            let error = formatError { () throws(FormatError) in
                try registry.identify(SingleFile(MemorySource(native)), path: "m", named: name)
            }
            #expect(error?.message == "The content is ltfn, not \(name).")
            #expect(error?.code == .notThisFormat)
        }
        let kept = try registry.identify(
            SingleFile(MemorySource([1, 2, 3])), path: "m", named: "npz")
        #expect(kept.format.traits.name == "npz")
    }

    @Test(
        "what only a name calls a model is called none",
        arguments: [
            ("pt", "This is not a PyTorch file"), ("onnx", "This is not an ONNX model"),
            ("h5", "This is not an HDF5 file"), ("msgpack", "This is not a Flax file"),
            ("safetensors", "This is not a safetensors file"),
        ])
    func rubbish(ending: String, sentence: String) {
        let bytes = (0..<200).map { UInt8(truncatingIfNeeded: 59 + 77 * $0) }
        let error = formatError { () throws(FormatError) in
            let files = SingleFile(MemorySource(bytes), name: "m." + ending)
            _ = try ModelFile(files)
        }
        #expect(error?.code == .notThisFormat)
        #expect(error?.message.hasPrefix(sentence) == true)
    }

    @Test(
        "a part that means nothing alone says what to name",
        arguments: [
            ("saved_model.pb", "x", "SavedModel"), ("__0_0.distcp", "PK", "distributed"),
            ("checkpoint", "model_checkpoint_path: \"a\"", "newest"), ("m.pt2", "PK", "torch.save"),
        ])
    func parts(name: String, text: String, word: String) {
        let error = formatError { () throws(FormatError) in
            _ = try ModelFile(SingleFile(MemorySource(Array(text.utf8)), name: name))
        }
        #expect(error?.code == .notThisFormat)
        #expect(error?.message.contains(word) == true)
    }

    @Test("what is read of a format alone is not written by its name") func readOnly() throws {
        let error = formatError { () throws(FormatError) in
            _ = try registry.target(forPath: "a/x.jit", named: nil)
        }
        #expect(error?.message == "TorchScript can be read but not written.")
        #expect(error?.remedy == .renameOutput(ending: "pt", format: "pytorch"))
        #expect(try registry.target(forPath: "x.jit", named: "pytorch").traits.name == "pytorch")
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
