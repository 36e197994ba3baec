import ArgumentParser
import LTFNBytes

/// What may stand where the cursor is, for the scripts of `CompletionScript`.
///
/// The shells ask the program itself: only it knows that a default subcommand takes files where
/// others have their names, and which variables a model has.
struct Completion {
    let root: CommandDescription
    /// The names of the variables in the checkpoint at a path; none when it cannot be read.
    let variableNames: (String) -> [String]

    /// The word that makes a program answer in place of doing anything.
    static let request = "---complete"

    /// One answer, a line.
    enum Answer: Hashable {
        /// The word at the cursor begins with an option's name, and what follows completes the
        /// rest.
        case prefix(String)
        case word(String, summary: String)
        /// Files whose names end so; all, when the list is empty.
        case files(extensions: [String])
        case folders

        /// The kind by its letter, then its fields, with tabs between.
        var line: String {
            switch self {
            case .prefix(let text): "p\t\(text)"
            case .word(let word, let summary): "w\t\(word)\t\(summary)"
            case .files(let extensions): (["f"] + extensions).joined(separator: "\t")
            case .folders: "d"
            }
        }
    }

    /// - Parameter words: those up to the cursor, without the program's name; the last may be
    ///   empty.
    func answers(to words: [String]) -> [Answer] {
        let last = words.last ?? ""
        let before = Array(words.dropLast())
        let command = root.subcommand(of: before)
        let isChosen = before.contains { root.subcommandNames.contains($0) }
        let known = CommandWords(command: command, words: before)
        var files = known.positionals
        if isChosen, let place = files.firstIndex(of: command.name) { files.remove(at: place) }
        if let option = known.openOption { return values(of: option, last, files) }
        if !before.contains("--"), last.hasPrefix("-") {
            return option(last, command, before, files)
        }
        var answers: [Answer] = []
        if files.isEmpty, !isChosen, !root.subcommandNames.isEmpty {
            answers += root.subcommands.filter { $0.name.hasPrefix(last) }
                .map { .word($0.name, summary: Self.oneLine($0.summary)) }
        }
        if files.first == "help", !isChosen {
            return answers + Self.words(root.subcommandNames, last)
        }
        if files.count < command.positionals.count {
            return answers + values(of: command.positionals[files.count], last, files)
        }
        return answers + (before.contains("--") ? [] : options(last, command, before))
    }

    private func option(
        _ word: String, _ command: CommandDescription, _ before: [String], _ files: [String]
    ) -> [Answer] {
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else {
            return options(word, command, before)
        }
        // The parser knows --json=FILE under another name.
        let written = String(word[..<sign])
        let name = written == "--json" ? "--json-file" : written
        guard let option = command.argument(named: name), option.kind == .option else { return [] }
        let value = String(word[word.index(after: sign)...])
        return [.prefix(written + "=")] + values(of: option, value, files)
    }

    /// The names that begin with `word`, of what may be given once more.
    private func options(
        _ word: String, _ command: CommandDescription, _ before: [String]
    ) -> [Answer] {
        command.arguments.filter { argument in
            argument.isShown
                && (argument.isRepeating || !argument.names.contains(where: before.contains))
        }.flatMap { argument in
            argument.names.filter { $0.hasPrefix(word) && ($0.hasPrefix("--") || word == "-") }
                .map { .word($0, summary: Self.oneLine(argument.summary)) }
        }
    }

    private func values(
        of argument: CommandDescription.Argument, _ word: String, _ files: [String]
    ) -> [Answer] {
        switch argument.completion {
        case .nothing: []
        case .files(let extensions): [.files(extensions: extensions)]
        case .folders: [.folders]
        case .words(let words): Self.words(words, word)
        case .variables: Self.words(files.first.map(variableNames) ?? [], word)
        }
    }

    /// Nobody reads a longer list.
    private static let maximumCount = 2_000

    /// A name that could steer the terminal, or end a line of the answer, is none to be typed.
    private static func words(_ words: [String], _ start: String) -> [Answer] {
        words.lazy.filter { $0.hasPrefix(start) && TerminalText.escaped($0) == $0 }
            .prefix(maximumCount).map { .word($0, summary: "") }
    }

    /// The first sentence, short enough for a line beside the word.
    private static func oneLine(_ summary: String) -> String {
        let line = summary.split(separator: "\n").first.map(String.init) ?? ""
        guard line.count > 70 else { return line }
        return line.prefix(69) + "…"
    }
}

extension CommandWords {
    /// The option at the end that has no value yet.
    fileprivate var openOption: CommandDescription.Argument? {
        var open: CommandDescription.Argument?
        for word in words {
            if open != nil {
                open = nil
            } else if word == "--" {
                return nil
            } else if let argument = command.argument(named: word), argument.kind == .option {
                open = argument
            }
        }
        return open
    }
}

extension CompletionKind {
    /// The names of the variables in the model that the command line names.
    public static var variableNames: CompletionKind { .custom { _, _, _ in [] } }
}
