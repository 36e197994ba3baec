import Foundation
import LTFNBytes
import TestSupport
import Testing

/// What the commands print, where it goes, and how little of it there may be.
@Suite("Standard streams") struct StreamTests {
    /// A folder with everything that a command may read.
    private static func folder() throws -> TemporaryFolder {
        let place = try TrainingFolder()
        let (folder, tiny) = (place.folder, try TinyModel.folder())
        for name in tiny.names { try folder.write(tiny.read(name), name) }
        // The folder lives as long as this object.
        return folder
    }

    private static let training =
        "ltfn-train -o m.ltfn --data data --model mlp --batch-size 5 --steps 1"

    @Test(
        "nothing is printed into a file that is read or written",
        arguments: [
            ("ltfn-inspect model.ltfn", "model.ltfn"),
            ("ltfn-inspect --json model.ltfn", "model.ltfn"),
            ("ltfn-inspect verify model.ltfn --json", "./model.ltfn"),
            ("ltfn-inspect activations model.ltfn test-images.idx", "test-labels.idx"),
            ("ltfn-inspect model.ltfn --base base.ltfn", "base.ltfn"),
            ("ltfn-eval model.ltfn test-images.idx", "test-images.idx"),
            ("ltfn-eval model.ltfn test-images.idx --json", "test-labels.idx"),
            ("ltfn-eval model.ltfn test-images.idx --predictions -", "model.ltfn"),
            ("ltfn-eval model.ltfn test-images.idx --predictions base.ltfn", "base.ltfn"),
            ("ltfn-convert model.ltfn -o new.ltfn", "model.ltfn"),
            ("ltfn-convert model.ltfn -o new.ltfn --json", "model.ltfn"),
            ("ltfn-convert model.ltfn -o - --to ltfn", "model.ltfn"),
            ("ltfn-convert model.ltfn -o new.ltfn --relative-to base.ltfn", "base.ltfn"),
            (training, "data/train-labels.idx"), (training + " --json", "data/test-images.idx"),
            ("ltfn-bench --filter file/weights/bare --weights model.ltfn", "model.ltfn"),
        ])
    func streams(command: String, file: String) throws {
        let folder = try Self.folder()
        try folder.write(folder.read("model.ltfn"), "base.ltfn")
        let before = try folder.read(file)
        let names = folder.names
        let run = Programs.shell("\"$BIN\"/\(command) >> \(file)", in: folder)
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(try folder.read(file) == before)
        #expect(folder.names == names)
        #expect(Programs.shell("\"$BIN\"/\(command) 2>> \(file)", in: folder).status == 64)
        #expect(try folder.read(file) == before, "\(command)")
    }

    @Test(
        "nor is what goes wrong before the files are known",
        arguments: [
            ("ltfn-inspect bad.ltfn", 64), ("ltfn-inspect bad.ltfn --nonsense", 64),
            ("ltfn-inspect verify ./bad.ltfn", 64), ("ltfn-eval bad.ltfn test-images.idx", 64),
            ("ltfn-convert bad.ltfn -o new.npz", 64), ("ltfn-convert missing -o bad.ltfn", 64),
            ("ltfn-convert model.ltfn -obad.ltfn --json=bad.ltfn", 64),
            ("ltfn-train -o new.ltfn --resume=bad.ltfn", 65),
            ("ltfn-train -o bad.ltfn --data missing --nonsense", 64),
        ] as [(String, Int32)])
    func earlyErrors(command: String, status: Int32) throws {
        let folder = try Self.folder()
        let bytes = Array("LTFN and no more".utf8)
        try folder.write(bytes, "bad.ltfn")
        let run = Programs.shell("\"$BIN\"/\(command) 2>> bad.ltfn", in: folder)
        #expect(run.status == status)
        #expect(try folder.read("bad.ltfn") == bytes)
        #expect(!folder.names.contains { $0.hasPrefix("new") })
    }

    @Test(
        "standard input is no file",
        arguments: [
            "ltfn-inspect -", "ltfn-inspect verify -", "ltfn-inspect get - weights",
            "ltfn-inspect diff model.ltfn -",
            "ltfn-inspect activations - test-images.idx",
            "ltfn-eval model.ltfn -", "ltfn-eval - test-images.idx", "ltfn-convert - -o new.ltfn",
            "ltfn-inspect model.ltfn --base -",
        ])
    func standardInput(command: String) throws {
        let folder = try Self.folder()
        let run = Programs.shell("\"$BIN\"/\(command) < model.ltfn", in: folder)
        #expect(run.status == 64)
        let program = String(command.prefix { $0 != " " })
        expectOneSentence(run, from: program, with: "standard input is not read")
    }

    @Test("a file that nobody reads may be printed to, also with both streams")
    func ordinary() throws {
        let folder = try Self.folder()
        for command in ["ltfn-inspect model.ltfn", Self.training] {
            let run = Programs.shell("\"$BIN\"/\(command) >> log 2>&1", in: folder)
            #expect(run.status == 0)
        }
        // What happens to be called like the value of an option is no file of the command.
        #expect(Programs.shell("\"$BIN\"/\(Self.training) > mlp", in: folder).status == 0)
    }

    @Test(
        "--quiet prints nothing, in every command",
        arguments: [
            "ltfn-inspect model.ltfn", "ltfn-inspect verify model.ltfn",
            "ltfn-inspect activations model.ltfn test-images.idx",
            "ltfn-inspect get model.ltfn weights -o new.npy",
            "ltfn-inspect diff model.ltfn model.ltfn",
            "ltfn-eval model.ltfn test-images.idx",
            "ltfn-eval model.ltfn test-images.idx --json=out.json --predictions out.csv",
            "ltfn-convert model.ltfn -o new.npz --allow-loss all",
            training, "ltfn-train -o new.ltfn --steps 0",
            "ltfn-bench --filter file/weights/bare/decode --weights model.ltfn --runs 1",
        ])
    func quiet(command: String) throws {
        let folder = try Self.folder()
        let run = Programs.shell("\"$BIN\"/\(command) --quiet", in: folder)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.isEmpty, "\(run.output)")
        #expect(run.errors.isEmpty, "\(run.errors)")
    }

    @Test(
        "--quiet leaves the data that are asked for, and the errors",
        arguments: [
            ("ltfn-inspect model.ltfn --json", 0, "{"),
            ("ltfn-inspect activations model.ltfn test-images.idx --json", 0, "{"),
            ("ltfn-inspect get model.ltfn bias", 0, "0.0"),
            ("ltfn-inspect diff model.ltfn model.ltfn --json", 0, "{"),
            ("ltfn-eval model.ltfn test-images.idx --json", 0, "{"),
            ("ltfn-eval model.ltfn test-images.idx --predictions -", 0, "index,"),
            ("ltfn-convert --list-formats", 0, "format"),
            ("ltfn-convert model.ltfn -o new.npz --dry-run --allow-loss all", 0, "model.ltfn"),
            (training + " --json", 0, "{"),
            ("ltfn-bench --list", 0, ""),
        ] as [(String, Int32, String)])
    func quietData(command: String, status: Int32, start: String) throws {
        let folder = try Self.folder()
        let run = Programs.shell("\"$BIN\"/\(command) -q", in: folder)
        #expect(run.status == status)
        #expect(run.output.hasPrefix(start) && !run.output.isEmpty)
        #expect(run.errors.isEmpty, "\(run.errors)")
        let failed = Programs.run("ltfn-inspect", "-q", "missing.ltfn", in: folder)
        expectOneSentence(failed, from: "ltfn-inspect", with: "missing.ltfn")
    }

    @Test("--quiet is the same sentence in every help")
    func quietHelp() throws {
        for command in [
            "ltfn-inspect show", "ltfn-inspect get", "ltfn-inspect diff",
            "ltfn-inspect verify", "ltfn-inspect activations", "ltfn-eval", "ltfn-convert",
            "ltfn-train", "ltfn-bench",
        ] {
            let help = Programs.shell("\"$BIN\"/\(command) --help", in: TemporaryFolder())
            let words = help.output.split { $0.isWhitespace }.joined(separator: " ")
            #expect(
                words.contains(
                    "-q, --quiet Print only errors, what is left out, and the data that another option "
                        + "asks for."), "\(command)")
        }
    }

    @Test("- is standard output for the predictions, the report then goes to standard error")
    func predictions() throws {
        let folder = try TinyModel.folder()
        for name in ["-", "/dev/stdout"] {
            let run = Programs.run(
                "ltfn-eval", "model.ltfn", "test-images.idx", "--predictions", name, in: folder)
            #expect(run.status == 0)
            #expect(run.output.split(separator: "\n").count == 11)
            #expect(run.output.hasPrefix("index,label,predicted,probability\n0,0,0,0.99"))
            #expect(run.errors.contains("9 of 10 right"))
        }
        #expect(folder.names == ["model.ltfn", "test-images.idx", "test-labels.idx"])
        let both = Programs.run(
            "ltfn-eval", "model.ltfn", "test-images.idx", "--predictions=-", "--json", in: folder)
        #expect(both.status == 64)
        #expect(both.errors.contains("cannot both go to standard output"))
    }

    @Test("--json=- and -o - of a training run are standard output, too")
    func otherDashes() throws {
        let folder = try Self.folder()
        let names = folder.names
        let document = Programs.run("ltfn-inspect", "model.ltfn", "--json=-", in: folder)
        #expect(try JSONReader.read(Array(document.output.utf8))["schema"] == "ltfn.inspect/1")
        let piped = Programs.shell("\"$BIN\"/\(Self.training) -o - | wc -c", in: folder)
        #expect(piped.errors.contains("saved: /dev/stdout"), "\(piped.errors)")
        #expect(folder.names == names)
        #expect(Programs.shell("\"$BIN\"/\(Self.training)", in: folder).status == 0)
        let byteCount = try folder.read("m.ltfn").count
        #expect(piped.output.split(separator: "\n").first.flatMap { Int($0) } == byteCount)
        for options in ["--json", "--checkpoint-every 1"] {
            let run = Programs.shell("\"$BIN\"/\(Self.training) \(options) -o -", in: folder)
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
        }
    }

    @Test(
        "a negative number is told to be wrong, not to be missing",
        arguments: [
            "ltfn-eval model.ltfn test-images.idx --max-operations -1",
            "ltfn-eval model.ltfn test-images.idx --max-expanded -1",
            "ltfn-eval model.ltfn test-images.idx --count -1",
            "ltfn-eval model.ltfn test-images.idx --min-accuracy -0.5",
            "ltfn-eval model.ltfn test-images.idx --threads -1",
            "ltfn-inspect activations model.ltfn test-images.idx --count -1",
            "ltfn-inspect diff model.ltfn model.ltfn --atol -1",
            "ltfn-inspect diff model.ltfn model.ltfn --rtol -1",
            "ltfn-inspect diff model.ltfn model.ltfn --ulp -1",
            training + " --steps -1", training + " --batch-size -1", training + " --seed -1",
            training + " --learning-rate -1", training + " --warm-up -1",
            training + " --checkpoint-every -1", training + " --keep -1 --checkpoint-every 1",
            training + " --validate-every -1", "ltfn-bench --runs -1",
        ])
    func negative(command: String) throws {
        let folder = try Self.folder()
        let run = Programs.shell("\"$BIN\"/\(command)", in: folder)
        #expect(run.status == 64)
        #expect(!run.errors.contains("Missing"), "\(run.errors)")
        let sentence = run.errors.split(separator: "\n").first ?? ""
        #expect(sentence.contains("-1") || sentence.contains("-0.5"), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test("one thing is not told of in the plural")
    func plural() throws {
        let folder = try Self.folder()
        let trained = Programs.shell("\"$BIN\"/\(Self.training) --threads 1", in: folder)
        #expect(trained.output.contains(" 1 step, 1 thread\n"), "\(trained.output)")
        #expect(trained.output.contains(" bytes, 1 step, "), "\(trained.output)")
        try folder.write(TinyModel.images([2]), "one.idx")
        let evaluated = Programs.run("ltfn-eval", "model.ltfn", "one.idx", in: folder)
        #expect(evaluated.output.contains("the predictions of 1 image, by class"))
        let seen = Programs.run("ltfn-inspect", "activations", "model.ltfn", "one.idx", in: folder)
        #expect(seen.output.contains("\n  on 1 image of one.idx: "), "\(seen.output)")
    }
}
