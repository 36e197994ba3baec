import ArgumentParser

/// How a command talks: colour, and how much. A quiet one prints no progress, notes, reports, nor
/// warnings other than of what is lost.
public struct DisplayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("When to use colour.", valueName: "when"))
    public var color: ColorChoice = .auto

    @Flag(
        name: [.short, .long],
        help:
            "Print only errors, what is left out, and the data that another option asks for."
    )
    public var quiet = false

    public init() {}

    /// What standard output can show.
    public var outputTerminal: Terminal { Terminal(.stdout, color: color) }

    /// What standard error can show.
    public var errorTerminal: Terminal { Terminal(.stderr, color: color) }

    /// Remarks of `program` on standard error.
    public func notes(program: String) -> Notes {
        Notes(program: program, terminal: errorTerminal, isQuiet: quiet)
    }
}
