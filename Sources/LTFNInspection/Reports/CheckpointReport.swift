import LTFNBytes
import LTFNCheckpoint

/// What is to be said about a checkpoint: the whole, and each variable.
///
/// The variables are a sequence: what is rendered as it comes need not be in memory all at once.
public struct CheckpointReport<Variables: Sequence<VariableReport>> {
    /// What the file is called.
    public var name: String
    /// `ltfn`, `safetensors`, …
    public var formatName: String
    /// The other files of a set.
    public var otherFiles: [String] = []
    /// Of all its files.
    public var fileByteCount: UInt64
    /// nil: the format has none.
    public var content: ContentIdentity?
    public var graph: ModelGraph?
    public var metadata: Metadata
    /// Whether all metadata are shown to a person, else the first few.
    public var showsAllMetadata = false
    public var totals: CheckpointTotals
    /// In the order of the network's layers; those that it does not use after them, in natural
    /// order.
    public var variables: Variables
    /// What the variables were chosen by; nil: they are all there are.
    public var selection: VariableSelection?
    /// Whether the variables' values are looked at.
    let hasStatistics: Bool
    /// The shape of a variable, for the network in a few words.
    let shape: (VariableName) -> TensorShape?
}

extension CheckpointReport where Variables == [VariableReport] {
    /// A report with all its variables in memory.
    public init(
        name: String, formatName: String, fileByteCount: UInt64,
        content: ContentIdentity? = nil, graph: ModelGraph? = nil, metadata: Metadata = [:],
        variables: [VariableReport]
    ) {
        self.name = name
        self.formatName = formatName
        self.fileByteCount = fileByteCount
        self.content = content
        self.graph = graph
        self.metadata = metadata
        self.variables = variables
        hasStatistics = variables.contains { $0.statistics != nil }
        totals = CheckpointTotals()
        for variable in variables { totals.add(variable.info, variable.storage) }
        let shapes = Dictionary(
            variables.map { ($0.info.name, $0.info.tensor.shape) }, uniquingKeysWith: { $1 })
        shape = { shapes[$0] }
    }
}

extension CheckpointReport where Variables == InspectedVariables {
    /// A report whose variables are looked at when they are asked for, one at a time and each time
    /// anew.
    ///
    /// - Parameters:
    ///   - selection: those that are looked at; the totals are about all.
    ///   - limits: how much may be made out of the file; what is beyond is listed only.
    ///   - progress: called with the number of variables that are done.
    public init(
        of reader: any CheckpointReader, name: String, formatName: String, fileByteCount: UInt64,
        selection: VariableSelection? = nil,
        depth: InspectionDepth = InspectionDepth(), limits: DecodingLimits = .standard,
        progress: @escaping (Int) -> Void = { _ in }
    ) {
        self.name = name
        self.formatName = formatName
        self.fileByteCount = fileByteCount
        content = reader.content
        let manifest = reader.manifest
        graph = manifest.graph
        metadata = manifest.metadata
        totals = CheckpointTotals()
        for (index, info) in manifest.variables.enumerated() {
            totals.add(info, reader.storage(index))
        }
        self.selection = selection
        hasStatistics = depth.statistics
        variables = InspectedVariables(
            reader: reader, selection: selection?.indices, depth: depth,
            budget: ExpansionBudget(limits, fileByteCount: fileByteCount, reader: reader),
            progress: progress)
        shape = { manifest[$0]?.tensor.shape }
    }
}

/// What is looked at beyond the index.
public struct InspectionDepth: Hashable, Sendable {
    /// Read the values and take their statistics.
    public var statistics: Bool
    /// Take the details of the statistics, too.
    public var details: Bool
    /// Replay the initial values and measure how far the variables have moved.
    public var drift: Bool

    public init(statistics: Bool = true, details: Bool = false, drift: Bool = true) {
        self.statistics = statistics
        self.details = details
        self.drift = drift
    }

    /// The index alone.
    public static let index = InspectionDepth(statistics: false, drift: false)
}

/// Totals over the variables, and over those that have values of their own.
public struct CheckpointTotals: Hashable, Sendable {
    public var variableCount = 0
    /// How many numbers the checkpoint holds.
    public var valueCount: UInt64 = 0
    public var rawByteCount: UInt64 = 0
    public var storedByteCount: UInt64 = 0

    mutating func add(_ info: VariableInfo, _ storage: StorageInfo) {
        variableCount += 1
        guard info.tiedTo == nil else { return }
        valueCount = CheckedSize.total(valueCount, UInt64(info.tensor.shape.elementCount))
        rawByteCount = CheckedSize.total(rawByteCount, UInt64(info.tensor.byteCount))
        storedByteCount = CheckedSize.total(storedByteCount, storage.storedByteCount)
    }

    /// Stored bytes by raw bytes; nil without values.
    public var ratio: Double? {
        rawByteCount == 0 ? nil : Double(storedByteCount) / Double(rawByteCount)
    }
}

/// What comes to light while the variables are looked at.
public struct InspectionFindings: Hashable, Sendable {
    /// How many values are NaN or infinite, where statistics were taken.
    public var nonFiniteCount = 0
    /// How many variables are damaged.
    public var damagedCount = 0
    private var firstDamage: FormatError?
    /// How many variables the system did not let be read, for want of memory perhaps.
    public var unreadCount = 0
    private var firstUnread: FormatError?
    /// How many variables are listed only, because their values would be too many.
    public var listedOnlyCount = 0

    public init() {}

    /// What is wrong with the first damaged variable, or else with reading the first unread one.
    public var firstProblem: FormatError? { firstDamage ?? firstUnread }

    mutating func add(_ variable: VariableReport) {
        switch variable.outcome {
        case .listed: listedOnlyCount += 1
        case .damaged(let problem):
            damagedCount += 1
            firstDamage = firstDamage ?? problem
        case .unread(let problem):
            unreadCount += 1
            firstUnread = firstUnread ?? problem
        case .done:
            if variable.info.tiedTo == nil {
                nonFiniteCount += variable.statistics?.nonFiniteCount ?? 0
            }
        }
    }
}
