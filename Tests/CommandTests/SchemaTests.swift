import Foundation
import LTFNBytes
import TestSupport
import Testing

@Suite(
    "The JSON documents of all commands are as Spec/json describes them",
    .enabled(if: Programs.python != nil, "LTFN_PYTHON names no Python with jsonschema"))
struct SchemaTests {
    private static let checker = Repository.path("tools/check-json")

    /// Runs a command, which leaves its document under `name`, and checks that.
    private func expectValid(
        _ name: String, in folder: TemporaryFolder, status: Int32 = 0, _ program: String,
        _ arguments: String...
    ) throws {
        let run = Programs.run(program, arguments + ["--json=\(name)"], in: folder)
        #expect(run.status == status, "\(run.errors)")
        try expectValid(name, in: folder)
    }

    private func expectValid(_ name: String, in folder: TemporaryFolder) throws {
        let python = try #require(Programs.python)
        let check = Programs.shell("'\(python)' '\(Self.checker)' '\(name)'", in: folder)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
    }

    @Test("Of a training, its file, and what is done with it")
    func training() throws {
        let training = try TrainingFolder()
        let folder = training.folder
        let run = training.train(
            "--steps", "4", "--optimizer", "adam", "--validate-every", "2", "--schedule",
            "cosine", "--json=train.json", "-o", "m.ltfn")
        #expect(run.status == 0, "\(run.errors)")
        try expectValid("train.json", in: folder)
        try expectValid("show.json", in: folder, "ltfn-inspect", "m.ltfn")
        try expectValid("bare.json", in: folder, "ltfn-inspect", "m.ltfn", "--no-stats")
        try expectValid("some.json", in: folder, "ltfn-inspect", "m.ltfn", "--variable", "*bias")
        try expectValid("details.json", in: folder, "ltfn-inspect", "m.ltfn", "--details")
        try expectValid("verify.json", in: folder, "ltfn-inspect", "verify", "m.ltfn")
        try expectValid(
            "activations.json", in: folder, "ltfn-inspect", "activations", "m.ltfn",
            "data/test-images.idx")
        try expectValid(
            "get.json", in: folder, "ltfn-inspect", "get", "m.ltfn", "layer1_weights[..., :2]")
        #expect(training.train("--steps", "4", "-o", "n.ltfn", "--seed", "2").status == 0)
        try expectValid(
            "diff.json", in: folder, status: 1, "ltfn-inspect", "diff", "m.ltfn", "n.ltfn", "--ulp",
            "4")
        try expectValid("same.json", in: folder, "ltfn-inspect", "diff", "m.ltfn", "m.ltfn")
        try expectValid("eval.json", in: folder, "ltfn-eval", "m.ltfn", "data/test-images.idx")
        try expectValid(
            "convert.json", in: folder, "ltfn-convert", "m.ltfn", "-o", "m.safetensors")
        try expectValid(
            "plan.json", in: folder, "ltfn-convert", "m.ltfn", "-o", "m.npz", "--dry-run",
            "--allow-loss", "all")
        try expectValid("foreign.json", in: folder, "ltfn-inspect", "m.safetensors")
        try expectValid(
            "parts.json", in: folder, "ltfn-convert", "m.ltfn", "-o", "set.safetensors",
            "--shard-size", "1M")
        try expectValid("set.json", in: folder, "ltfn-inspect", "set.safetensors.index.json")
        let set = try JSONReader.read(folder.read("set.json"))
        guard case .array(let others) = set["other_files"] else {
            Issue.record("no other files")
            return
        }
        #expect(others.count > 1)
        try expectValid("formats.json", in: folder, "ltfn-convert", "--list-formats")
    }

    @Test("Of images without labels, and of a training that diverges")
    func withoutLabels() throws {
        let training = try TrainingFolder()
        let folder = training.folder
        let run = training.train(
            "--steps", "0", "--init", "normal", "--json=train.json", "-o", "m.ltfn")
        #expect(run.status == 0, "\(run.errors)")
        try expectValid("train.json", in: folder)
        try FileManager.default.removeItem(atPath: folder.path("data/test-labels.idx"))
        try expectValid("eval.json", in: folder, "ltfn-eval", "m.ltfn", "data/test-images.idx")
        try expectValid(
            "activations.json", in: folder, "ltfn-inspect", "activations", "m.ltfn",
            "data/test-images.idx")
    }

    @Test("Of damaged files")
    func damaged() throws {
        let training = try TrainingFolder()
        let folder = training.folder
        #expect(training.train("--steps", "2", "-o", "m.ltfn").status == 0)
        try training.damage("m.ltfn")
        try expectValid("verify.json", in: folder, status: 65, "ltfn-inspect", "verify", "m.ltfn")
        try expectValid("show.json", in: folder, status: 65, "ltfn-inspect", "m.ltfn")
    }

    @Test("Of the benchmarks")
    func bench() throws {
        let folder = TemporaryFolder()
        let run = Programs.run(
            "ltfn-bench", ["--filter", "crc32c", "--runs", "1", "--json=bench.json"], in: folder)
        #expect(run.status == 0, "\(run.errors)")
        try expectValid("bench.json", in: folder)
        try expectValid("list.json", in: folder, "ltfn-bench", "--list")
    }

    @Test("A document that is not as described is told")
    func wrong() throws {
        let folder = TemporaryFolder()
        for text in [
            #"{"schema": "ltfn.convert.formats/1"}"#, #"{"schema": "other/1"}"#,
            #"{"formats": [], "schema": "ltfn.convert.formats/1"}"#,
            #"{"schema": "ltfn.convert.formats/1", "formats": [], "more": 1}"#,
        ] {
            try folder.write(Array(text.utf8), "d.json")
            let python = try #require(Programs.python)
            let check = Programs.shell("'\(python)' '\(Self.checker)' d.json", in: folder)
            #expect(check.status == 1, "\(text)")
        }
    }
}
