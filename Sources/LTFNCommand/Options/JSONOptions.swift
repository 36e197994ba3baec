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
            """
            Print one JSON document instead of text; --json=FILE writes it to FILE and prints the text \
            too. Integers beyond 2^53 - 1 are strings, so that no reader rounds them.
            """
    )
    var toStandardOutput = false

    @Option(
        name: .customLong("json-file"), help: .hidden, completion: .file(extensions: ["json"]))
    var file: String?

    @Flag(
        name: [.customShort("f"), .customLong("force")],
        help: "Replace files that exist, --json=FILE among them.")
    public var force = false

    public init() {}

    /// Where the document goes.
    public enum Destination: Hashable, Sendable {
        /// In place of the text.
        case standardOutput
        /// Beside the text.
        case file(path: String)
    }

    /// The file that the document goes to, if it does.
    public var path: String? { isDash ? nil : file }

    private var isDash: Bool { file == "-" }

    /// nil: no document is wanted.
    public var destination: Destination? {
        if let path { return .file(path: path) }
        return toStandardOutput || isDash ? .standardOutput : nil
    }

    public func validate() throws {
        if let file, file.isEmpty {
            throw ValidationError("--json= takes the name of a file; --json alone prints.")
        }
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
