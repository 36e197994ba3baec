import LTFNCheckpoint

extension CheckpointFormat {
    /// Whether it has a place for what is said of variables.
    var keepsVariableMetadata: Bool {
        keeps(.metadata) { $0.metadata = ["key": .bool(true)] }
    }

    /// Whether variables can share their values in it.
    var keepsTies: Bool {
        keeps(.tie) { $0.tiedTo = try? VariableName("holder") }
    }

    /// Whether nothing of a kind is lost when a variable is written that has it.
    private func keeps(
        _ subject: FormatLoss.Subject, _ change: (inout VariableInfo) -> Void
    ) -> Bool {
        guard let holder = try? VariableName("holder"), let name = try? VariableName("variable"),
            let tensor = try? TensorInfo(dtype: .f32, shape: TensorShape([1]))
        else { return false }
        var variable = VariableInfo(name: name, tensor: tensor)
        change(&variable)
        let manifest = try? Manifest(variables: [
            VariableInfo(name: holder, tensor: tensor), variable,
        ])
        return manifest.map { !losses(writing: $0).contains { $0.subject == subject } } ?? false
    }
}
