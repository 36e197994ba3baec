/// The classes and functions that a pickle may name. None of them is ever run.
struct PickleGlobals: Sendable {
    private let names: Set<String>
    /// What the names of others begin with.
    private let prefixes: [String]
    /// What is known, in the words of a sentence.
    let summary: String
    /// What to do with a file that asks for something else: a sentence.
    let advice: String

    init(_ names: Set<String>, prefixes: [String] = [], summary: String, advice: String) {
        self.names = names
        self.prefixes = prefixes
        self.summary = summary
        self.advice = advice
    }

    /// The same, and what begins with other prefixes.
    func adding(prefixes more: [String]) -> PickleGlobals {
        PickleGlobals(names, prefixes: prefixes + more, summary: summary, advice: advice)
    }

    func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }
}
