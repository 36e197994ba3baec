import LTFNBytes
import LTFNCheckpoint

/// In what two checkpoints differ.
public struct CheckpointDifference: Hashable, Sendable {
    /// One of the two.
    public struct Side: Hashable, Sendable {
        /// What the file is called.
        public var name: String
        public var formatName: String
        public var totals: CheckpointTotals
    }

    /// Whether both have something, and whether it is the same.
    public enum Relation: String, Hashable, Sendable {
        case same
        case different
        case onlyFirst = "only_first"
        case onlySecond = "only_second"
        /// Neither has it.
        case none

        init<Value: Equatable>(_ first: Value?, _ second: Value?) {
            self =
                switch (first, second) {
                case (nil, nil): .none
                case (_, nil): .onlyFirst
                case (nil, _): .onlySecond
                case (let first?, let second?): first == second ? .same : .different
                }
        }

        /// Whether nothing differs.
        public var isEqual: Bool { self == .same || self == .none }
    }

    /// A key of the metadata whose values differ; nil: one side does not have it.
    public struct MetadataDifference: Hashable, Sendable {
        public var key: String
        public var first: MetadataValue?
        public var second: MetadataValue?
    }

    public let first: Side
    public let second: Side
    public let tolerance: ComparisonTolerance
    /// What makes no difference: it was asked for, or one of the files has nothing of the kind.
    public let ignored: Set<ComparisonPart>
    /// Of those, what only one of the files has.
    public let unrecorded: Set<ComparisonPart>
    /// Whether values were compared.
    public let comparesValues: Bool
    /// In the order in which they are shown, as are the next.
    public internal(set) var onlyFirst: [VariableInfo] = []
    public internal(set) var onlySecond: [VariableInfo] = []
    /// How many variables both have.
    public internal(set) var commonCount = 0
    /// How many pairs of values were compared.
    public internal(set) var comparedCount: UInt64 = 0
    /// Of those variables that both have, the ones that differ in anything; in the order of the
    /// first file's layers.
    public internal(set) var variables: [VariableDifference] = []
    /// Of the variables that both have, how many began in which relation.
    public internal(set) var starts: [InitialRelation: Int] = [:]
    /// The seeds of those that began with the same recipe and others; nil: these differ, too.
    public internal(set) var seeds: Seeds?
    /// Of the files as a whole.
    public internal(set) var metadata: [MetadataDifference] = []
    public internal(set) var network = Relation.none

    /// The seeds of two runs.
    public struct Seeds: Hashable, Sendable {
        public var first: UInt64
        public var second: UInt64

        public init(first: UInt64, second: UInt64) {
            self.first = first
            self.second = second
        }
    }

    /// How many variables differ beyond what is tolerated and ignored.
    public var differingCount: Int {
        variables.count { !$0.isEqual(ignoring: ignored) }
    }

    /// How many pairs of values differ beyond what is tolerated.
    public var beyondCount: UInt64 {
        variables.reduce(0) { CheckedSize.total($0, UInt64($1.values?.beyondCount ?? 0)) }
    }

    /// How many pairs of values differ at all.
    public var differentCount: UInt64 {
        variables.reduce(0) { CheckedSize.total($0, UInt64($1.values?.differentCount ?? 0)) }
    }

    /// Whether the two are the same, as far as is tolerated and ignored.
    public var isEqual: Bool {
        onlyFirst.isEmpty && onlySecond.isEmpty && differingCount == 0
            && (metadata.isEmpty || ignored.contains(.metadata))
            && (network.isEqual || ignored.contains(.network))
    }
}
