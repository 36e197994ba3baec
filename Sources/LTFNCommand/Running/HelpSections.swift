/// The help that the parser writes, with groups of options that have a title after the others: what
/// every call needs comes first.
struct HelpSections {
    /// Ends with a line feed.
    let text: String

    private static let usual = ["OVERVIEW", "USAGE", "ARGUMENTS", "OPTIONS"]

    init(_ message: String) {
        var sections: [(title: String, lines: [Substring])] = []
        for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
            let title = line.prefix { $0 != ":" }
            let isTitle =
                title.count < line.count && !title.isEmpty
                && title.allSatisfy { $0.isASCII && ($0.isUppercase || $0 == " ") }
            if isTitle || sections.isEmpty { sections.append((String(title), [])) }
            sections[sections.count - 1].lines.append(line)
        }
        for index in sections.indices {
            while sections[index].lines.last == "" { sections[index].lines.removeLast() }
        }
        let usual = sections.filter { Self.usual.contains($0.title) }
        let others = sections.filter { !Self.usual.contains($0.title) }
        text = (usual + others).map { $0.lines.joined(separator: "\n") + "\n" }
            .joined(separator: "\n")
    }
}
