import LTFNBytes

/// What the place where text is shown can do.
public struct TextLayout: Sendable {
    /// The columns of a line, at least 40.
    public var width: Int
    /// Whether block characters can be drawn.
    public var isUnicode: Bool
    /// Whether a name that is longer than its column may be cut: where a person looks at it, never
    /// where another program reads it.
    public var mayCut: Bool
    /// Puts a piece of text in the colour of its role.
    public var paint: @Sendable (String, Role) -> String
    /// What helps, in the words of the program that shows the text.
    public var remedyText: @Sendable (FormatError.Remedy) -> String = { $0.description }

    /// What a piece of text is there for.
    public enum Role: Hashable, Sendable {
        case heading
        /// Labels and other words between the facts.
        case quiet
        case graph
        case good
        case warning
        case bad
    }

    /// - Parameter paint: the default leaves text as it is.
    public init(
        width: Int = 80, isUnicode: Bool = true, mayCut: Bool = true,
        paint: @escaping @Sendable (String, Role) -> String = { text, _ in text }
    ) {
        self.width = max(width, 40)
        self.isUnicode = isUnicode
        self.mayCut = mayCut
        self.paint = paint
    }

    /// A piece of a line: as it is shown, and how wide that is.
    struct Piece {
        var shown: String
        var width: Int

        init(_ text: String) {
            shown = text
            width = text.columns
        }

        init(_ text: String, _ role: Role, _ layout: TextLayout) {
            shown = layout.paint(text, role)
            width = text.columns
        }

        static func + (left: Piece, right: Piece) -> Piece {
            var result = left
            result.shown += right.shown
            result.width += right.width
            return result
        }
    }

    /// The pieces in as few indented lines as they fit in.
    func lines(of pieces: [Piece], separator: String = "  ") -> [String] {
        let indent = "  "
        var lines: [String] = []
        var width = 0
        for piece in pieces {
            if let last = lines.indices.last, width + separator.count + piece.width <= self.width {
                lines[last] += separator + piece.shown
                width += separator.count + piece.width
            } else {
                lines.append(indent + piece.shown)
                width = indent.count + piece.width
            }
        }
        return lines
    }

    /// The words of `text` in as few indented lines as they fit in.
    func wrapped(_ text: String) -> [String] {
        lines(of: text.split(separator: " ").map { Piece(String($0)) }, separator: " ")
    }

    var arrow: String { isUnicode ? "→" : "->" }
    var times: String { isUnicode ? "×" : "x" }
    var dot: String { isUnicode ? "·" : "-" }

    /// Our own `text` in the characters that can be shown.
    func readable(_ text: String) -> String {
        isUnicode ? text : String(text.map { $0 == "×" ? "x" : $0 })
    }

    /// `text` cut to `width` columns, the cut marked.
    func cut(_ text: String, to width: Int) -> String {
        TerminalText.cut(text, to: width, mark: isUnicode ? "…" : "..")
    }
}
