/// What the stream that a person looks at can show.
public struct Terminal: Hashable, Sendable {
    /// A person looks at it now; else it is a file or a pipe.
    public var isInteractive: Bool
    /// The columns of a line.
    public var width: Int
    /// Whether escape sequences for colour are wanted and understood.
    public var hasColor: Bool
    /// Whether the locale is UTF-8, so that block characters can be drawn.
    public var isUnicode: Bool
    /// Whether the cursor can be moved: not on a `dumb` terminal.
    public var hasCursor: Bool

    public init(
        isInteractive: Bool, width: Int = 80, hasColor: Bool = false, isUnicode: Bool = true,
        hasCursor: Bool = false
    ) {
        self.isInteractive = isInteractive
        self.width = width
        self.hasColor = hasColor
        self.isUnicode = isUnicode
        self.hasCursor = hasCursor
    }

    /// What `output` can show in this process.
    public init(_ output: Output, color: ColorChoice = .auto) {
        self.init(
            isTerminal: SystemCalls.isTerminal(output.descriptor),
            columns: SystemCalls.columnCount(output.descriptor), color: color,
            environment: SystemCalls.environment)
    }

    /// - Parameters:
    ///   - columns: what the terminal says of its width.
    ///   - environment: the value of an environment variable.
    public init(
        isTerminal: Bool, columns: Int?, color: ColorChoice,
        environment: (String) -> String?
    ) {
        let isDumb = environment("TERM") == "dumb"
        isInteractive = isTerminal
        hasCursor = isTerminal && !isDumb
        let asked = environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        width = min(max(columns ?? asked ?? 80, 20), 1000)
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment($0) }
            .first { !$0.isEmpty }
        let encoding = (locale ?? "").lowercased()
        isUnicode = encoding.contains("utf-8") || encoding.contains("utf8")
        switch color {
        case .always: hasColor = true
        case .never: hasColor = false
        case .auto:
            let isUnwanted = !(environment("NO_COLOR") ?? "").isEmpty
            hasColor = isTerminal && !isDumb && !isUnwanted
        }
    }
}
