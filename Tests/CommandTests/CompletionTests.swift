import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import LTFNFormats
import TestSupport
import Testing

/// What stands after the cursor, as the programs tell it and as real shells offer it.
@Suite("Completions")
struct CompletionTests {
    /// Models of two variables, a folder, and other files.
    private static func folder() throws -> TemporaryFolder {
        let folder = try TinyModel.folder()
        try folder.write(folder.read("model.ltfn"), "two words.ltfn")
        try folder.write(Array("x".utf8), "notes.txt")
        try FileManager.default.createDirectory(
            atPath: folder.path("more"), withIntermediateDirectories: true)
        return folder
    }

    /// The answer where a model may stand.
    private static let models =
        "f "
        + CheckpointNames.fileExtensions.joined(separator: " ")

    /// The words that the program answers, and its letters for files.
    private func answers(_ program: String, _ words: [String], in folder: TemporaryFolder)
        -> [String]
    {
        Programs.run(program, ["---complete"] + words, in: folder).lines.map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            return fields[0] == "w" ? String(fields[1]) : fields.joined(separator: " ")
        }
    }

    @Test(
        "a default subcommand takes files where others have their names",
        arguments: [
            ([""], ["show", "get", "diff", "activations", "verify", "help", Self.models]),
            (["mo"], [Self.models]),
            (["v"], ["verify", Self.models]), (["verify", ""], [Self.models]),
            (["activations", "model.ltfn", ""], ["f"]),
            (["diff", "model.ltfn", ""], [Self.models]), (["diff", "--ignore", "n"], ["network"]),
            (["--no-stats", "v"], ["verify", Self.models]),
            (["help", "v"], ["verify"]), (["model.ltfn", "--colo"], ["--color"]),
            (["--color", ""], ["auto", "always", "never"]),
            (["--color=al"], ["p --color=", "always"]),
            (["--base", "m"], ["f ltfn"]), (["--json="], ["p --json=", "f json"]),
            (["model.ltfn", "--", "--n"], []), (["verify", "--sh"], []),
            (["--no-stats", "--no"], []), (["--variable", "a", "--var"], ["--variable"]),
        ])
    func inspect(words: [String], expected: [String]) throws {
        #expect(answers("ltfn-inspect", words, in: try Self.folder()) == expected)
    }

    @Test("options of the other programs: choices, files, folders")
    func others() throws {
        let folder = try Self.folder()
        #expect(answers("ltfn-train", ["--data", ""], in: folder) == ["d"])
        #expect(answers("ltfn-train", ["--optimizer", "adam"], in: folder) == ["adam", "adamw"])
        #expect(answers("ltfn-train", ["-o", ""], in: folder) == ["f ltfn"])
        #expect(answers("ltfn-train", ["--init", "he_n"], in: folder) == ["he_normal"])
        #expect(answers("ltfn-train", [""], in: folder).contains("--output"))
        #expect(answers("ltfn-eval", [""], in: folder) == [Self.models])
        #expect(answers("ltfn-eval", ["model.ltfn", ""], in: folder) == ["f"])
        #expect(
            answers("ltfn-convert", ["--to", "safetensors-"], in: folder) == ["safetensors-set"])
        #expect(answers("ltfn-bench", ["--models", ""], in: folder) == ["d"])
    }

    @Test("names of variables come from inside the file, but for those that cannot be typed")
    func variables() throws {
        let folder = try Self.folder()
        for words in [
            ["model.ltfn", "--variable", ""], ["show", "model.ltfn", "--variable", ""],
            ["--no-stats", "model.ltfn", "--variable", ""],
        ] {
            #expect(answers("ltfn-inspect", words, in: folder).sorted() == ["bias", "weights"])
        }
        let equals = answers("ltfn-inspect", ["model.ltfn", "--variable=b"], in: folder)
        #expect(equals == ["p --variable=", "bias"])
        for path in ["missing", "notes.txt", "more", "/dev/null"] {
            #expect(answers("ltfn-inspect", [path, "--variable", ""], in: folder).isEmpty)
        }
        let value = try TensorData(shape: [1], floats: [1])
        let names = ["a\u{202E}b", "conv1/kernel:0", "two words"]
        let manifest = try Manifest(
            variables: names.map { VariableInfo(name: try VariableName($0), tensor: value.info) })
        let sink = MemorySink()
        try NativeFormat().write(
            Checkpoint(manifest: manifest, tensors: names.map { _ in value }), to: sink)
        try folder.write(sink.bytes, "names.ltfn")
        #expect(
            answers("ltfn-inspect", ["names.ltfn", "--variable", ""], in: folder).sorted()
                == ["conv1/kernel:0", "two words"])
    }

    @Test("a script is for a shell that is known")
    func scripts() throws {
        for shell in ["bash", "zsh", "fish"] {
            for line in [
                "--generate-completion-script \(shell)", "--generate-completion-script=\(shell)",
            ] {
                for program in ["train", "inspect", "eval", "convert", "bench"] {
                    let outcome = Programs.shell(
                        "\"$BIN\"/ltfn-\(program) \(line)", in: TemporaryFolder())
                    #expect(outcome.status == 0)
                    #expect(outcome.output.contains("ltfn-\(program)"))
                    #expect(
                        !outcome.output.contains("PROGRAM") && !outcome.output.contains("FUNCTION"))
                }
            }
        }
        let own = Programs.shell(
            "SHELL=/usr/bin/fish \"$BIN\"/ltfn-eval --generate-completion-script",
            in: TemporaryFolder())
        #expect(own.output.contains("complete -c ltfn-eval"))
        let strange = Programs.run("ltfn-eval", "--generate-completion-script", "tcsh")
        #expect(strange.status == 64)
        expectOneSentence(strange, from: "ltfn-eval", with: "bash, zsh or fish")
    }

    /// What is typed, and what stands there after the tabulator.
    private static let cases: [(line: String, offered: [String])] = [
        ("ltfn-inspect mod", ["model.ltfn"]), ("ltfn-inspect ver", ["verify"]),
        ("ltfn-inspect verify mod", ["model.ltfn"]),
        ("ltfn-inspect model.ltfn --variable wei", ["weights"]),
        ("ltfn-inspect model.ltfn --variable=wei", ["weights"]),
        ("ltfn-inspect --base=mod", ["model.ltfn"]), ("ltfn-inspect --no-s", ["--no-stats"]),
        ("ltfn-inspect mo", ["model.ltfn", "more"]),
    ]

    @Test("bash", .enabled(if: Programs.exists("bash")))
    func bash() throws {
        let folder = try Self.folder()
        for (line, offered) in Self.cases {
            // Readline hands over the words as it breaks them.
            let words = line.replacingOccurrences(of: "=", with: " = ")
            let outcome = Programs.shell(
                """
                PATH=$BIN:$PATH exec bash --norc -c '
                source <(ltfn-inspect --generate-completion-script bash)
                COMP_LINE="\(line)"; COMP_WORDS=(\(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                COMP_POINT=${#COMP_LINE}
                _ltfn_inspect ltfn-inspect "${COMP_WORDS[COMP_CWORD]}"
                printf "%s\\n" "${COMPREPLY[@]}"'
                """, in: folder)
            #expect(outcome.lines.sorted() == offered, "\(line): \(outcome.errors)")
        }
    }

    /// Names of files, as they are and as they are typed.
    private static let quoted: [(name: String, typed: String)] = [
        ("two words.ltfn", #"two\ words.ltfn"#), ("two words.ltfn", "\"two words.ltfn\""),
        ("two words.ltfn", "'two words.ltfn'"), ("it's.ltfn", #"it\'s.ltfn"#),
        ("$PWD.ltfn", #"\$PWD.ltfn"#), ("größe.ltfn", "größe.ltfn"), ("~x.ltfn", "~x.ltfn"),
        ("a\"b.ltfn", #"a\"b.ltfn"#), ("p(1).ltfn", #"p\(1\).ltfn"#),
        ("model.ltfn", "~/model.ltfn"),
    ]

    @Test("variables of a file whose name is quoted, and nothing is run", arguments: quoted)
    func quotes(name: String, typed: String) throws {
        let folder = try Self.folder()
        try folder.write(folder.read("model.ltfn"), name)
        let bash = """
            source <(ltfn-inspect --generate-completion-script bash)
            COMP_LINE="ltfn-inspect $1 --variable wei"; COMP_POINT=${#COMP_LINE}
            COMP_WORDS=(ltfn-inspect "$1" --variable wei); COMP_CWORD=3
            _ltfn_inspect ltfn-inspect wei
            echo "${COMPREPLY[@]}"
            """
        try folder.write(Array(bash.utf8), "ask.bash")
        try folder.write(Array(typed.utf8), "typed")
        let start = "export PATH=$BIN:$PATH HOME=$PWD; "
        if Programs.exists("bash") {
            let run = Programs.shell(
                start + "bash --norc ask.bash \"$(cat typed)\"; "
                    + "bash --norc ask.bash '$(touch run)`touch run`'", in: folder)
            #expect(run.lines.first == "weights", "bash, \(typed): \(run.errors)")
            #expect(!folder.names.contains("run"))
        }
        if Programs.exists("fish") {
            let run = Programs.shell(
                start
                    + "fish --no-config -c 'ltfn-inspect --generate-completion-script fish | source; "
                    + "complete -C \"ltfn-inspect $(cat typed) --variable wei\"'", in: folder)
            #expect(run.lines == ["weights"], "fish, \(typed): \(run.errors)")
        }
    }

    @Test("fish", .enabled(if: Programs.exists("fish")))
    func fish() throws {
        let folder = try Self.folder()
        for (line, offered) in Self.cases {
            let outcome = Programs.shell(
                """
                PATH=$BIN:$PATH HOME=$PWD exec fish --no-config -c '
                ltfn-inspect --generate-completion-script fish | source
                complete -C "\(line)"'
                """, in: folder)
            let words = outcome.lines.map { line in
                let word = line.split(separator: "\t")[0]
                return String(word.split(separator: "=").last ?? "").replacingOccurrences(
                    of: "/", with: "")
            }
            #expect(words.sorted() == offered, "\(line): \(outcome.errors)")
        }
    }

    @Test("zsh", .enabled(if: Programs.exists("zsh")))
    func zsh() throws {
        let folder = try Self.folder()
        // A shell on a terminal of its own: there is no other way to press a key.
        let script = """
            zmodload zsh/zpty
            zpty -b shell zsh -f -i
            zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D
            source <(ltfn-inspect --generate-completion-script zsh); bindkey "^X" list-choices
            show() { print -r -- "<$BUFFER>"; zle kill-whole-line }; zle -N show; bindkey "^T" show; echo REA""DY'
            zpty -r shell answer '*READY*'
            zpty -w -n shell "$1"$'\\t\\x14'
            zpty -r shell answer '*<*>*'
            print -r -- "${answer%%>*}"
            zpty -d shell
            """
        try folder.write(Array(script.utf8), "press.zsh")
        for (line, offered) in Self.cases where offered.count == 1 {
            let outcome = Programs.shell(
                "PATH=$BIN:$PATH TERM=dumb exec timeout 60 zsh -f press.zsh '\(line)'", in: folder)
            let typed = outcome.output.split(separator: "<").last ?? ""
            #expect(
                typed.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix(offered[0]),
                "\(line): \(outcome.output) \(outcome.errors)")
        }
    }
}
