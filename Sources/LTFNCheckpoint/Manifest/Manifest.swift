import LTFNBytes

/// Everything a checkpoint says about itself, without the values of its variables.
public struct Manifest: Hashable, Sendable {
    /// In ascending order of the names' UTF-8 bytes, every name once.
    public let variables: [VariableInfo]
    public var metadata: Metadata
    public var graph: ModelGraph?

    /// A manifest of no variables.
    public init() {
        variables = []
        metadata = [:]
    }

    /// Puts the variables in canonical order.
    ///
    /// - Throws: `corrupt` for a name that stands twice, or a tied variable whose target is
    ///   missing, itself tied, or of another dtype or shape.
    public init(
        variables: [VariableInfo], metadata: Metadata = [:], graph: ModelGraph? = nil
    ) throws(FormatError) {
        self.variables = Self.isAscending(variables) ? variables : try Self.sorted(variables)
        self.metadata = metadata
        self.graph = graph
        try checkTies()
    }

    /// A manifest of what a reader has checked as it read: the variables are in order, every name
    /// once, and what they are tied to is there.
    package init(checked variables: [VariableInfo], metadata: Metadata, graph: ModelGraph?) {
        self.variables = variables
        self.metadata = metadata
        self.graph = graph
    }

    /// The position of a variable in `variables`. Complexity: O(log n).
    public func index(of name: VariableName) -> Int? {
        let place = place(of: name)
        return place < variables.count && variables[place].name == name ? place : nil
    }

    /// Where a variable of that name stands, or would stand. Complexity: O(log n).
    func place(of name: VariableName) -> Int {
        var low = 0
        var high = variables.count
        while low < high {
            let middle = (low + high) / 2
            if variables[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    public subscript(name: VariableName) -> VariableInfo? {
        index(of: name).map { variables[$0] }
    }

    /// Whether the names ascend, each of them once.
    private static func isAscending(_ variables: [VariableInfo]) -> Bool {
        variables.indices.dropFirst().allSatisfy { variables[$0 - 1].name < variables[$0].name }
    }

    private static func sorted(_ variables: [VariableInfo]) throws(FormatError) -> [VariableInfo] {
        let sorted = variables.sorted { $0.name < $1.name }
        for index in sorted.indices.dropFirst() where sorted[index - 1].name == sorted[index].name {
            throw FormatError(
                .corrupt, variable: sorted[index].name.string,
                "The name stands twice; expected every name once.")
        }
        return sorted
    }

    private func checkTies() throws(FormatError) {
        for variable in variables {
            guard let target = variable.tiedTo else { continue }
            guard let info = self[target] else {
                throw FormatError(
                    .corrupt, variable: variable.name.string,
                    "It is tied to \"\(target)\", which is not in the file.")
            }
            guard info.tiedTo == nil, info.tensor == variable.tensor else {
                throw FormatError(
                    .corrupt, variable: variable.name.string,
                    "It is tied to \"\(target)\", which is itself tied or of another dtype or "
                        + "shape.")
            }
        }
    }
}
