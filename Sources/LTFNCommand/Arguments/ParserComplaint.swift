import LTFNBytes
import LTFNFiles

/// What the parser says of a command line that it cannot read.
struct ParserComplaint: Error {
    /// One sentence.
    var message: String
    /// What else it says, line by line, and how the command is used.
    var advice: String

    /// - Parameters:
    ///   - message: the parser's, of one line or more.
    ///   - help: the parser's message with all that it adds to it.
    ///   - name: of the program.
    init(message: String, help: String, name: String) {
        let parts = help.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let first = message.split(separator: "\n", maxSplits: 1)
        self.message = (first.first.map(String.init) ?? "")
            .replacing("Please provide one of", with: "Expected one of")
        advice = Self.shortened(parts.count > 1 ? String(parts[1]) : "", name)
    }

    /// Where the parser follows an error with the whole help, the usage alone.
    private static func shortened(_ advice: String, _ name: String) -> String {
        let mark = "USAGE: "
        let lines = advice.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix(mark) }) else { return advice }
        let usage = lines[start...].prefix { !$0.isEmpty }.joined(separator: "\n")
        return "Usage: " + usage.dropFirst(mark.count)
            + "\n  See '\(name) --help' for more information."
    }

    /// Says what may have been meant by `words`, where that is known better than to the parser.
    ///
    /// - Parameter siblings: the other commands of the program, which have options of their own.
    mutating func explain(
        by command: CommandDescription, beside siblings: [CommandDescription], _ words: [String]
    ) {
        if let option = CommandWords(command: command, words: words).unknownOption
            ?? quoted(after: "Unknown option '")
        {
            message = Self.unknown(option, command, siblings)
            // What the parser says of another argument is no help here.
            let lines = advice.split(separator: "\n", omittingEmptySubsequences: false)
            advice = lines.drop { $0.hasPrefix("Help:") }.joined(separator: "\n")
        } else if let missing = quoted(after: "Missing expected argument '"),
            missing.hasPrefix("--")
        {
            explainMissingOption(missing, command, words)
        } else if let option = quoted(after: "Missing value for '") {
            explainMissingValue(of: String(option.prefix { $0 != " " }), command, words)
        }
    }

    /// What the message quotes after `start`.
    private func quoted(after start: String) -> String? {
        guard message.hasPrefix(start) else { return nil }
        return String(message.dropFirst(start.count).prefix { $0 != "'" })
    }

    /// - Parameter option: `--output <file>`
    private mutating func explainMissingOption(
        _ option: String, _ command: CommandDescription, _ words: [String]
    ) {
        let name = String(option.prefix { $0 != " " })
        message = "\(option) is missing."
        let positionals = CommandWords(command: command, words: words).positionals
        if let other = positionals.dropFirst(command.positionals.count).first {
            message = "\(option) is missing; if \(other) is meant, write \(name) \(other)."
        }
    }

    private static func unknown(
        _ option: String, _ command: CommandDescription, _ siblings: [CommandDescription]
    ) -> String {
        let found = "There is no option \(option)"
        let word = String(option.drop { $0 == "-" })
        let owners = siblings.filter { $0.argument(named: option) != nil }.map(\.name)
        if !owners.isEmpty {
            return "\(option) is an option of \(owners.joined(separator: " and ")), not of "
                + "\(command.name)."
        }
        if let reason = OptionMeanings.absence(of: word) { return "\(found): \(reason)." }
        let suggestion = Spelling.suggestion(
            for: word, among: command.longNames, meanings: OptionMeanings.options)
        if let suggestion { return "\(found); did you mean --\(suggestion)?" }
        if FileIdentity.isPresent(option) {
            return "\(found). It is a file, too: as such it is written ./\(option)."
        }
        return found + "."
    }

    private mutating func explainMissingValue(
        of option: String, _ command: CommandDescription, _ words: [String]
    ) {
        guard let place = words.lastIndex(of: option), place + 1 < words.count,
            words[place + 1].hasPrefix("-"), words[place + 1] != "--"
        else { return }
        let value = words[place + 1]
        let names = command.argument(named: option)?.names ?? []
        let long = names.first { $0.hasPrefix("--") } ?? option
        message =
            "\(option) takes a value, and \(value) begins like an option; if it is the value, write "
            + "\(long)=\(value)."
    }
}
