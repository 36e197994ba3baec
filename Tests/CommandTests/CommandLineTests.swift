import Foundation
import LTFNBytes
import TestSupport
import Testing

/// What a command line that means nothing is answered, and what may have been meant.
@Suite("Command lines")
struct CommandLineTests {
    @Test(
        "an option is suggested by what it means, not by its letters",
        arguments: [
            ("ltfn-train -o m.ltfn --lr 0.1", "--lr", "--learning-rate"),
            ("ltfn-train -o m.ltfn --lr=0.1", "--lr", "--learning-rate"),
            ("ltfn-train -o m.ltfn --batch 5", "--batch", "--batch-size"),
            ("ltfn-train -o m.ltfn --epochs 5", "--epochs", "--steps"),
            ("ltfn-train -o m.ltfn --learning_rate 1", "--learning_rate", "--learning-rate"),
            ("ltfn-train -o m.ltfn --stesp 5", "--stesp", "--steps"),
            ("ltfn-train --out m.ltfn", "--out", "--output"),
            ("ltfn-eval m i --jobs 2", "--jobs", "--threads"),
            ("ltfn-eval m i --limit 2", "--limit", "--count"),
            ("ltfn-convert m -o n.ltfn --overwrite", "--overwrite", "--force"),
            ("ltfn-convert m -o n --format npz", "--format", "--to"),
            ("ltfn-inspect m --name w", "--name", "--variable"),
            ("ltfn-inspect verify m --colour never", "--colour", "--color"),
            ("ltfn-bench --repeat 3", "--repeat", "--runs"),
        ])
    func options(command: String, wrong: String, right: String) throws {
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: TemporaryFolder())
        #expect(outcome.status == 64)
        let sentence = outcome.errors.split(separator: "\n").first ?? ""
        #expect(
            sentence.hasSuffix("error: There is no option \(wrong); did you mean \(right)?"),
            "\(outcome.errors)")
    }

    @Test(
        "what is not there gets one sentence that helps",
        arguments: [
            ("ltfn-train -o m.ltfn --gpu", "no option --gpu: all work is done on the CPU."),
            ("ltfn-train --device cpu", "--device: all work is done on the CPU."),
            ("ltfn-eval m i --verbose", "progress is shown without asking"),
            ("ltfn-train -v", "There is no option -v: --version tells"),
            ("ltfn-eval m i -z", "There is no option -z."),
            ("ltfn-eval --list-formats", "ltfn-convert --list-formats lists them."),
            ("ltfn-train m.ltfn", "if m.ltfn is meant, write --output m.ltfn."),
            ("ltfn-train", "--output <file> is missing."),
            ("ltfn-train --bs 3", "did you mean --batch-size?"),
            ("ltfn-inspect --no-stats verify m", "--no-stats is an option of show, not of verify."),
            ("ltfn-inspect help verfiy", "There is no subcommand verfiy; did you mean verify?"),
            ("ltfn-inspect help zzz", "expected one of show, get, diff, activations, verify."),
        ])
    func absent(command: String, sentence: String) throws {
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: TemporaryFolder())
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        let first = outcome.errors.split(separator: "\n").first ?? ""
        #expect(first.hasSuffix(sentence) || first.contains(sentence), "\(outcome.errors)")
        if first.contains("There is no option") { #expect(!outcome.errors.contains("Help:")) }
    }

    @Test("the list of benchmarks is a document, too")
    func benchmarkList() throws {
        let outcome = Programs.run(
            "ltfn-bench", "--list", "--json", "--filter", "bytes/crc32c", in: TemporaryFolder())
        let document = try JSONReader.read(Array(outcome.output.utf8))
        #expect(outcome.status == 0 && document["benchmarks"] == ["bytes/crc32c"])
    }

    @Test("an option that is like none has no suggestion")
    func strangeOption() throws {
        for option in ["--zzz", "--q", "--he"] {
            let outcome = Programs.run("ltfn-train", "-o", "m.ltfn", option, in: TemporaryFolder())
            #expect(outcome.errors.hasPrefix("ltfn-train: error: There is no option \(option)"))
            #expect(option != "--zzz" || !outcome.errors.contains("did you mean"))
        }
    }

    @Test(
        "a misspelled subcommand is not taken for a file",
        arguments: [
            ("verfiy", "verify"), ("verfiy model.ltfn", "verify"), ("check model.ltfn", "verify"),
            ("model.ltfn verfiy", "verify"), ("--json verfiy model.ltfn", "verify"),
            ("--color never activation model.ltfn images", "activations"), ("list", "show"),
            ("list model.ltfn", "show"),
        ])
    func subcommands(line: String, meant: String) throws {
        let outcome = Programs.shell("\"$BIN\"/ltfn-inspect \(line)", in: try TinyModel.folder())
        #expect(outcome.status == 64)
        expectOneSentence(outcome, from: "ltfn-inspect", with: "did you mean \(meant)?")
    }

    @Test("a file that is called almost as a subcommand is shown, and one that is not there is 66")
    func files() throws {
        let folder = try TinyModel.folder()
        try folder.write(folder.read("model.ltfn"), "verfy")
        #expect(Programs.run("ltfn-inspect", "verfy", in: folder).status == 0)
        let two = Programs.run("ltfn-inspect", "verfy", "model.ltfn", in: folder)
        #expect(two.status == 64)
        expectOneSentence(two, from: "ltfn-inspect", with: "verfy is a file and no subcommand")
        #expect(Programs.run("ltfn-inspect", "nothing", in: folder).status == 66)
        let strange = Programs.run("ltfn-inspect", "nothing", "model.ltfn", in: folder)
        #expect(strange.status == 64)
        expectOneSentence(
            strange, from: "ltfn-inspect",
            with: "expected one of show, get, diff, activations, verify")
    }

    @Test(
        "a file whose name begins with a hyphen is no request for help",
        arguments: [
            "ltfn-inspect -dash.ltfn", "ltfn-inspect verify -dash.ltfn",
            "ltfn-inspect activations -dash.ltfn test-images.idx",
            "ltfn-eval -dash.ltfn test-images.idx", "ltfn-eval model.ltfn -hash.idx",
            "ltfn-convert -dash.ltfn -o new.ltfn", "ltfn-convert model.ltfn -o -dash.ltfn",
            "ltfn-train -o -dash.ltfn --steps 0", "ltfn-train -o m.ltfn --resume -dash.ltfn",
            "ltfn-inspect model.ltfn --base -dash.ltfn",
        ])
    func hyphens(command: String) throws {
        let folder = try TinyModel.folder()
        try folder.write(folder.read("model.ltfn"), "-dash.ltfn")
        let names = folder.names
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: folder)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.errors.contains("./-") || outcome.errors.contains("=-dash.ltfn"),
            "\(outcome.errors)")
        #expect(folder.names == names)
    }

    @Test(
        "such a file is found after --, after ./ and after =",
        arguments: [
            "ltfn-inspect -- -dash.ltfn", "ltfn-inspect ./-dash.ltfn",
            "ltfn-inspect verify -- -dash.ltfn", "ltfn-eval -q -- -dash.ltfn test-images.idx",
            "ltfn-convert --output=-new.ltfn -- -dash.ltfn",
            "ltfn-inspect model.ltfn --base=-dash.ltfn",
        ])
    func behindTerminator(command: String) throws {
        let folder = try TinyModel.folder()
        try folder.write(folder.read("model.ltfn"), "-dash.ltfn")
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: folder)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }

    @Test("short options may stand in one word, the last with its value")
    func clusters() throws {
        let folder = try TinyModel.folder()
        for line in [
            "model.ltfn -o new.ltfn", "model.ltfn -qf -o new.ltfn", "-fqo new.ltfn model.ltfn",
            "model.ltfn -qfonew.ltfn", "-onew.ltfn -f model.ltfn", "-fo=new.ltfn model.ltfn",
        ] {
            let outcome = Programs.shell("\"$BIN\"/ltfn-convert \(line)", in: folder)
            #expect(outcome.status == 0, "\(line): \(outcome.errors)")
            #expect(line.contains("q") == outcome.output.isEmpty)
        }
        #expect(!folder.names.contains { $0.hasPrefix("=") || $0.hasPrefix("f") })
        for line in ["-qx model.ltfn", "model.ltfn -xq", "-quiet model.ltfn", "-version"] {
            let outcome = Programs.shell("\"$BIN\"/ltfn-inspect \(line)", in: folder)
            #expect(outcome.status == 64, "\(line)")
            #expect(outcome.output.isEmpty)
            expectOneSentence(outcome, from: "ltfn-inspect", with: "There is no option -")
        }
        #expect(Programs.run("ltfn-inspect", "-qh", in: folder).output.contains("USAGE"))
    }

    @Test(
        "files in the wrong order are told so",
        arguments: [
            ("ltfn-eval test-images.idx model.ltfn", "ltfn-eval model.ltfn test-images.idx"),
            ("ltfn-eval missing model.ltfn", "ltfn-eval model.ltfn missing"),
            (
                "ltfn-inspect activations test-images.idx model.ltfn",
                "ltfn-inspect activations model.ltfn test-images.idx"
            ),
        ])
    func order(command: String, right: String) throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: folder)
        #expect(outcome.status == 64)
        expectOneSentence(
            outcome, from: String(command.prefix { $0 != " " }),
            with: "The model comes first: \(right)")
        let converted = Programs.run("ltfn-convert", "new.npz", "-o", "model.ltfn", in: folder)
        #expect(converted.status == 66)
        expectOneSentence(converted, from: "ltfn-convert", with: "Put the input before -o")
    }

    @Test(
        "a name that is not known gets the one that is meant",
        arguments: [
            ("ltfn-convert model.ltfn -o n.ltfn --retype float32=bf16", "did you mean f32?"),
            ("ltfn-convert model.ltfn -o n.ltfn --retype bits16=bfloat16", "did you mean bf16?"),
            ("ltfn-convert model.ltfn -o n.ltfn --retype bits16", "expected FROM=TO"),
            ("ltfn-convert model.ltfn -o n.ltfn --retype bits16=f32", "two dtypes of one width"),
            ("ltfn-convert model.ltfn -o n.ltfn --retype f32=u32", "expected opaque bits"),
            ("ltfn-convert model.ltfn -o n --to safetensor", "did you mean safetensors?"),
            ("ltfn-convert model.ltfn -o n --to numpy", "did you mean npz?"),
            ("ltfn-train -o m.ltfn --init he:2", "variance_scaling:2"),
            ("ltfn-train -o m.ltfn --init kaiming", "did you mean kaiming_normal?"),
            ("ltfn-train -o m.ltfn --init xavier_unifrom", "did you mean xavier_uniform?"),
            ("ltfn-train -o m.ltfn --init kaiming_uniform_", "kaiming_uniform, kaiming_normal"),
            ("ltfn-train -o m.ltfn --init he_nromal", "did you mean he_normal?"),
            ("ltfn-train -o m.ltfn --init uniform", "uniform:LOW,HIGH, as in uniform:-0.05,0.05"),
            ("ltfn-train -o m.ltfn --init uniform:1", "uniform:LOW,HIGH"),
            ("ltfn-train -o m.ltfn --optimizer adm", "did you mean adam?"),
            ("ltfn-train -o m.ltfn --schedule cosine_annealing", "did you mean cosine?"),
            ("ltfn-train -o m.ltfn --model cnn", "did you mean tutorial-convnet?"),
        ])
    func names(command: String, sentence: String) throws {
        let folder = try TinyModel.folder()
        let names = folder.names
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: folder)
        #expect(outcome.status == 64)
        #expect(
            outcome.errors.split(separator: "\n").first?.contains(sentence) == true,
            "\(outcome.errors)")
        #expect(folder.names == names)
    }

    @Test(
        "a folder that is missing is named",
        arguments: [
            "ltfn-convert model.ltfn -o none/new.ltfn", "ltfn-train --steps 0 -o none/new.ltfn",
            "ltfn-eval model.ltfn test-images.idx --predictions none/new.csv",
            "ltfn-inspect model.ltfn --json=none/new.json",
        ])
    func missingFolder(command: String) throws {
        let outcome = Programs.shell("\"$BIN\"/\(command)", in: try TinyModel.folder())
        #expect(outcome.status == 73)
        expectOneSentence(
            outcome, from: String(command.prefix { $0 != " " }),
            with: "there is no folder none; make it first")
    }

    @Test("peers that cannot be asked end the benchmarks before they begin")
    func peers() throws {
        let folder = TemporaryFolder()
        try folder.write(Array("import sys\nprint('a')\n".utf8), "peers.py")
        let line = "\"$BIN\"/ltfn-bench --filter bytes/crc32c --runs 1"
        for (options, word) in [
            ("--peers nonsense --peers-script peers.py", "nonsense, given with --peers"),
            ("--peers false --peers-script peers.py", "expected a Python 3"),
            ("--peers python3 --peers-script missing.py", "missing.py"),
            ("--weights missing.ltfn", "missing.ltfn"),
        ] {
            let outcome = Programs.shell("\(line) \(options)", in: folder)
            #expect(outcome.status == 66, "\(options)")
            #expect(outcome.output.isEmpty)
            expectOneSentence(outcome, from: "ltfn-bench", with: word)
        }
    }

    @Test("--quiet hides no checkpoint that is not kept, and none that a run falls back to")
    func losses() throws {
        let place = try TrainingFolder()
        let made = place.train(
            "-o", "m.ltfn", "--steps", "5", "--checkpoint-every", "2", "--quiet")
        #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
        try place.damage("m.ltfn")
        let resumed = place.train(
            "-o", "n.ltfn", "--resume", "m.ltfn", "--steps", "5", "-q", recipe: ["--data", "data"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.errors.contains("warning: resuming from m.step-000004.ltfn instead"))
        try place.folder.write(Array("not a checkpoint".utf8), "m.step-000004.ltfn")
        let kept = place.train(
            "-o", "m.ltfn", "--resume", "m.step-000002.ltfn", "--steps", "5",
            "--checkpoint-every", "2", "-q", recipe: ["--data", "data"])
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(kept.errors.contains("warning: m.step-000004.ltfn is not a sound checkpoint"))
        #expect(kept.output.isEmpty)
    }
}
