/// Short remarks on standard error, beside the result.
public struct Notes: Sendable {
    private let name: String
    private let terminal: Terminal
    private let isQuiet: Bool

    /// - Parameter isQuiet: all are dropped, but for losses.
    public init(program name: String, terminal: Terminal, isQuiet: Bool = false) {
        self.name = name
        self.terminal = terminal
        self.isQuiet = isQuiet
    }

    /// Something worth knowing. `text` is one sentence, its untrusted parts escaped.
    public func note(_ text: String) {
        if !isQuiet { terminal.write(text, after: ["\(name):"]) }
    }

    /// Something that may make the result other than expected.
    public func warn(_ text: String) {
        if !isQuiet { tellLoss(text) }
    }

    /// Something that is lost, and that no option gave up: this is told also when all else is not.
    public func tellLoss(_ text: String) {
        terminal.write(text, after: ["\(name):", "warning:"], styles: [nil, .boldYellow])
    }
}
