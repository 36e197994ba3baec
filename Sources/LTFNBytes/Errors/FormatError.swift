/// What went wrong with a file, in words for a person and in fields for a program.
public struct FormatError: Error, Hashable, Sendable {
    /// What a caller can act on.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// The bytes are of another format.
        case notThisFormat
        /// The format's version is newer than this reader.
        case unsupportedVersion
        /// The file asks for a feature that this reader does not have.
        case unsupportedFeature
        /// The bytes end too early.
        case truncated
        /// A rule of the format is broken.
        case corrupt
        /// The bytes are not those that were written.
        case checksumMismatch
        /// The file may be valid, but asks for more than the caller allows.
        case limitExceeded
        /// The value has no place in the format that should hold it.
        case notRepresentable
        /// The operating system said no.
        case io

        /// Whether a reader that knows more may well find nothing wrong.
        public var isUnsupported: Bool {
            self == .unsupportedVersion || self == .unsupportedFeature
        }
    }

    /// What was asked of the operating system when it said no.
    public enum Operation: String, Hashable, Sendable {
        case open, read, create, write, sync, close, rename
    }

    public var code: Code
    /// The format that was read or written: `ltfn`, `safetensors`, `idx`, …
    public var format: String?
    /// The id of the broken rule in the format's specification: `LTFN-H4`.
    public var rule: String?
    /// Where in the file, in bytes from its start.
    public var offset: UInt64?
    /// The variable concerned.
    public var variable: String?
    /// The file concerned; of a base file that has no path, what it is known by.
    public var path: String?
    /// For `io`: what was tried.
    public var operation: Operation?
    /// For `io`: the operating system's error number.
    public var systemError: Int32?
    /// One or two sentences: what was found, what was expected.
    public var message: String
    /// What helps.
    public var remedy: Remedy?

    public init(
        _ code: Code, format: String? = nil, rule: String? = nil, offset: UInt64? = nil,
        variable: String? = nil, path: String? = nil, operation: Operation? = nil,
        systemError: Int32? = nil, _ message: String, remedy: Remedy? = nil
    ) {
        self.code = code
        self.format = format
        self.rule = rule
        self.offset = offset
        self.variable = variable
        self.path = path
        self.operation = operation
        self.systemError = systemError
        self.message = message
        self.remedy = remedy
    }
}

extension FormatError: CustomStringConvertible {
    /// `path: format: message remedy (variable "w", at byte 12, rule LTFN-H4)`, safe to print.
    public var description: String { description(of: \.description) }

    /// The same, with the remedy in the words of a program.
    public func description(of remedyText: (Remedy) -> String) -> String {
        let message = message + (remedy.map { " " + remedyText($0) } ?? "")
        var facts: [String] = []
        if let variable { facts.append("variable \"\(variable)\"") }
        if let offset { facts.append("at byte \(offset)") }
        if let rule { facts.append("rule \(rule)") }
        let place = facts.isEmpty ? "" : " (" + facts.joined(separator: ", ") + ")"
        let head = [path, format].compactMap { $0 }.map { $0 + ": " }.joined()
        return TerminalText.escaped(head + message + place)
    }
}
