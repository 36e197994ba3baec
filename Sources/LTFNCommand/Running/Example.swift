import ArgumentParser

/// A command line, and what it does, for the end of `--help`.
public struct Example: Hashable, Sendable {
    public var commandLine: String
    /// A few words.
    public var purpose: String

    public init(_ commandLine: String, _ purpose: String) {
        self.commandLine = commandLine
        self.purpose = purpose
    }
}

/// A command whose `--help` ends with examples.
public protocol CommandWithExamples: ParsableCommand {
    static var examples: [Example] { get }
}

extension Example {
    /// The last section of a help text.
    static func section(_ examples: [Example]) -> String {
        guard !examples.isEmpty else { return "" }
        return "\nEXAMPLES:\n"
            + examples.map { "  # \($0.purpose)\n  \($0.commandLine)\n" }.joined(separator: "\n")
    }
}
