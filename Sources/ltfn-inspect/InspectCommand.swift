import ArgumentParser
import LTFNCommand
import LTFNFormat
import LTFNKernels

/// `ltfn-inspect`: subcommands beside a default one.
struct InspectCommand: CommandWithExamples {
    static let configuration = CommandConfiguration(
        commandName: "ltfn-inspect",
        abstract: "Looks into a model file.",
        usage: """
            ltfn-inspect <file> [<options of show>]
            ltfn-inspect <subcommand> …
            """,
        version: Toolkit.versionText(
            program: "ltfn-inspect", formatVersion: NativeFormat.version,
            codecs: NativeFormat.codecNames, cpu: InstructionSet.selected.rawValue),
        subcommands: [
            ShowCommand.self, GetCommand.self, DiffCommand.self, ActivationsCommand.self,
            VerifyCommand.self,
        ],
        defaultSubcommand: ShowCommand.self)

    static let examples =
        Array(ShowCommand.examples.prefix(2)) + Array(GetCommand.examples.prefix(1))
        + Array(DiffCommand.examples.prefix(1)) + Array(ActivationsCommand.examples.prefix(1))
        + VerifyCommand.examples
}
