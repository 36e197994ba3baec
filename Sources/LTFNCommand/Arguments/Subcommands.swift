import LTFNBytes
import LTFNFiles

/// Subcommands beside a default one, which would take the name of every other for a file.
struct Subcommands {
    let description: CommandDescription

    /// - Throws: `CommandFailure` when a word that would be a file is rather a misspelled
    ///   subcommand.
    func expectNoMistake(in words: [String]) throws(CommandFailure) {
        let names = description.subcommandNames
        if words.first == "help", let asked = words.dropFirst().first, !asked.hasPrefix("-"),
            asked != "help", !names.contains(asked)
        {
            let meant = Spelling.suggestion(
                for: asked, among: names, meanings: OptionMeanings.subcommands)
            throw CommandFailure(
                .usage,
                "There is no subcommand \(TerminalText.escaped(asked))"
                    + Spelling.question(
                        meant, else: "; expected one of \(names.joined(separator: ", "))."))
        }
        let end = words.firstIndex(of: "--") ?? words.endIndex
        guard !words[..<end].contains(where: { names.contains($0) || $0 == "help" }) else { return }
        let command = description.subcommand(of: words)
        let known = CommandWords(command: command, words: Array(words[..<end]))
        let files = known.positionals
        let isTooMany = files.count > command.positionals.count
        for file in files where isTooMany || !FileIdentity.isPresent(file) {
            guard
                let meant = Spelling.suggestion(
                    for: file, among: names, meanings: OptionMeanings.subcommands)
            else { continue }
            throw CommandFailure(
                .usage,
                FileIdentity.isPresent(file)
                    ? "\(file) is a file and no subcommand; did you mean \(meant)?"
                    : "There is no subcommand \(file), and no file of that name; did you mean "
                        + "\(meant)?")
        }
        // What follows an unknown option may be its value.
        guard isTooMany, known.unknownOption == nil, let first = files.first,
            !FileIdentity.isPresent(first)
        else { return }
        throw CommandFailure(
            .usage,
            "There is no subcommand \(first), and no file of that name; expected one of "
                + "\(names.joined(separator: ", ")), or one file.")
    }
}
