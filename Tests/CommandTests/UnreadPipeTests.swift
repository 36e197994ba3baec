import TestSupport
import Testing

/// Outputs that can only be written to when somebody reads: an ordinary status, soon, and one
/// sentence.
@Suite("Pipes that nobody reads, and sockets", .enabled(if: Programs.exists("timeout")))
struct UnreadPipeTests {
    private static let lines = [
        "ltfn-convert model.ltfn -o OUT --to safetensors",
        "ltfn-convert model.ltfn -o out.safetensors --json=OUT",
        "ltfn-inspect model.ltfn --json=OUT",
        "ltfn-inspect verify model.ltfn --json=OUT",
        "ltfn-inspect activations model.ltfn test-images.idx --json=OUT",
        "ltfn-eval model.ltfn test-images.idx --json=OUT",
        "ltfn-eval model.ltfn test-images.idx --predictions OUT",
        "ltfn-train --steps 0 -o out.ltfn --json=OUT",
    ]

    private func run(_ line: String, before: String, output: String) throws -> Outcome {
        Programs.shell(
            before + "timeout 60 \"$BIN\"/" + line.replacing("OUT", with: output),
            in: try TinyModel.folder())
    }

    @Test("a pipe without a reader is given up", arguments: lines) func unread(line: String) throws
    {
        let run = try run(line, before: "mkfifo pipe; ", output: "pipe")
        #expect([73, 74].contains(run.status), "\(run.errors)")
        #expect(run.errors.contains("pipe: The file cannot be created: nobody reads from the pipe"))
    }

    @Test("a reader that comes a little later is waited for") func late() throws {
        let line = "ltfn-convert model.ltfn -o OUT --to safetensors; wait; test -s got"
        let run = try run(line, before: "mkfifo p; { sleep 0.5; cat p >got; } & ", output: "p")
        #expect(run.status == 0, "\(run.errors)")
    }

    @Test(
        "a socket is refused before any work", .enabled(if: Programs.hasPython),
        arguments: lines + ["ltfn-train --steps 1000000 -o OUT"])
    func socket(line: String) throws {
        let bind = "import socket; socket.socket(socket.AF_UNIX).bind(\"s\")"
        let run = try run(line, before: "python3 -c '\(bind)'; ", output: "s")
        #expect(run.status == 73, "\(run.errors)")
        #expect(run.errors.contains("s: The file cannot be created: it is a socket"))
    }
}
