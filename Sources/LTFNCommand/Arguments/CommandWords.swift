/// The words of a command line, told apart by what the command takes.
struct CommandWords {
    let command: CommandDescription
    let words: [String]

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
