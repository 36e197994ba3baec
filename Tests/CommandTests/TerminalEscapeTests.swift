import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// Nothing that comes from a file or from the command line may steer the terminal, whoever prints
/// it.
@Suite("Escapes on the terminal")
struct TerminalEscapeTests {
    /// Colour, the window's title, a line of its own, C1, the direction of writing, a bell, an
    /// erased line.
    private static let hostile =
        "x\u{1B}[31m\u{1B}]0;owned\u{7}\nltfn: error: \u{9B}2K\u{202E}\u{2066}\r\u{85}\u{FEFF}"

    /// Everything of `text` that is neither shown nor a line feed nor one of the program's own
    /// styles.
    private func dangers(in text: String) -> [String] {
        var rest = text
        for code in ["0", "1", "2", "31", "32", "33", "34", "36", "1;31", "1;33"] {
            rest = rest.replacingOccurrences(of: "\u{1B}[\(code)m", with: "")
        }
        return rest.unicodeScalars.filter {
            $0 != "\n" && TerminalText.escaped(String($0)) != String($0)
        }.map { "U+" + String($0.value, radix: 16) }
    }

    private func expectHarmless(
        _ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for text in [outcome.output, outcome.errors] {
            #expect(dangers(in: text).isEmpty, sourceLocation: sourceLocation)
            #expect(!text.contains("\nltfn: error:"), sourceLocation: sourceLocation)
        }
    }

    @Test(
        "values and names of options, and names of files, in every command and every error",
        arguments: [
            "ltfn-inspect", "ltfn-inspect verify", "ltfn-inspect activations model.ltfn",
            "ltfn-inspect model.ltfn --variable", "ltfn-inspect get model.ltfn",
            "ltfn-inspect get model.ltfn weights -o", "ltfn-inspect get model.ltfn weights --to",
            "ltfn-inspect diff model.ltfn", "ltfn-inspect diff model.ltfn model.ltfn --ignore",
            "ltfn-inspect diff model.ltfn model.ltfn --variable",
            "ltfn-inspect model.ltfn --color",
            "ltfn-inspect model.ltfn --max-expanded", "ltfn-inspect model.ltfn --base",
            "ltfn-inspect model.ltfn", "ltfn-inspect help", "ltfn-eval model.ltfn",
            "ltfn-eval model.ltfn test-images.idx",
            "ltfn-eval model.ltfn test-images.idx --count",
            "ltfn-eval model.ltfn test-images.idx --min-accuracy",
            "ltfn-eval model.ltfn test-images.idx test-labels.idx", "ltfn-convert",
            "ltfn-convert model.ltfn -o", "ltfn-convert model.ltfn -o new.ltfn --to",
            "ltfn-convert model.ltfn -o new.ltfn --allow-loss",
            "ltfn-convert model.ltfn -o new.ltfn --retype",
            "ltfn-convert model.ltfn -o new.ltfn --relative-to", "ltfn-train -o new.ltfn --init",
            "ltfn-train -o new.ltfn --model", "ltfn-train -o new.ltfn --optimizer",
            "ltfn-train -o new.ltfn --schedule", "ltfn-train -o new.ltfn --seed",
            "ltfn-train -o new.ltfn --data", "ltfn-train -o new.ltfn --resume",
            "ltfn-train --steps 0 -o", "ltfn-bench --filter", "ltfn-bench --list --threads",
            "ltfn-bench --generate-completion-script",
        ])
    func commandLine(command: String) throws {
        let folder = try TinyModel.folder()
        let words = command.split(separator: " ").map(String.init)
        for color in ["never", "always"] {
            for value in [
                Self.hostile, "--" + Self.hostile, "-" + Self.hostile, "--a=" + Self.hostile,
            ] {
                let outcome = Programs.run(
                    words[0], Array(words.dropFirst()) + [value, "--color", color], in: folder)
                expectHarmless(outcome)
            }
        }
        let variable = Programs.shell(
            "LTFN_CPU='\(Self.hostile)' $BIN/\(words[0]) --version", in: folder)
        #expect(variable.status == 64)
        expectHarmless(variable)
    }

    @Test("a file may be called so, and is shown by what it is called")
    func fileNames() throws {
        let folder = try TinyModel.folder()
        let name = "x\u{1B}[31m\u{9B}2K\u{202E}\n.ltfn"
        try folder.write(folder.read("model.ltfn"), name)
        for (program, arguments) in [
            ("ltfn-inspect", [name]), ("ltfn-inspect", ["verify", name]),
            ("ltfn-inspect", ["activations", name, "test-images.idx"]),
            ("ltfn-inspect", ["diff", name, "model.ltfn"]),
            ("ltfn-eval", [name, "test-images.idx"]), ("ltfn-convert", [name, "-o", "b" + name]),
        ] {
            let outcome = Programs.run(program, arguments + ["--color", "always"], in: folder)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains(#"x\u{1B}[31m\u{9B}2K\u{202E}\u{A}.ltfn"#))
            expectHarmless(outcome)
        }
    }

    @Test("metadata of a run are compared with what is asked for, and quoted")
    func resume() throws {
        let place = try TrainingFolder()
        #expect(place.train("-o", "m.ltfn", "--steps", "1").status == 0)
        let bytes = try place.folder.read("m.ltfn")
        let checkpoint = try Checkpoint(
            reading: NativeFormat().open(MemorySource(bytes), limits: .standard))
        let keys = checkpoint.manifest.metadata.entries.map(\.key.string)
        #expect(!keys.isEmpty)
        for key in keys {
            var manifest = checkpoint.manifest
            let changed = Self.spoiled(manifest.metadata[key])
            guard changed != manifest.metadata[key] else { continue }
            manifest.metadata[key] = changed
            let sink = MemorySink()
            try NativeFormat().write(
                Checkpoint(manifest: manifest, tensors: checkpoint.tensors), to: sink)
            try place.folder.write(sink.bytes, "hostile.ltfn")
            expectHarmless(place.train("-o", "n.ltfn", "--resume", "hostile.ltfn", "--steps", "2"))
            expectHarmless(Programs.run("ltfn-inspect", "hostile.ltfn", in: place.folder))
            let json = Programs.run("ltfn-inspect", "hostile.ltfn", "--json", in: place.folder)
            #expect(dangers(in: json.output).isEmpty)
            #expect(json.output.contains(#"\u001b[31m"#))
        }
    }

    /// `value` with escapes in every string.
    private static func spoiled(_ value: MetadataValue?) -> MetadataValue? {
        switch value {
        case .string: .string(hostile)
        case .list(let values): .list(values.compactMap { spoiled($0) })
        case .map(let entries):
            .map(
                entries.entries.reduce(into: entries) { result, entry in
                    result[entry.key.string] = spoiled(entry.value)
                })
        default: value
        }
    }

    @Test("the program's own styles come through, one that only looks like them does not")
    func styles() throws {
        let folder = try TinyModel.folder()
        let outcome = Programs.run(
            "ltfn-inspect", "model.ltfn", "--color", "always", in: folder)
        #expect(outcome.output.contains("\u{1B}[1mmodel.ltfn\u{1B}[0m"))
        let failed = Programs.run(
            "ltfn-inspect", "\u{1B}[1mno\u{1B}[0m", "--color", "always", in: folder)
        #expect(failed.errors.contains("\u{1B}[1;31merror:\u{1B}[0m"))
        #expect(failed.errors.contains(#"\u{1B}[1mno\u{1B}[0m"#))
    }
}
