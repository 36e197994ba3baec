import LTFNCheckpoint

/// What NumPy's files have no place for.
enum NumPyLosses {
    /// - Parameter format: `npz` or `npy`.
    static func losses(writing manifest: Manifest, as format: String) -> [FormatLoss] {
        let reason = "\(format) has no place for it."
        var losses: [FormatLoss] = []
        for variable in manifest.variables {
            losses += values(of: variable)
            if let target = variable.tiedTo {
                losses.append(.tie(of: variable, to: target))
            }
            if variable.initializer != nil {
                losses.append(FormatLoss(.initializer, variable: variable.name, reason))
            }
            if !variable.metadata.isEmpty {
                losses.append(FormatLoss(.metadata, variable: variable.name, reason))
            }
        }
        if !manifest.metadata.isEmpty {
            losses.append(FormatLoss(.metadata, reason))
        }
        if manifest.graph != nil {
            losses.append(FormatLoss(.graph, reason))
        }
        return losses
    }

    private static func values(of variable: VariableInfo) -> [FormatLoss] {
        let dtype = variable.tensor.dtype
        if variable.tensor.shape.rank > NPYHeader.maximumRank {
            return [
                FormatLoss(
                    .values, variable: variable.name,
                    "NumPy has arrays of up to \(NPYHeader.maximumRank) axes, found "
                        + "\(variable.tensor.shape.rank).")
            ]
        }
        guard NPYHeader.canHold(variable.tensor) else {
            return [
                FormatLoss(
                    .values, variable: variable.name,
                    "NumPy has no arrays of shape \(variable.tensor.shape): without the zeros, its "
                        + "bytes would be more than 2^63 - 1.")
            ]
        }
        if NPYElementType.descriptor(of: dtype) != nil { return [] }
        if let standIn = NPYElementType.opaqueStandIn(for: dtype) {
            return [
                FormatLoss(
                    .dtype, variable: variable.name, replacement: standIn.rawValue,
                    "NumPy has no \(dtype.rawValue); the bits become \(standIn.rawValue).")
            ]
        }
        return [.unstorable(variable, in: "NumPy")]
    }
}
