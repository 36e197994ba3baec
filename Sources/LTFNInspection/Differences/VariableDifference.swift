import LTFNBytes
import LTFNCheckpoint

/// In what a variable of one checkpoint differs from that of the same name in another.
public struct VariableDifference: Hashable, Sendable {
    /// As each file has it.
    public var first: VariableInfo
    public var second: VariableInfo
    /// The shape of the values that were compared.
    public var shape: TensorShape
    /// nil: the values are the same, or were not compared.
    public var values: ValueDifference?
    /// Why the values cannot be compared; nil: they can.
    public var obstacle: Obstacle?
    public var start: InitialRelation
    /// How far each has moved from its initial values, where both began with the same ones.
    public var drifts: Drifts?
    public var metadata: [CheckpointDifference.MetadataDifference] = []

    /// Why values cannot be compared.
    public enum Obstacle: String, Hashable, Sendable {
        case shape, dtype
    }

    /// How far two variables have moved.
    public struct Drifts: Hashable, Sendable {
        public var first: VariableReport.Drift
        public var second: VariableReport.Drift
    }

    /// Whether the elements are of the same type.
    public var hasSameType: Bool { first.elementType == second.elementType }

    public var hasSameTie: Bool { first.tiedTo == second.tiedTo }

    /// Whether it differs in nothing but what is tolerated or `ignored`.
    public func isEqual(ignoring ignored: Set<ComparisonPart>) -> Bool {
        obstacle == nil && (values?.beyondCount ?? 0) == 0
            && (hasSameType || ignored.contains(.dtype))
            && (!start.isDifferent || ignored.contains(.initializers))
            && (metadata.isEmpty || ignored.contains(.metadata))
            && (hasSameTie || ignored.contains(.ties))
    }

    /// Whether nothing at all differs.
    var isIdentical: Bool { values == nil && isEqual(ignoring: []) }
}

/// How the initial values of two variables are to each other, as far as it is recorded.
public enum InitialRelation: String, Hashable, Sendable, CaseIterable {
    /// The same recipe, seed and stream, which give the same values.
    case same
    /// The same recipe; with what seed is not recorded.
    case sameRecipe = "same_recipe"
    /// The same recipe, but another seed or stream, or other fans.
    case otherSeed = "other_seed"
    case otherRecipe = "other_recipe"
    case onlyFirst = "only_first"
    case onlySecond = "only_second"
    /// Nothing is recorded of either.
    case unknown

    init(_ first: InitializerSpec?, _ second: InitializerSpec?) {
        self =
            switch (first, second) {
            case (nil, nil): .unknown
            case (_?, nil): .onlyFirst
            case (nil, _?): .onlySecond
            case (let a?, let b?) where a.recipe != b.recipe: .otherRecipe
            case (let a?, let b?) where !a.isReproducible || !b.isReproducible: .sameRecipe
            case (let a?, let b?): a == b ? .same : .otherSeed
            }
    }

    /// Whether something else is recorded of one than of the other.
    public var isDifferent: Bool {
        switch self {
        case .same, .sameRecipe, .unknown: false
        case .otherSeed, .otherRecipe, .onlyFirst, .onlySecond: true
        }
    }
}
