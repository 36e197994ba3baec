import ArgumentParser
import LTFNBytes
import LTFNCommand
import TestSupport
import Testing

@Suite("Running a command")
struct CommandMainTests {
    struct Sample: CommandWithExamples {
        static let configuration = CommandConfiguration(
            commandName: "sample", abstract: "Tries things.", version: "sample 1")
        static let examples = [Example("sample ok", "all is well")]

        @Argument var what: String
        @OptionGroup var json: JSONOptions
        @OptionGroup var threads: ThreadOptions
        @OptionGroup var display: DisplayOptions

        func run() throws {
            switch what {
            case "failure": throw CommandFailure(.no, "Too low.")
            case "format": throw FormatError(.truncated, "It ends.")
            case "status": throw ExitCode(1)
            case "other": throw Other()
            case "file": #expect(json.destination == .file(path: "out.json"))
            case "print": #expect(json.destination == .standardOutput)
            default: #expect(json.destination == nil)
            }
        }
    }

    struct Other: Error {}

    func run(_ arguments: String...) -> CommandMain.Ending {
        CommandMain.ending(of: Sample.self, arguments)
    }

    @Test("Errors end with their status and one sentence")
    func errors() {
        #expect(run("ok").status == .success)
        #expect(run("failure") == .init(status: .no, message: "Too low."))
        #expect(run("format") == .init(status: .invalidInput, message: "It ends."))
        #expect(run("status").status == .no)
        #expect(run("other").status == .internalError)
    }

    @Test(
        "A wrong command line ends with 64 and the usage",
        arguments: [
            [], ["a", "b"], ["a", "--wrong"], ["a", "--threads", "0"], ["a", "--threads=x"],
            ["a", "--color=pink"], ["a", "--json="],
        ])
    func usage(arguments: [String]) {
        let ending = CommandMain.ending(of: Sample.self, arguments)
        #expect(ending.status == .usage)
        #expect(ending.message?.isEmpty == false)
        #expect(ending.advice.contains("sample"))
    }

    @Test("--json has an optional file, which is never the next argument")
    func json() {
        #expect(run("file", "--json=out.json").status == .success)
        #expect(run("--json", "print").status == .success)
        #expect(run("none").status == .success)
        // After `--` everything is a name.
        #expect(run("--", "--json=out.json").status == .success)
    }

    @Test("--help ends with the examples, --version does not have them")
    func help() {
        let help = run("--help")
        #expect(help.status == .success)
        #expect(help.output.hasSuffix("EXAMPLES:\n  # all is well\n  sample ok\n"))
        #expect(help.output.contains("Tries things."))
        let version = run("--version")
        #expect(version.status == .success)
        #expect(version.output == "sample 1")
    }

    @Test(
        "an instruction set that is unknown, or that this machine does not have, is 64",
        arguments: ["ltfn-train", "ltfn-inspect", "ltfn-eval", "ltfn-convert", "ltfn-bench"])
    func processor(program: String) throws {
        let folder = TemporaryFolder()
        for name in ["nonsense", "AVX2", "portable ", "mmx"] {
            let run = Programs.shell("LTFN_CPU='\(name)' $BIN/\(program) --version", in: folder)
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
            #expect(
                run.errors.hasPrefix(
                    "\(program): error: LTFN_CPU is \"\(name)\"; expected one of those that this "
                        + "machine has: portable"), "\(run.errors)")
        }
        for name in ["", "portable"] {
            let run = Programs.shell("LTFN_CPU='\(name)' $BIN/\(program) --version", in: folder)
            #expect(run.status == 0, "\(run.errors)")
        }
    }
}
