public import LTFNBytes
public import LTFNCheckpoint

extension ModelGraph {
    /// Reads the variables that the layers use, those that are there, in the layout that layers are
    /// run in.
    ///
    /// - Parameter budget: how much may be made out of the file.
    /// - Throws: `limitExceeded` when they are more than that, before the first is read; what the
    ///   reader throws.
    public func parameters(
        in reader: any CheckpointReader, budget: ExpansionBudget
    ) throws(FormatError) -> [VariableName: TensorData] {
        var budget = budget
        var numbers: [VariableName: Int] = [:]
        for name in variableNames where numbers[name] == nil {
            guard let number = reader.manifest.index(of: name) else { continue }
            try budget.charge(UInt64(reader.manifest.variables[number].tensor.byteCount))
            numbers[name] = number
        }
        let layout = try reader.manifest.recordedKernelLayout() ?? .tensorflow
        let roles =
            layout == .tensorflow
            ? [:] : try kernelRoles(in: layout) { reader.manifest[$0]?.tensor.shape }
        var parameters: [VariableName: TensorData] = [:]
        for (name, number) in numbers {
            let tensor = try reader.read(number)
            let permutation = try roles[name]?.permutation(
                of: tensor.info.shape, from: layout, to: .tensorflow)
            parameters[name] = try permutation?.applied(to: tensor) ?? tensor
        }
        return parameters
    }
}
