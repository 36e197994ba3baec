/// The words of a command line, told apart by what the command takes.
struct CommandWords {
    let command: CommandDescription
    let words: [String]

    /// The first option that the command does not have, without its value.
    var unknownOption: String? {
        var isValue = false
        for word in words {
            if isValue {
                isValue = false
                continue
            }
            if word == "--" { return nil }
            let name = String(word.prefix { $0 != "=" })
            guard let argument = command.argument(named: name) else {
                // The parser has some of its own for every command.
                let isOwn = ["--help", "--version", "--experimental"].contains(
                    where: name.hasPrefix)
                if name.hasPrefix("--"), !isOwn { return name }
                if Self.isShort(word), word != "-h" { return word }
                continue
            }
            isValue = argument.kind == .option && name == word
        }
        return nil
    }

    /// Whether `word` is a hyphen and a letter.
    private static func isShort(_ word: String) -> Bool {
        word.count == 2 && word.hasPrefix("-") && word.last?.isLetter == true
    }

    /// The words that are neither options nor their values.
    var positionals: [String] {
        var result: [String] = []
        var isValue = false
        for (index, word) in words.enumerated() {
            if isValue {
                isValue = false
            } else if word == "--" {
                return result + words[(index + 1)...]
            } else if word.hasPrefix("-"), word != "-" {
                isValue = command.argument(named: word)?.kind == .option
            } else {
                result.append(word)
            }
        }
        return result
    }
}
