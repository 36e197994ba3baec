/// The look of a piece of text on a terminal (ECMA-48, SGR).
public enum Style: String, Hashable, Sendable, CaseIterable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case cyan = "36"
    case boldRed = "1;31"
    case boldYellow = "1;33"
}

extension Terminal {
    /// `text` in `style`, or as it is where colour is off; for an `Output`, which knows the marks
    /// in it.
    public func styled(_ text: String, _ style: Style) -> String {
        guard hasColor, !text.isEmpty else { return text }
        return StyleMark.text(style.rawValue) + text + StyleMark.text("0")
    }
}
