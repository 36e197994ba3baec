import LTFNBytes
import ProgramSupport
import Testing

/// Every file of a set is one that is read or written, not only the one that is named.
@Suite("Files of sets") struct SetFilesTests {
    private static let index = "s/m.safetensors.index.json"
    private static let part = "s/m-00001-of-00002.safetensors"

    private func folder() throws -> Folder {
        let folder = try TinyModel.folder()
        let made = Programs.shell(
            "mkdir s && \"$BIN\"/ltfn-convert model.ltfn -o s/m.safetensors --shard-size 12 "
                + "--allow-loss all", in: folder)
        try #require(made.status == 0, "\(made.errors)")
        try #require(try folder.get(Self.index).count > 0 && folder.get(Self.part).count > 0)
        return folder
    }

    @Test(
        "No output may be one of them",
        arguments: [
            "ltfn-inspect \(index) --json=\(part)", "ltfn-inspect s --json=\(part)",
            "ltfn-inspect s --no-stats --json=\(index)", "ltfn-inspect verify s --json=\(part)",
            "ltfn-inspect activations s test-images.idx --json=\(part)",
            "ltfn-eval s test-images.idx --predictions \(part)",
            "ltfn-eval s test-images.idx --json=\(part)",
            "ltfn-convert s -o out.ltfn --json=\(part)", "ltfn-convert s -o \(part)",
            "ltfn-convert s -o s/m.safetensors --shard-size 12",
            "ltfn-convert model.ltfn --allow-loss all -o z.safetensors --shard-size 12 "
                + "--json=z-00001-of-00002.safetensors",
        ])
    func distinct(command: String) throws {
        let folder = try folder()
        let (index, part) = (try folder.get(Self.index), try folder.get(Self.part))
        let run = Programs.shell("\"$BIN\"/\(command) --force", in: folder)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains("expected a file of its own"), "\(run.errors)")
        #expect(try folder.get(Self.index) == index && folder.get(Self.part) == part)
        #expect(!folder.names.contains("z.safetensors.index.json"))
    }

    @Test(
        "A set has no place in a stream",
        arguments: ["-o - --to safetensors --shard-size 12", "-o - --to safetensors-set"])
    func stream(options: String) throws {
        let folder = try folder()
        let run = Programs.shell(
            "\"$BIN\"/ltfn-convert model.ltfn --allow-loss all \(options)", in: folder)
        #expect(run.status == 69 && run.output.isEmpty, "\(run.errors)")
        #expect(run.errors.contains("no place in a stream"), "\(run.errors)")
    }

    @Test("A set that is named by its format alone gets the ending of an index")
    func ending() throws {
        let folder = try folder()
        for name in ["a", "b.safetensors", "c.safetensors.index.json"] {
            let run = Programs.run(
                "ltfn-convert", "model.ltfn", "--allow-loss", "all", "-o", name, "--to",
                "safetensors-set", in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
        for name in ["a", "b", "c"] {
            #expect(folder.names.contains(name + ".safetensors.index.json"))
            #expect(folder.names.contains(name + "-00001-of-00001.safetensors"))
        }
    }

    @Test("A pipe among the files of a data set is not waited for")
    func pipe() throws {
        let folder = try folder()
        let made = Programs.shell("mkdir d && mkfifo d/t10k-images-idx3-ubyte", in: folder)
        try #require(made.status == 0)
        for command in [
            "ltfn-eval model.ltfn d", "ltfn-train --model mlp --data d --steps 1 -o y.ltfn",
        ] {
            let run = Programs.shell("timeout 20 \"$BIN\"/\(command)", in: folder)
            #expect(run.status == 66, "\(command) \(run.errors)")
        }
    }
}
