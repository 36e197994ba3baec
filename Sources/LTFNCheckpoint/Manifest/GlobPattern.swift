/// A pattern for names: `*` stands for any characters, `?` for any one, all others for themselves.
public struct GlobPattern: Hashable, Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    /// Whether it stands for one name.
    package var isLiteral: Bool { !text.unicodeScalars.contains { $0 == "*" || $0 == "?" } }

    /// Whether all of `name` fits. Complexity: O(pattern · name).
    public func matches(_ name: String) -> Bool {
        let pattern = Array(text.unicodeScalars)
        let name = Array(name.unicodeScalars)
        var (p, n) = (0, 0)
        // Where to go back to: after the last star, and what it has taken so far.
        var retry: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                p += 1
                retry = (p, n)
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == name[n] {
                p += 1
                n += 1
            } else if let last = retry {
                retry = (last.pattern, last.name + 1)
                (p, n) = (last.pattern, last.name + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}
