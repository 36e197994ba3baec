/// Short remarks on standard error, beside the result.
public struct Notes: Sendable {
    private let name: String
    private let terminal: Terminal
    private let isQuiet: Bool

    /// - Parameter isQuiet: all are dropped.
    public init(program name: String, terminal: Terminal, isQuiet: Bool = false) {
        self.name = name
        self.terminal = terminal
        self.isQuiet = isQuiet
    }

    /// Something worth knowing. `text` is one sentence, its untrusted parts escaped.
    public func note(_ text: String) {
        if !isQuiet { Output.stderr.writeLine("\(name): \(text)") }
    }

    /// Something that may make the result other than expected.
    public func warn(_ text: String) {
        guard !isQuiet else { return }
        Output.stderr.writeLine(
            "\(name): \(terminal.styled("warning:", .boldYellow)) \(text)")
    }
}
