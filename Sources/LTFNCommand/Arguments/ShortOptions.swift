import LTFNBytes
import LTFNFiles

/// Short options in one word, as POSIX has them: `-qf` is `-q -f`, and `-fom.ltfn` is `-f -o
/// m.ltfn`.
///
/// The parser would take `-dash.ltfn` for a cluster, too, and find `-h` in it.
struct ShortOptions {
    let command: CommandDescription

    /// `words` with each cluster taken apart.
    ///
    /// - Throws: `CommandFailure` for a word that has a hyphen before it and is no cluster.
    func expanding(_ words: [String]) throws(CommandFailure) -> [String] {
        var result: [String] = []
        var isValue = false
        for (index, word) in words.enumerated() {
            if isValue {
                isValue = false
            } else if word == "--" {
                return result + words[index...]
            } else if word.hasPrefix("--") || !word.hasPrefix("-") || word == "-" {
                isValue = takesValue(word)
            } else {
                let parts = try expanding(cluster: word)
                result += parts
                isValue = parts.last.map(takesValue) ?? false
                continue
            }
            result.append(word)
        }
        return result
    }

    private func takesValue(_ word: String) -> Bool {
        command.argument(named: word)?.kind == .option
    }

    private func expanding(cluster word: String) throws(CommandFailure) -> [String] {
        // One letter is the parser's, and so is -o=FILE.
        guard word.count > 2, word.dropFirst(2).first != "=",
            command.argument(named: word) == nil
        else { return [word] }
        var parts: [String] = []
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            let name = "-\(letter)"
            guard let argument = command.argument(named: name) else {
                throw failure(letter, word)
            }
            if argument.kind == .option, !letters.isEmpty {
                let value = letters.first == "=" ? letters.dropFirst() : letters
                let long = argument.names.first { $0.hasPrefix("--") }
                return parts + (long.map { ["\($0)=\(value)"] } ?? [name, String(value)])
            }
            parts.append(name)
        }
        return parts
    }

    private func failure(_ letter: Character, _ word: String) -> CommandFailure {
        let long = Spelling.suggestion(
            for: String(word.dropFirst()), among: command.longNames + ["help"],
            meanings: OptionMeanings.options)
        let isFile = FileIdentity.isPresent(word)
        let meant =
            if let long, !isFile { "; did you mean --\(long)?" } else {
                isFile
                    ? ". It is a file, too: as such it is written ./\(word)."
                    : ". If it is the name of a file, write ./\(word)."
            }
        return CommandFailure(.usage, "There is no option -\(letter), as in \(word)\(meant)")
    }
}
