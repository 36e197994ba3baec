import LTFNCheckpoint

/// What becomes of one variable on the way.
public struct VariableChange: Hashable, Sendable {
    /// Its position in the manifest of the source.
    public let position: Int
    public let source: VariableInfo
    /// As it comes out.
    public var target: VariableInfo
    /// The order that its axes get; before its values get another dtype.
    public var permutation: AxisPermutation?

    /// What its values get in place of their dtype; nil: they stay as they are.
    public var dtype: DType? {
        source.tensor.dtype == target.tensor.dtype ? nil : target.tensor.dtype
    }

    /// The same from an earlier source on, from which `earlier` made the source.
    func after(_ earlier: [VariableChange]?) -> VariableChange {
        guard let earlier, earlier.indices.contains(position) else { return self }
        var change = VariableChange(
            position: earlier[position].position, source: earlier[position].source,
            target: target)
        change.permutation = permutation
        return change
    }

    /// Whether its values come out with other bits, or in another order.
    public var changesValues: Bool { permutation != nil || dtype != nil }
}
