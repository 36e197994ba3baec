import LTFNBytes
import LTFNFiles

/// The files of a command and what each is to it: no output may replace an input or another output,
/// and nothing that is printed may go into one of them.
public struct FileRoles {
    /// A file, and what it is to the command.
    public struct File {
        /// `the model`
        public let role: String
        public let path: String

        public init(_ role: String, _ path: String) {
            self.role = role
            self.path = path
        }
    }

    private let inputs: [File]
    private let replaceable: [File]
    private let outputs: [File]

    /// - Parameter replaceable: inputs that the first output may take the place of, but which it
    ///   may not be written into while they are read.
    public init(inputs: [File], replaceable: [File] = [], outputs: [File]) {
        self.inputs = inputs
        self.replaceable = replaceable
        self.outputs = outputs
    }

    /// - Throws: `CommandFailure` when two of them are one file, however they are spelled, or an
    ///   input is meant to be standard input.
    public func expectDistinct() throws(CommandFailure) {
        if let input = (inputs + replaceable).first(where: { $0.path == "-" }) {
            throw CommandFailure(
                .usage,
                "- was given as \(input.role), and standard input is not read; expected the name of a "
                    + "file (./- is one).")
        }
        for (index, output) in outputs.enumerated() {
            for other in outputs[(index + 1)...] where FileIdentity.same(output.path, other.path) {
                throw Self.failure(output, "is also to be \(other.role)")
            }
            // A descriptor that is open already leads into the file itself, and not to its name.
            let mayReplace =
                index == 0 && DurableFileWriter.openDescriptor(for: output.path) == nil
            for input in mayReplace ? inputs : inputs + replaceable
            where FileIdentity.same(output.path, input.path) {
                throw Self.failure(output, "is read as \(input.role)")
            }
        }
        for file in inputs + replaceable + outputs where !Output.isStandard(path: file.path) {
            for (name, stream) in [
                ("standard output", Output.stdout), ("standard error", Output.stderr),
            ] where stream.goes(toFileAt: file.path) {
                // Not even why: that would go into the file, too.
                if stream === Output.stderr { stream.fallSilent() }
                throw CommandFailure(
                    .usage,
                    "\(TerminalText.escaped(file.path)), \(file.role), is the file that \(name) goes "
                        + "to; expected a file of its own for each.")
            }
        }
    }

    /// - Parameter relation: what else the file of `output` is.
    public static func failure(_ output: File, _ relation: String) -> CommandFailure {
        CommandFailure(
            .usage,
            "\(TerminalText.escaped(output.path)), to be written as \(output.role), \(relation); "
                + "expected a file of its own for each.")
    }
}

extension JSONOptions {
    /// The file that the document goes to, if it goes to one.
    public var files: [FileRoles.File] {
        path.map { [FileRoles.File("the JSON document", $0)] } ?? []
    }
}

extension BaseOptions {
    public var files: [FileRoles.File] { paths.map { FileRoles.File("a base", $0) } }
}
