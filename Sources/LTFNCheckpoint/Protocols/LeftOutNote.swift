/// The remark of a reader that a part of its file is left out: one form for all formats.
public enum LeftOutNote {
    private static let start = "Left out: "
    private static let graph = "the graph"

    /// - Parameter parts: what is not read, such as `3 operators`; one or more.
    /// - Returns: `Left out: 3 operators, the object graph.`
    public static func text(_ parts: [String]) -> String {
        start + parts.joined(separator: ", ") + "."
    }

    /// The same with the reason, which is a part of a sentence: `Left out: the graph (…).`
    public static func text(_ part: String, because reason: String) -> String {
        var reason = reason
        if reason.hasSuffix(".") { reason.removeLast() }
        return start + part + " (" + reason + ")."
    }

    /// That there is a network, and why it cannot be read.
    public static func graph(because reason: String) -> String { text(graph, because: reason) }

    /// Whether a remark says why a network could not be read.
    public static func isAboutGraph(_ note: String) -> Bool { note.hasPrefix(start + graph) }

    /// Whether a remark says that something is left out.
    public static func isOne(_ note: String) -> Bool { note.hasPrefix(start) }
}
