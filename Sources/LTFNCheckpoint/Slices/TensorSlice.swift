import LTFNBytes

/// Which elements of a tensor are meant, as NumPy's basic indexing says it: `[0, :, 3]`,
/// `[..., -1]`, `[10:20, ::2]`.
public struct TensorSlice: Hashable, Sendable {
    /// What is taken along an axis.
    public enum Item: Hashable, Sendable {
        /// One element, counted from the end when it is negative; the axis goes away.
        case index(Int)
        /// From `start` up to, not with, `end`, every `step`th; nil: from the first, to the last.
        case range(start: Int?, end: Int?, step: Int)
        /// All of as many axes as the other items leave.
        case ellipsis
    }

    /// One for each axis from the first on; of axes without one, all is taken.
    public let items: [Item]

    /// All elements.
    public static let whole = TensorSlice(items: [])

    private init(items: [Item]) {
        self.items = items
    }

    /// - Parameter text: `[0, :, 3]`.
    /// - Throws: `corrupt` for what is no slice.
    public init(_ text: String) throws(FormatError) {
        let trimmed = Self.trimmed(text[...])
        guard trimmed.hasPrefix("["), trimmed.hasSuffix("]"), trimmed.utf8.count >= 2 else {
            throw FormatError(
                .corrupt, "\"\(Self.shown(text))\" is no slice; expected one as [0, :, 3].")
        }
        let inner = trimmed.dropFirst().dropLast()
        var items: [Item] = []
        if !Self.trimmed(inner).isEmpty {
            for part in inner.split(separator: ",", omittingEmptySubsequences: false) {
                items.append(try Self.item(Self.trimmed(part)))
            }
        }
        guard items.count(where: { $0 == .ellipsis }) <= 1 else {
            throw FormatError(
                .corrupt,
                "\"\(Self.shown(text))\" has more than one \"...\"; expected one at most.")
        }
        self.items = items
    }

    private static func item(_ text: Substring) throws(FormatError) -> Item {
        if text == "..." { return .ellipsis }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(trimmed)
        if parts.count == 1, let index = Int(text) { return .index(index) }
        guard (2...3).contains(parts.count) else { throw unknown(text) }
        let bounds = try parts.map { part throws(FormatError) -> Int? in
            if part.isEmpty { return nil }
            guard let number = Int(part) else { throw unknown(text) }
            return number
        }
        let step = bounds.count == 3 ? bounds[2] ?? 1 : 1
        guard step >= 1 else {
            throw FormatError(
                .corrupt, "The step of \"\(shown(text))\" is \(step); expected 1 or more.")
        }
        return .range(start: bounds[0], end: bounds[1], step: step)
    }

    private static func unknown(_ text: Substring) -> FormatError {
        FormatError(
            .corrupt,
            "\"\(shown(text))\" is nothing that a slice holds; expected a number, as -1, a range, as "
                + "2:10 or ::2, or \"...\", with commas between them.")
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// As much of it as a sentence can hold.
    private static func shown(_ text: some StringProtocol) -> String { String(text.prefix(80)) }
}

extension TensorSlice: CustomStringConvertible {
    /// `[0, :, 3]`
    public var description: String {
        let parts = items.map { item in
            switch item {
            case .index(let index): "\(index)"
            case .ellipsis: "..."
            case .range(let start, let end, let step):
                (start.map(String.init) ?? "") + ":" + (end.map(String.init) ?? "")
                    + (step == 1 ? "" : ":\(step)")
            }
        }
        return "[" + parts.joined(separator: ", ") + "]"
    }
}

extension Manifest {
    /// The variable that is meant by `text`, and which of its elements: `weights`,
    /// `weights[0, :, 3]`; of a file with one variable also `[0, :, 3]`, or nothing.
    ///
    /// A name that ends as a slice does is taken for a name.
    ///
    /// - Returns: the position of the variable, and the slice.
    /// - Throws: `corrupt` when there is no such variable, or what stands behind its name is no
    ///   slice.
    public func find(_ text: String) throws(FormatError) -> (index: Int, slice: TensorSlice) {
        if let index = index(ofVariable: text) { return (index, .whole) }
        let isSole = variables.count == 1
        if text.isEmpty, isSole { return (0, .whole) }
        // The last bracket: names may hold others.
        guard text.hasSuffix("]"), let bracket = text.lastIndex(of: "[") else {
            throw unknown(text)
        }
        var name = text[..<bracket]
        while name.last == " " { name.removeLast() }
        guard let index = index(ofVariable: String(name)) ?? (name.isEmpty && isSole ? 0 : nil)
        else { throw unknown(String(name)) }
        return (index, try TensorSlice(String(text[bracket...])))
    }

    private func index(ofVariable name: String) -> Int? {
        (try? VariableName(name)).flatMap { index(of: $0) }
    }

    private func unknown(_ name: String) -> FormatError {
        let names = variables.count <= 10_000 ? variables.map(\.name.string) : []
        let example = variables.first.map { ", \"\($0.name)\" first." } ?? "."
        let count = NumberText.counted(variables.count, "variable")
        guard !name.isEmpty else {
            return FormatError(
                .corrupt, "Which variable is meant is not said; the file has \(count)\(example)")
        }
        return FormatError(
            .corrupt,
            "No variable is called \"\(name.prefix(200))\""
                + Spelling.question(
                    Spelling.suggestion(for: name, among: names).map { "\"\($0)\"" },
                    else: "; the file has \(count)\(example)"))
    }
}
