import LTFNBytes
import TestSupport
import Testing

/// Commands that read models take them in any format that can be read.
@Suite("Any format") struct AnyFormatTests {
    /// `model.ltfn` and the same in the other formats.
    private static func models() throws -> (folder: TemporaryFolder, names: [String]) {
        let folder = try TinyModel.folder()
        for name in ["m.safetensors", "m.npz"] {
            let outcome = Programs.run(
                "ltfn-convert", "model.ltfn", "-o", name, "--allow-loss", "all", in: folder)
            try #require(outcome.status == 0, "\(outcome.errors)")
        }
        return (folder, ["m.safetensors", "m.npz"])
    }

    @Test("The inspector prints the same statistics, whatever the format")
    func statistics() throws {
        let (folder, names) = try Self.models()
        func figures(_ name: String) throws -> [Substring] {
            let outcome = Programs.run("ltfn-inspect", name, in: folder)
            try #require(outcome.status == 0, "\(outcome.errors)")
            return outcome.output.split(separator: "\n").filter { $0.contains("  mean ") }
        }
        let expected = try figures("model.ltfn")
        #expect(expected.count == 1)
        for name in names { #expect(try figures(name) == expected, "\(name)") }
    }

    @Test("Every verb of the inspector opens them, and says which format it is")
    func verbs() throws {
        let (folder, names) = try Self.models()
        for name in names {
            let format = String(name.drop { $0 != "." }.dropFirst())
            let list = Programs.run("ltfn-inspect", "--no-stats", name, in: folder)
            #expect(list.status == 0 && list.output.contains("\n  \(format), "), "\(list.output)")
            let verified = Programs.run("ltfn-inspect", "verify", name, in: folder)
            #expect(verified.status == 0, "\(verified.errors)")
            let verdict = name.hasSuffix("npz") ? "CRC-32" : "values not checked"
            #expect(verified.output.contains(verdict), "\(verified.output)")
        }
        let own = Programs.run(
            "ltfn-inspect", "activations", "model.ltfn", "test-images.idx", in: folder)
        let other = Programs.run(
            "ltfn-inspect", "activations", "m.safetensors", "test-images.idx", in: folder)
        #expect(own.status == 0 && other.status == 0, "\(other.errors)")
        #expect(
            own.output.split(separator: "\n").dropFirst().elementsEqual(
                other.output.split(separator: "\n").dropFirst()))
    }

    @Test("A file with our graph in it is evaluated, one without a graph is named")
    func evaluation() throws {
        let (folder, _) = try Self.models()
        func answer(_ name: String) -> Outcome {
            Programs.run("ltfn-eval", name, "test-images.idx", "--json", in: folder)
        }
        let own = answer("model.ltfn")
        let other = answer("m.safetensors")
        #expect(own.status == 0 && other.status == 0, "\(other.errors)")
        func accuracy(_ outcome: Outcome) -> Substring? {
            outcome.output.split(separator: "\n").first { $0.contains("\"accuracy\"") }
        }
        #expect(accuracy(own) != nil && accuracy(own) == accuracy(other))
        try folder.write(Self.bare, "bare.safetensors")
        let bare = answer("bare.safetensors")
        #expect(bare.status == 65 && bare.errors.contains("not the network"), "\(bare.errors)")
    }

    @Test("A name that says another format is noted, and the content is believed")
    func misnamed() throws {
        let folder = try TinyModel.folder()
        try folder.write(Self.bare, "model of mine.ltfn")
        let outcome = Programs.run("ltfn-inspect", "model of mine.ltfn", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("the content is safetensors"), "\(outcome.errors)")
        let base = Programs.run(
            "ltfn-inspect", "model.ltfn", "--base", "model of mine.ltfn", in: folder)
        #expect(base.status == 65)
    }

    /// A safetensors file with one variable.
    private static let bare: [UInt8] = {
        let header = Array(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
        var writer = ByteWriter()
        writer.u64(UInt64(header.count))
        writer.append(header + [0, 0, 0x80, 0x3F])
        return writer.bytes
    }()
}
