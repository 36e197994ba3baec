import LTFNBytes
import LTFNCheckpoint

/// A checkpoint that is compared with another one.
public struct ComparedCheckpoint: Sendable {
    /// What the file says of itself.
    public let manifest: Manifest
    /// The values that are compared, with the names that they have in the file, and what is known
    /// of how they began.
    public let reader: any CheckpointReader
    /// What the file is called.
    public let name: String
    public let formatName: String
    public var budget: ExpansionBudget

    public init(
        _ manifest: Manifest, _ reader: any CheckpointReader, name: String, formatName: String,
        budget: ExpansionBudget
    ) {
        self.manifest = manifest
        self.reader = reader
        self.name = name
        self.formatName = formatName
        self.budget = budget
    }

    var side: CheckpointDifference.Side {
        var totals = CheckpointTotals()
        for (index, info) in reader.manifest.variables.enumerated() {
            totals.add(info, reader.storage(index))
        }
        return CheckpointDifference.Side(name: name, formatName: formatName, totals: totals)
    }

    /// What the file says anything of.
    var recorded: Set<ComparisonPart> {
        var parts: Set<ComparisonPart> = [.dtype]
        if manifest.graph != nil { parts.insert(.network) }
        let hasMetadata =
            !manifest.metadata.content.isEmpty
            || manifest.variables.contains { !$0.metadata.content.isEmpty }
        if hasMetadata { parts.insert(.metadata) }
        if manifest.variables.contains(where: { $0.initializer != nil }) {
            parts.insert(.initializers)
        }
        if manifest.variables.contains(where: { $0.tiedTo != nil }) { parts.insert(.ties) }
        return parts
    }

    /// The values of a variable, from front to back.
    func values(_ index: Int) throws(FormatError) -> SlicedValues {
        try FormatError.about(name) { () throws(FormatError) in
            try SlicedValues(.whole, of: index, in: reader, budget: budget, allowsBlocks: true)
        }
    }

    /// How far a variable has moved from its initial values; nil: that cannot be had.
    mutating func drift(_ index: Int) -> VariableReport.Drift? {
        var report = VariableReport(of: reader.manifest.variables[index], reader, index)
        report.look(
            into: reader, index, depth: InspectionDepth(statistics: false, drift: true),
            budget: &budget)
        return report.drift
    }
}

extension Metadata {
    /// Records of how a file came to be stored as it is: they tell nothing of its content.
    private static let storageKeys: Set<String> = [
        VariableInfo.tieKey, VariableInfo.initialKey, KernelLayout.metadataKey,
        BlockTensor.metadataKey,
    ]

    /// What tells of the content.
    var content: [Entry] {
        entries.filter { !Self.storageKeys.contains($0.key.string) }
    }

    /// In what it differs from `other`: keys within maps have those of the maps before them,
    /// `training.steps`.
    func differences(from other: Metadata) -> [CheckpointDifference.MetadataDifference] {
        Self.differences(content, other.content, within: "")
    }

    private static func differences(
        _ first: [Entry], _ second: [Entry], within path: String
    ) -> [CheckpointDifference.MetadataDifference] {
        let values = { (entries: [Entry]) in
            Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        }
        let (mine, theirs) = (values(first), values(second))
        return Set(mine.keys).union(theirs.keys).sorted().flatMap { key in
            let (a, b) = (mine[key], theirs[key])
            if a == b { return [CheckpointDifference.MetadataDifference]() }
            let name = path + key.string
            // As deep as readers let maps be.
            if case .map(let a)? = a, case .map(let b)? = b {
                return differences(a.entries, b.entries, within: name + ".")
            }
            return [CheckpointDifference.MetadataDifference(key: name, first: a, second: b)]
        }
    }
}
