import ArgumentParser
import LTFNBytes

/// `--json` and `--json=FILE`.
///
/// The parser knows no option whose value may be missing and never is the next argument, so
/// `CommandMain` rewrites `--json=FILE` before it parses.
public struct JSONOptions: ParsableArguments {
    @Flag(
        name: .customLong("json"),
        help:
            "Print one JSON document in place of the text; --json=FILE writes it to FILE as well as the text."
    )
    var toStandardOutput = false

    @Option(name: .customLong("json-file"), help: .hidden)
    var file: String?

    public init() {}

    /// Where the document goes.
    public enum Destination: Hashable, Sendable {
        /// In place of the text.
        case standardOutput
        /// Beside the text.
        case file(path: String)
    }

    /// The file that the document goes to, if it does.
    public var path: String? { file }

    /// nil: no document is wanted.
    public var destination: Destination? {
        if let file { return .file(path: file) }
        return toStandardOutput ? .standardOutput : nil
    }

    public func validate() throws {
        if let file, file.isEmpty {
            throw ValidationError("--json= takes the name of a file; --json alone prints.")
        }
    }

    /// The file of `--json=FILE` when another argument names it too, however it is spelled: the document
    /// would replace what the command reads or writes.
    static func contestedFile(in arguments: [String]) -> String? {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        guard let option = arguments[..<end].last(where: { $0.hasPrefix("--json=") }) else {
            return nil
        }
        let file = String(option.dropFirst(7))
        let isNamed = arguments.contains { argument in
            guard argument != option else { return false }
            if FileIdentity.same(argument, file) { return true }
            let value = argument.split(separator: "=", maxSplits: 1).dropFirst().first
            return value.map { FileIdentity.same(String($0), file) } ?? false
        }
        return isNamed ? file : nil
    }

    /// The arguments with `--json=FILE` as the parser knows it.
    static func rewriting(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let options = arguments[..<end].map { argument in
            argument.hasPrefix("--json=") ? "--json-file=" + argument.dropFirst(7) : argument
        }
        return options + arguments[end...]
    }
}
