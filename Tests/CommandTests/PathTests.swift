import TestSupport
import Testing

@Suite("Paths that are not UTF-8") struct PathTests {
    @Test("every command reads and writes them, and shows their bytes") func commands() throws {
        let folder = try TinyModel.folder()
        let name = "$(printf 'd\\377/a\\300\\257')"
        func run(_ line: String) -> Int32 {
            let outcome = Programs.shell(
                "mkdir -p \"$(printf 'd\\377')\"; n=\"\(name)\"; cp model.ltfn \"$n.ltfn\"; "
                    + "cp test-images.idx \"$n-images.idx\"; "
                    + "cp test-labels.idx \"$n-labels.idx\"; \(line)",
                in: folder)
            if outcome.status != 0 { Issue.record("\(line): \(outcome.errors)") }
            return outcome.status
        }
        #expect(run("$BIN/ltfn-inspect \"$n.ltfn\" | grep -qF 'd\\xFF/a\\xC0\\xAF.ltfn'") == 0)
        #expect(run("$BIN/ltfn-inspect verify \"$n.ltfn\"") == 0)
        #expect(
            run("$BIN/ltfn-eval \"$n.ltfn\" \"$n-images.idx\" \"$n-labels.idx\" --json=\"$n.json\"")
                == 0)
        #expect(run("test -s \"$n.json\"") == 0)
        #expect(
            run("$BIN/ltfn-convert \"$n.ltfn\" -o \"$n.safetensors\" && test -s \"$n.safetensors\"")
                == 0)
        #expect(
            run(
                "$BIN/ltfn-convert -o \"$n.2.ltfn\" \"$n.safetensors\" && cmp \"$n.ltfn\" \"$n.2.ltfn\""
            ) == 0)
        #expect(
            run("$BIN/ltfn-train -q --steps 0 -o \"$n.new.ltfn\" && test -s \"$n.new.ltfn\"") == 0)
        let missing = Programs.shell("$BIN/ltfn-inspect \"\(name).none\"", in: folder)
        #expect(missing.status == 66)
        #expect(missing.errors.contains("d\\xFF/a\\xC0\\xAF.none: "))
    }
}
