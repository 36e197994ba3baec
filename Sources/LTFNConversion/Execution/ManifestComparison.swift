import LTFNCheckpoint

/// Tells where two manifests differ.
enum ManifestComparison {
    /// At most 20 sentences.
    static func differences(_ expected: Manifest, _ found: Manifest) -> [String] {
        var differences: [String] = []
        for variable in expected.variables {
            if let other = found[variable.name] {
                differences += Self.differences(variable, other)
            } else {
                differences.append("\"\(variable.name)\" is missing.")
            }
        }
        for variable in found.variables where expected[variable.name] == nil {
            differences.append("\"\(variable.name)\" was not expected.")
        }
        if expected.metadata != found.metadata { differences.append("The metadata differ.") }
        if expected.graph != found.graph { differences.append("The model graphs differ.") }
        return Array(differences.prefix(20))
    }

    private static func differences(
        _ expected: VariableInfo, _ found: VariableInfo
    ) -> [String] {
        var what: [String] = []
        if expected.tensor.dtype != found.tensor.dtype { what.append("dtype") }
        if expected.tensor.shape != found.tensor.shape { what.append("shape") }
        if expected.initializer != found.initializer { what.append("initializer") }
        if expected.metadata != found.metadata { what.append("metadata") }
        if expected.tiedTo != found.tiedTo { what.append("tie") }
        return what.map { "\"\(expected.name)\" differs in its \($0)." }
    }
}
