import ArgumentParser
import LTFNBytes

/// Finds out what a command line means, and what may have been meant by one that means nothing.
struct CommandLineParser<Root: ParsableCommand> {
    /// The command that `words` mean.
    ///
    /// - Throws: `CommandFailure`; what the parser throws, also for a request for help.
    func command(_ words: [String]) throws -> any ParsableCommand {
        var words = JSONOptions.rewriting(words)
        if let command = description(where: Self.hasCluster(words))?.subcommand(of: words) {
            words = try ShortOptions(command: command).expanding(words)
        }
        if let description = description(where: !Root.configuration.subcommands.isEmpty) {
            try Subcommands(description: description).expectNoMistake(in: words)
        }
        do {
            return try parsed(words)
        } catch  where Root.exitCode(for: error) == .validationFailure {
            throw complaint(error, words)
        }
    }

    /// Telling it takes a while.
    private func description(where isNeeded: Bool) -> CommandDescription? {
        isNeeded ? CommandDescription(Root.self) : nil
    }

    private static func hasCluster(_ words: [String]) -> Bool {
        words.contains { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.count > 2 }
    }

    /// The parser wants the name of a subcommand first; options, and whatever else can only be the
    /// subcommand's, may stand before it as well.
    private func parsed(_ words: [String]) throws -> any ParsableCommand {
        do {
            return try Root.parseAsRoot(words)
        } catch {
            let names = Root.configuration.subcommands.map { $0._commandName }
            let end = words.firstIndex(of: "--") ?? words.endIndex
            guard Root.exitCode(for: error) == .validationFailure,
                let place = words[..<end].firstIndex(where: names.contains), place > 0,
                let command = try? Root.parseAsRoot(
                    [words[place]] + words[..<place] + words[(place + 1)...])
            else { throw error }
            return command
        }
    }

    /// What to say of words that mean nothing.
    private func complaint(_ error: any Error, _ words: [String]) -> ParserComplaint {
        // The parser quotes what it is given: it is given what can be shown.
        let shown = words.map { TerminalText.escaped($0) }
        var error = error
        if shown != words {
            do {
                _ = try parsed(shown)
            } catch let other where Root.exitCode(for: other) == .validationFailure {
                error = other
            } catch {}
        }
        var complaint = ParserComplaint(
            message: Root.message(for: error), help: Root.fullMessage(for: error),
            name: Root._commandName)
        if let root = CommandDescription(Root.self) {
            complaint.explain(
                by: root.subcommand(of: words), beside: root.subcommands, shown)
        }
        return complaint
    }
}
