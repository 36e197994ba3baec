import LTFNCheckpoint

/// The variables of a checkpoint whose names fit one of some patterns.
public struct VariableSelection: Hashable, Sendable {
    public let patterns: [String]
    /// Patterns that no name fits.
    public let patternsWithoutMatch: [String]
    /// Positions in the manifest.
    let indices: Set<Int>

    /// How many variables these are.
    public var count: Int { indices.count }

    /// - Parameter patterns: `*` stands for any characters, `?` for any one.
    public init(_ patterns: [String], in manifest: Manifest) {
        self.patterns = patterns
        var indices: Set<Int> = []
        var unmatched: [String] = []
        for text in patterns {
            let pattern = GlobPattern(text)
            let found = manifest.variables.indices.filter {
                pattern.matches(manifest.variables[$0].name.string)
            }
            if found.isEmpty { unmatched.append(text) }
            indices.formUnion(found)
        }
        self.indices = indices
        patternsWithoutMatch = unmatched
    }
}
