import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("ltfn-inspect")
struct InspectTests {
    @Test("Shows every variable without being asked to")
    func show() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run("ltfn-inspect", "model.ltfn", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.contains("tiny: 4×4×1 → dense 3"))
        #expect(outcome.output.contains("\nweights  f32 [16, 3] = 48  "))
        // 45 zeros and three eights.
        #expect(outcome.output.contains("mean 0.500  std 1.94  min 0  max 8.00  45 zeros"))
        #expect(outcome.output.contains("initializer unknown"))
        #expect(outcome.output.contains("zeros, descriptive"))
        let named = Programs.run("ltfn-inspect", "show", "model.ltfn", in: folder)
        #expect(named.output == outcome.output)
    }

    @Test("Options may stand before the subcommand, too")
    func optionsFirst() throws {
        let folder = try TinyModel.folder()
        let usual = Programs.run("ltfn-inspect", "verify", "model.ltfn", "--json", in: folder)
        for arguments in [
            "--json verify model.ltfn", "--color never --json verify model.ltfn",
            "--json model.ltfn verify",
        ] {
            let outcome = Programs.shell("\"$BIN/ltfn-inspect\" " + arguments, in: folder)
            #expect(outcome.status == 0 && outcome.output == usual.output, "\(arguments)")
        }
        // A mistake is still told as one.
        let wrong = Programs.run("ltfn-inspect", "--jsn", "verify", "model.ltfn", in: folder)
        #expect(wrong.status == 64 && wrong.errors.contains("--jsn"))
    }

    @Test("--no-stats lists the index")
    func noStatistics() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run("ltfn-inspect", "--no-stats", "model.ltfn", in: folder)
        #expect(outcome.status == 0)
        #expect(!outcome.output.contains("mean"))
        #expect(outcome.output.contains("variable  "))
    }

    @Test("--variable shows those that fit, in text and JSON, and one that is not there is 64")
    func selection() throws {
        let folder = try TinyModel.folder()
        for (pattern, names) in [
            ("weights", ["weights"]), ("b*", ["bias"]), ("?ias", ["bias"]),
            ("*", ["weights", "bias"]),
        ] {
            let text = Programs.run(
                "ltfn-inspect", "model.ltfn", "--variable", pattern, in: folder)
            #expect(text.status == 0, "\(text.errors)")
            let list = Programs.run(
                "ltfn-inspect", "model.ltfn", "--variable", pattern, "--no-stats", in: folder)
            for name in ["weights", "bias"] {
                #expect(text.output.contains("\n\(name)  f32") == names.contains(name))
                #expect(list.output.contains("\n\(name) ") == names.contains(name))
            }
            let json = Programs.run(
                "ltfn-inspect", "model.ltfn", "--variable", pattern, "--json", in: folder)
            let document = try JSONReader.read(Array(json.output.utf8))
            #expect(document["selection"] == [.string(pattern)])
            #expect(document["totals"]?["variables"] == 2)
            guard case .array(let variables)? = document["variables"] else {
                Issue.record("There are no variables.")
                return
            }
            #expect(variables.map { $0["name"] } == names.map { .string($0) })
        }
        let both = Programs.run(
            "ltfn-inspect", "model.ltfn", "--variable", "bias", "--variable", "w*", in: folder)
        #expect(both.output.contains("shown: 2 variables of bias, w*"))
        let none = Programs.run(
            "ltfn-inspect", "model.ltfn", "--variable", "weigths", in: folder)
        #expect(none.status == 64)
        expectOneSentence(none, from: "ltfn-inspect", with: "\"weigths\"")
        #expect(
            Programs.run("ltfn-inspect", "model.ltfn", "--json", in: folder).output.contains(
                "\"selection\": null"))
    }

    @Test("--json is a document with its schema")
    func json() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run("ltfn-inspect", "model.ltfn", "--json", in: folder)
        #expect(outcome.status == 0)
        let document = try JSONReader.read(Array(outcome.output.utf8))
        #expect(document["schema"] == "ltfn.inspect/1")
        guard case .array(let variables)? = document["variables"] else {
            Issue.record("There are no variables.")
            return
        }
        #expect(variables.count == 2)
        #expect(variables[0]["name"] == "weights")
        guard case .double(let deviation)? = variables[0]["statistics"]?["std"] else {
            Issue.record("There is no standard deviation.")
            return
        }
        #expect(abs(deviation - 1.9364916731037085) < 1e-14)
    }

    @Test("Colour is there when it is asked for")
    func color() throws {
        let folder = try TinyModel.folder()
        let plain = Programs.run("ltfn-inspect", "model.ltfn", in: folder)
        let colored = Programs.run("ltfn-inspect", "model.ltfn", "--color=always", in: folder)
        #expect(!plain.output.contains("\u{1B}"))
        #expect(colored.output.contains("\u{1B}[1mweights\u{1B}[0m"))
    }

    @Test("Activations of the layers, and what is predicted")
    func activations() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run(
            "ltfn-inspect", "activations", "model.ltfn", "test-images.idx", in: folder)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\n  logits     3.55         │"))
        #expect(outcome.output.contains("right    9 of 10 (90.0 %)"))
        #expect(outcome.output.contains("\nhealthy\n  Nothing here"))
    }

    /// `images.idx` with a blank image and one with a square.
    private func images(in folder: TemporaryFolder) throws {
        let head: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]
        let square: [UInt8] = (0..<784).map { (pixel: Int) -> UInt8 in
            let row = pixel / 28
            return row > 7 && row < 21 ? UInt8(pixel * 37 % 256) : 0
        }
        try folder.write(head + [UInt8](repeating: 0, count: 784) + square, "images.idx")
    }

    @Test(
        "The tutorial's three cases get their verdicts, and no others",
        arguments: [
            ("normal", "exploding"), ("scaled-normal:0.01", "vanishing"), ("he", nil),
        ])
    func verdicts(initializer: String, verdict: String?) throws {
        let folder = TemporaryFolder()
        try images(in: folder)
        let trained = Programs.run(
            "ltfn-train", "-o", "m.ltfn", "--steps", "0", "--synthetic", "--init", initializer,
            "-q", in: folder)
        #expect(trained.status == 0, "\(trained.errors)")
        let arguments = ["activations", "m.ltfn", "images.idx"]
        let json = Programs.run("ltfn-inspect", arguments + ["--json"], in: folder)
        let document = try JSONReader.read(Array(json.output.utf8))
        guard case .array(let found)? = document["verdicts"] else {
            Issue.record("There are no verdicts.")
            return
        }
        #expect(found.map { $0["rule"] } == (verdict.map { [.string($0)] } ?? []))
        let text = Programs.run(
            "ltfn-inspect", arguments + ["--fail-on", "any"], in: folder)
        #expect(text.output.contains("\n" + (verdict ?? "healthy")))
        #expect(text.status == (verdict == nil ? 0 : 1))
        if let verdict {
            let other = Programs.run(
                "ltfn-inspect",
                arguments + ["--fail-on", "dead-layer,not-finite"], in: folder)
            #expect(other.status == 0)
            let far = Programs.run(
                "ltfn-inspect",
                arguments + [
                    "--fail-on", verdict, "--threshold",
                    verdict == "exploding" ? "exploding=1e12" : "vanishing=0",
                ], in: folder)
            #expect(far.status == 0)
        }
    }

    @Test(
        "Rules and thresholds that are none are refused",
        arguments: [
            ("--fail-on explodig", "did you mean exploding?"), ("--threshold gain", "RULE=NUMBER"),
            ("--threshold untrained=1", "untrained has no threshold"),
            ("--threshold gain=nan", "RULE=NUMBER"),
        ])
    func rules(options: String, sentence: String) throws {
        let outcome = Programs.run(
            "ltfn-inspect",
            ["activations", "m.ltfn", "i.idx"] + options.split(separator: " ").map(String.init),
            in: nil)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }

    @Test("A sound file is told from a damaged one")
    func verify() throws {
        let folder = try TinyModel.folder()
        let sound = Programs.run("ltfn-inspect", "verify", "model.ltfn", in: folder)
        #expect(sound.status == 0)
        #expect(sound.output.hasPrefix("model.ltfn: sound (2 variables"))

        var bytes = try folder.read("model.ltfn")
        // The values come first, after a header of 64 bytes.
        bytes[70] ^= 1
        try folder.write(bytes, "model.ltfn")
        let damaged = Programs.run("ltfn-inspect", "verify", "model.ltfn", in: folder)
        #expect(damaged.status == 65)
        expectOneSentence(damaged, from: "ltfn-inspect", with: "damaged")
    }

    @Test("A file that asks for newer sampling rules is unsupported, not damaged")
    func unsupported() throws {
        let folder = TemporaryFolder()
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([300]))
        let initializer = InitializerSpec(
            recipe: .heNormal,
            evidence: .reproducible(
                algorithmVersion: 2, digest: ValueHash.digest([1])))
        let variable = VariableInfo(
            name: try VariableName("w"), tensor: info, initializer: initializer)
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(
                manifest: Manifest(variables: [variable]),
                tensors: [TensorData(info: info, bytes: AlignedBytes(byteCount: 1200))]),
            to: sink)
        try folder.write(sink.bytes, "newer.ltfn")
        let outcome = Programs.run("ltfn-inspect", "verify", "newer.ltfn", in: folder)
        #expect(outcome.status == 69)
        #expect(outcome.output.hasPrefix("newer.ltfn: unsupported, 1 problem\n"))
        #expect(!outcome.errors.contains("damaged"))
        expectOneSentence(outcome, from: "ltfn-inspect", with: "version 2 of the sampling rules")
    }

    @Test(
        "What cannot be opened gets 66, what is not valid 65",
        arguments: [
            ("missing", 66), (".", 66), ("empty", 65), ("page", 65), ("test-images.idx", 65),
        ])
    func errors(name: String, status: Int32) throws {
        let folder = try TinyModel.folder()
        try folder.write([], "empty")
        try folder.write(EvaluateTests.html, "page")
        for command in ["show", "verify"] {
            let outcome = Programs.run("ltfn-inspect", command, name, in: folder)
            #expect(outcome.status == status)
            #expect(outcome.output.isEmpty)
            expectOneSentence(outcome, from: "ltfn-inspect", with: name)
        }
    }

    @Test("A base that is damaged is named, not the file that needs it")
    func damagedBase() throws {
        let folder = try TinyModel.folder()
        let stored = Programs.shell(
            "cp model.ltfn base.ltfn && \"$BIN/ltfn-convert\" model.ltfn -o difference.ltfn "
                + "--relative-to base.ltfn", in: folder)
        #expect(stored.status == 0, "\(stored.errors)")
        var bytes = try folder.read("base.ltfn")
        bytes[64] ^= 1
        try folder.write(bytes, "base.ltfn")
        let outcome = Programs.run(
            "ltfn-inspect", "verify", "difference.ltfn", "--base", "base.ltfn", in: folder)
        #expect(outcome.status == 65)
        #expect(outcome.output.hasPrefix("difference.ltfn: damaged by its base base.ltfn"))
        expectOneSentence(
            outcome, from: "ltfn-inspect", with: "Its base is damaged, base.ltfn")
        let document = try JSONReader.read(
            Array(
                Programs.run(
                    "ltfn-inspect", "verify", "difference.ltfn", "--base", "base.ltfn", "--json",
                    in: folder
                ).output.utf8))
        guard case .array(let problems)? = document["problems"] else {
            Issue.record("There are no problems.")
            return
        }
        #expect(!problems.isEmpty && problems.allSatisfy { $0["path"] == "base.ltfn" })
    }

    @Test("In a pipe no name is cut, however narrow a line is said to be")
    func longNames() throws {
        let folder = TemporaryFolder()
        let names = (0..<5).map {
            "model.decoder." + String(repeating: "part.", count: 20) + "\($0)"
        }
        let tensors = try names.map { _ in try TensorData(shape: [1], floats: [1]) }
        let variables = try zip(names, tensors).map {
            try VariableInfo(name: VariableName($0), tensor: $1.info)
        }
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(manifest: Manifest(variables: variables), tensors: tensors), to: sink)
        try folder.write(sink.bytes, "deep.ltfn")
        let line = "COLUMNS=60 \"$BIN/ltfn-inspect\" deep.ltfn --no-stats | grep -c '\\.[0-4]  '"
        #expect(Programs.shell(line, in: folder).output == "5\n")
    }

    @Test("As many threads as the process may use, and integers of 64 bits as text")
    func cores() throws {
        let folder = try TinyModel.folder()
        for limit in ["taskset -c 0", "env SLURM_CPUS_PER_TASK=1", "env SLURM_CPUS_ON_NODE=1"] {
            let outcome = Programs.shell(
                limit + " \"$BIN/ltfn-eval\" model.ltfn test-images.idx --json", in: folder)
            let document = try JSONReader.read(Array(outcome.output.utf8))
            #expect(document["threads"] == 1, "\(limit): \(outcome.errors)")
        }
        let trained = Programs.shell(
            "\"$BIN/ltfn-train\" -o m.ltfn --synthetic --steps 0 --seed 18446744073709551615 --json",
            in: folder)
        let document = try JSONReader.read(Array(trained.output.utf8))
        #expect(document["seed"] == "18446744073709551615", "\(trained.errors)")
    }

    @Test("Output that cannot be created gets 73", arguments: ["show", "verify"])
    func notCreated(command: String) throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run(
            "ltfn-inspect", command, "model.ltfn", "--json=missing/out.json", in: folder)
        #expect(outcome.status == 73)
        expectOneSentence(outcome, from: "ltfn-inspect", with: "missing/out.json")
    }

    @Test(
        "--help of every command ends with examples",
        arguments: [[], ["show"], ["activations"], ["verify"]])
    func help(command: [String]) throws {
        let line = "\"$BIN/ltfn-inspect\" " + (command + ["--help"]).joined(separator: " ")
        let outcome = Programs.shell(line, in: TemporaryFolder())
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("\nEXAMPLES:\n"))
        #expect(outcome.output.contains(command.isEmpty ? "SUBCOMMANDS:" : "--json"))
    }
}
