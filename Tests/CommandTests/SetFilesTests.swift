import Foundation
import LTFNBytes
import TestSupport
import Testing

/// Every file of a set is one that is read or written, not only the one that is named.
@Suite("Files of sets") struct SetFilesTests {
    private static let index = "s/m.safetensors.index.json"
    private static let part = "s/m-00001-of-00002.safetensors"

    private func folder() throws -> TemporaryFolder {
        let folder = try TinyModel.folder()
        let made = Programs.shell(
            "mkdir s && \"$BIN\"/ltfn-convert model.ltfn -o s/m.safetensors --shard-size 12 "
                + "--allow-loss all", in: folder)
        try #require(made.status == 0, "\(made.errors)")
        try #require(try folder.read(Self.index).count > 0 && folder.read(Self.part).count > 0)
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
        let (index, part) = (try folder.read(Self.index), try folder.read(Self.part))
        let run = Programs.shell("\"$BIN\"/\(command) --force", in: folder)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains("expected a file of its own"), "\(run.errors)")
        #expect(try folder.read(Self.index) == index && folder.read(Self.part) == part)
        #expect(!folder.names.contains("z.safetensors.index.json"))
    }

    @Test(
        "Nor one that a model has values in which gets others",
        arguments: ["-o o/weights.bin", "-o out.onnx --json=o/weights.bin"])
    func model(outputs: String) throws {
        let folder = try TinyModel.folder()
        let original = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fixtures/onnx-external").path
        let run = Programs.shell(
            "cp -r '\(original)' o; \"$BIN\"/ltfn-convert model.ltfn --into o/model.onnx --force "
                + outputs, in: folder)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains("read as a part of the model"), "\(run.errors)")
        #expect(
            Programs.shell("cmp o/weights.bin '\(original)'/weights.bin", in: folder).status == 0)
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

    private func files(_ folder: TemporaryFolder, in name: String = "s") -> [String] {
        Programs.shell("ls \(name)", in: folder).output.split(separator: "\n").map(String.init)
    }

    @Test("A set that is replaced takes its parts with it, and nothing else")
    func replaced() throws {
        let folder = try folder()
        let added = Programs.shell(
            "cp \(Self.part) s/n-00001-of-00009.safetensors; "
                + "cp \(Self.part) s/m-00001-of-00009.safetensors", in: folder)
        try #require(added.status == 0)
        let before = files(folder)
        let command = "\"$BIN\"/ltfn-convert model.ltfn --allow-loss all -o s/m.safetensors "
        let refused = Programs.shell(command + "--to safetensors-set", in: folder)
        #expect(refused.status == 73 && files(folder) == before, "\(refused.errors)")
        let plan = Programs.shell(command + "--to safetensors-set --force --dry-run", in: folder)
        #expect(
            plan.errors.contains("once the new one is complete: m-00001-of-00002"),
            "\(plan.errors)")
        #expect(files(folder) == before)
        let run = Programs.shell(command + "--to safetensors-set --force", in: folder)
        #expect(run.status == 0 && !run.errors.contains("warning"), "\(run.errors)")
        #expect(
            files(folder) == [
                "m-00001-of-00001.safetensors", "m-00001-of-00009.safetensors",
                "m.safetensors.index.json", "n-00001-of-00009.safetensors",
            ])
        let read = Programs.run("ltfn-inspect", "s", "--no-stats", in: folder)
        #expect(read.status == 0, "\(read.errors)")
    }

    @Test("The part of a set that is converted into the set stays")
    func input() throws {
        let folder = try folder()
        let run = Programs.shell(
            "\"$BIN\"/ltfn-convert \(Self.part) -o s/m.safetensors --to safetensors-set --force",
            in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(files(folder).contains("m-00001-of-00002.safetensors"))
    }

    @Test("A folder that is missing is told once, and a format of one file is not cut")
    func places() throws {
        let folder = try folder()
        let nowhere = Programs.shell(
            "\"$BIN\"/ltfn-convert model.ltfn --allow-loss all -o q/m.safetensors --shard-size 12",
            in: folder)
        #expect(nowhere.status == 73)
        #expect(nowhere.errors.split(separator: "\n").count { $0.contains("no folder q") } == 1)
        let npz = Programs.shell(
            "\"$BIN\"/ltfn-convert model.ltfn --allow-loss all -o m.npz --shard-size 12", in: folder
        )
        #expect(npz.status == 64 && npz.errors.contains("kept in one file"), "\(npz.errors)")
    }

    @Test(
        "A folder that is no set says what is in it, and what to name",
        arguments: [
            ("cp s/m.safetensors.index.json s/n.safetensors.index.json", "2 sets, m.safeten"),
            ("rm s/*.json", "fetch m.safetensors.index.json as well"),
            ("rm s/*; cp model.ltfn s", "name the file, s/model.ltfn."),
            ("rm s/*; cp model.ltfn s; cp model.ltfn s/b.npz", "as in s/b.npz."),
            ("rm s/*", "This folder holds no model file"),
        ])
    func folders(change: String, sentence: String) throws {
        let folder = try folder()
        try #require(Programs.shell(change, in: folder).status == 0)
        let run = Programs.run("ltfn-inspect", "s", in: folder)
        #expect(run.status == 66 && run.errors.contains(sentence), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
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
