import LTFNBytes
import LTFNCheckpoint

/// What is to be said about a checkpoint: the whole, and each variable.
public struct CheckpointReport: Hashable, Sendable {
    /// What the file is called.
    public var name: String
    /// `ltfn`, `safetensors`, …
    public var formatName: String
    public var fileByteCount: UInt64
    public var graph: ModelGraph?
    public var metadata: Metadata
    /// In the order of the network's layers, those that it does not use behind them.
    public var variables: [VariableReport]

    /// What is looked at beyond the index.
    public struct Depth: Hashable, Sendable {
        /// Read the values and take their statistics.
        public var statistics: Bool
        /// Replay the initial values and measure how far the variables have moved.
        public var drift: Bool

        public init(statistics: Bool = true, drift: Bool = true) {
            self.statistics = statistics
            self.drift = drift
        }

        /// The index alone.
        public static let index = Depth(statistics: false, drift: false)
    }

    public init(
        name: String, formatName: String, fileByteCount: UInt64, graph: ModelGraph? = nil,
        metadata: Metadata = [:], variables: [VariableReport]
    ) {
        self.name = name
        self.formatName = formatName
        self.fileByteCount = fileByteCount
        self.graph = graph
        self.metadata = metadata
        self.variables = variables
    }

    /// Looks at every variable, one tensor in memory at a time.
    ///
    /// - Parameter progress: called with the number of variables that are done.
    /// - Throws: what the reader throws.
    public init(
        of reader: any CheckpointReader, name: String, formatName: String, fileByteCount: UInt64,
        depth: Depth = Depth(), progress: (Int) -> Void = { _ in }
    ) throws(FormatError) {
        let manifest = reader.manifest
        var variables: [VariableReport] = []
        for index in Self.order(of: manifest) {
            variables.append(try VariableReport(of: reader, index, depth: depth))
            progress(variables.count)
        }
        self.init(
            name: name, formatName: formatName, fileByteCount: fileByteCount,
            graph: manifest.graph, metadata: manifest.metadata, variables: variables)
    }

    private static func order(of manifest: Manifest) -> [Int] {
        let used = (manifest.graph?.variableNames ?? []).compactMap { manifest.index(of: $0) }
        var isListed = [Bool](repeating: false, count: manifest.variables.count)
        var order: [Int] = []
        for index in used + Array(manifest.variables.indices) where !isListed[index] {
            isListed[index] = true
            order.append(index)
        }
        return order
    }
}

// Totals over the variables that have values of their own.
extension CheckpointReport {
    private var stored: some Sequence<VariableReport> {
        variables.lazy.filter { $0.info.tiedTo == nil }
    }

    /// How many numbers the checkpoint holds.
    public var valueCount: UInt64 {
        stored.reduce(0) { $0 &+ UInt64($1.info.tensor.shape.elementCount) }
    }

    public var rawByteCount: UInt64 {
        stored.reduce(0) { $0 &+ UInt64($1.info.tensor.byteCount) }
    }

    public var storedByteCount: UInt64 {
        stored.reduce(0) { $0 &+ $1.storage.storedByteCount }
    }

    /// Stored bytes by raw bytes; nil without values.
    public var ratio: Double? {
        rawByteCount == 0 ? nil : Double(storedByteCount) / Double(rawByteCount)
    }

    /// How many values are NaN or infinite, where statistics were taken.
    public var nonFiniteCount: Int {
        stored.reduce(0) { $0 + ($1.statistics?.nonFiniteCount ?? 0) }
    }

    /// The largest |x| of all variables, where statistics were taken.
    public var largestMagnitude: Double {
        stored.reduce(0) { max($0, $1.statistics?.largestMagnitude ?? 0) }
    }
}
