import LTFNBytes
import LTFNCheckpoint

/// Some variables of an open checkpoint.
///
/// Where a tied variable is wanted and its target is not, it holds the values itself, and others
/// that were tied to the same target are tied to it.
struct SelectedReader: RearrangedReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    let reader: any CheckpointReader
    let positions: [Int]

    /// - Parameter patterns: what the names fit; empty: all.
    /// - Throws: nothing that a reader's manifest gives a reason for.
    init(_ reader: any CheckpointReader, patterns: [GlobPattern]) throws(FormatError) {
        self.reader = reader
        let whole = reader.manifest
        let positions = whole.variables.indices.filter { index in
            patterns.isEmpty
                || patterns.contains { $0.matches(whole.variables[index].name.string) }
        }
        self.positions = positions
        guard positions.count < whole.variables.count else {
            manifest = whole
            losses = reader.losses
            return
        }
        let manifest = try Manifest(
            variables: Self.tied(positions.map { whole.variables[$0] }),
            metadata: whole.metadata, graph: whole.graph)
        self.manifest = manifest
        let isGraphWhole =
            whole.graph?.variableNames.allSatisfy { manifest.index(of: $0) != nil } ?? true
        let concerned = reader.losses.filter { loss in
            guard let variable = loss.variable, loss.subject != .member else { return true }
            return manifest.index(of: variable) != nil
        }
        losses =
            concerned
            + (isGraphWhole
                ? [] : [FormatLoss(.graph, "It uses variables that are left out.")])
    }

    private static func tied(_ variables: [VariableInfo]) -> [VariableInfo] {
        let names = Set(variables.map(\.name))
        var holders: [VariableName: VariableName] = [:]
        return variables.map { variable in
            guard let target = variable.tiedTo, !names.contains(target) else { return variable }
            var result = variable
            result.tiedTo = holders[target]
            if result.tiedTo == nil { holders[target] = variable.name }
            return result
        }
    }
}
