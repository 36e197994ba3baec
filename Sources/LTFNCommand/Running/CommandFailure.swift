import LTFNBytes

/// The end of a command that did not do what was asked: a status, and one sentence for a person.
public struct CommandFailure: Error, Hashable, Sendable {
    public var status: ExitStatus
    /// What is printed after `ltfn-eval: error: `. nil: nothing, all has been said.
    public var message: String?
    /// More of the same kind, a sentence each.
    public var details: [String]

    public init(_ status: ExitStatus, _ message: String? = nil, details: [String] = []) {
        self.status = status
        self.message = message
        self.details = details
    }

    /// The failure that a `FormatError` is to a command.
    public init(_ error: FormatError) {
        self.init(error, readsInPart: true)
    }

    /// - Parameter readsInPart: whether the command has `ReadingOptions`.
    init(_ error: FormatError, readsInPart: Bool) {
        self.init(ExitStatus(for: error), sentence(for: error, readsInPart))
    }
}

extension ExitStatus {
    /// The status that tells the shell what kind of error it was.
    public init(for error: FormatError) {
        switch error.code {
        case .notThisFormat, .truncated, .corrupt, .checksumMismatch, .limitExceeded,
            .notRepresentable:
            self = .invalidInput
        case .unsupportedVersion, .unsupportedFeature:
            self = .featureMissing
        case .io:
            switch error.operation {
            case .open: self = .inputNotOpened
            case .create, .rename: self = .outputNotCreated
            // A directory can be opened, and only reading it tells what it is.
            case .read where error.systemError == SystemCalls.isDirectory: self = .inputNotOpened
            case .read, .write, .sync, .close, nil: self = .readOrWriteFailed
            }
        }
    }
}

/// `path: "w": what was found, what was expected. What to do. (at byte 12, rule LTFN-H4)`
private func sentence(for error: FormatError, _ readsInPart: Bool) -> String {
    var head = error.path.map { TerminalText.escaped($0) + ": " } ?? ""
    // The text may quote names out of the file, among them that of the variable.
    let owner = error.variable.map { "\"\(TerminalText.escaped($0))\"" }
    let message = TerminalText.escaped(error.message)
    if let owner, !message.contains(owner) { head += owner + ": " }
    head += message
    let command = RecoveryCommand(error)
    if let remedy = error.remedy, command == nil {
        let advice =
            if case .skipUnreadable = remedy, !readsInPart {
                "ltfn-convert can leave out what cannot be read, with --skip-unreadable."
            } else { remedy.inOptions }
        head += " " + TerminalText.escaped(advice)
    }
    var facts: [String] = []
    if let offset = error.offset { facts.append("at byte \(offset)") }
    if let rule = error.rule { facts.append("rule \(TerminalText.escaped(rule))") }
    if !facts.isEmpty { head += " (" + facts.joined(separator: ", ") + ")" }
    // Last, so that it can be copied.
    return head + (command.map { " " + TerminalText.escaped($0.sentence) } ?? "")
}
