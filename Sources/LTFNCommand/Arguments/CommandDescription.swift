import ArgumentParser
import LTFNBytes

/// What a command takes, as its parser tells it.
struct CommandDescription {
    /// An option, a flag or a positional argument.
    struct Argument: Hashable {
        enum Kind: String, Hashable {
            case positional, option, flag
        }

        /// What a value is completed to.
        enum Completion: Hashable {
            case nothing
            case files(extensions: [String])
            case folders
            case words([String])
            /// The names of the variables in the model that is named before.
            case variables
        }

        let kind: Kind
        /// `--output`, `-o`
        let names: [String]
        let summary: String
        let isRepeating: Bool
        let isShown: Bool
        let completion: Completion
    }

    let name: String
    let summary: String
    let arguments: [Argument]
    let subcommands: [CommandDescription]
    let defaultSubcommand: String?

    /// The description of `root`; nil only when the parser tells it in another form than before.
    init?<Root: ParsableCommand>(_ root: Root.Type) {
        do {
            _ = try Root.parseAsRoot(["--experimental-dump-help"])
            return nil
        } catch {
            let text = Root.fullMessage(for: error)
            guard let document = try? JSONReader.read(Array(text.utf8)),
                let command = document["command"]
            else { return nil }
            self.init(command)
        }
    }

    private init?(_ document: JSONValue) {
        guard let name = document["commandName"]?.text else { return nil }
        self.name = name
        summary = document["abstract"]?.text ?? ""
        defaultSubcommand = document["defaultSubcommand"]?.text
        arguments = (document["arguments"]?.elements ?? []).compactMap(Argument.init)
        subcommands = (document["subcommands"]?.elements ?? []).compactMap(Self.init)
    }

    /// The names of the subcommands that people use.
    var subcommandNames: [String] { subcommands.map(\.name).filter { $0 != "help" } }

    /// The subcommand that `words` mean; the command itself when it has none.
    func subcommand(of words: [String]) -> CommandDescription {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        let name = words[..<end].first { subcommandNames.contains($0) } ?? defaultSubcommand
        return subcommands.first { $0.name == name } ?? self
    }

    /// The option or flag of this name.
    func argument(named name: String) -> Argument? {
        arguments.first { $0.names.contains(name) }
    }

    /// The positional arguments in order.
    var positionals: [Argument] { arguments.filter { $0.kind == .positional } }

    /// The long names of options and flags, without their hyphens.
    var longNames: [String] {
        arguments.filter(\.isShown).flatMap(\.names).filter { $0.hasPrefix("--") }
            .map { String($0.dropFirst(2)) }
    }
}

extension CommandDescription.Argument {
    fileprivate init?(_ document: JSONValue) {
        guard let kind = document["kind"]?.text.flatMap(Kind.init(rawValue:)) else { return nil }
        self.kind = kind
        names = (document["names"]?.elements ?? []).compactMap { name in
            name["name"]?.text.map { (name["kind"]?.text == "long" ? "--" : "-") + $0 }
        }
        summary = document["abstract"]?.text ?? ""
        isRepeating = document["isRepeating"] == true
        isShown = document["shouldDisplay"] != false
        completion = Completion(document["completionKind"])
    }
}

extension CommandDescription.Argument.Completion {
    fileprivate init(_ document: JSONValue?) {
        if let file = document?["file"] {
            self = .files(extensions: (file["extensions"]?.elements ?? []).compactMap(\.text))
        } else if document?["directory"] != nil {
            self = .folders
        } else if let list = document?["list"] {
            self = .words((list["values"]?.elements ?? []).compactMap(\.text))
        } else if document?["custom"] != nil {
            self = .variables
        } else {
            self = .nothing
        }
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }
}
