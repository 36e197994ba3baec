import LTFNBytes
import LTFNCheckpoint

/// Some variables of an open checkpoint.
///
/// Where a tied variable is wanted and its target is not, it holds the values itself, and others
/// that were tied to the same target are tied to it.
struct SelectedReader: CheckpointReader {
    let manifest: Manifest
    let losses: [FormatLoss]
    private let reader: any CheckpointReader
    /// For every variable its position in the manifest of `reader`.
    private let positions: [Int]

    /// - Parameter patterns: what the names fit; empty: all.
    /// - Throws: nothing that a reader's manifest gives a reason for.
    init(_ reader: any CheckpointReader, patterns: [GlobPattern]) throws(FormatError) {
        self.reader = reader
        let whole = reader.manifest
        let positions = whole.variables.indices.filter { index in
            patterns.isEmpty
                || patterns.contains { $0.matches(whole.variables[index].name.string) }
        }
        self.positions = positions
        guard positions.count < whole.variables.count else {
            manifest = whole
            losses = reader.losses
            return
        }
        let manifest = try Manifest(
            variables: Self.tied(positions.map { whole.variables[$0] }),
            metadata: whole.metadata, graph: whole.graph)
        self.manifest = manifest
        let isGraphWhole =
            whole.graph?.variableNames.allSatisfy { manifest.index(of: $0) != nil } ?? true
        let concerned = reader.losses.filter { loss in
            guard let variable = loss.variable, loss.subject != .member else { return true }
            return manifest.index(of: variable) != nil
        }
        losses =
            concerned
            + (isGraphWhole
                ? [] : [FormatLoss(.graph, "It uses variables that are left out.")])
    }

    private static func tied(_ variables: [VariableInfo]) -> [VariableInfo] {
        let names = Set(variables.map(\.name))
        var holders: [VariableName: VariableName] = [:]
        return variables.map { variable in
            guard let target = variable.tiedTo, !names.contains(target) else { return variable }
            var result = variable
            result.tiedTo = holders[target]
            if result.tiedTo == nil { holders[target] = variable.name }
            return result
        }
    }

    var notes: [String] { reader.notes }
    var content: ContentIdentity? { reader.content }
    var valueProof: ValueProof { reader.valueProof }
    var otherByteCount: UInt64 { reader.otherByteCount }
    var baseByteCount: UInt64 { reader.baseByteCount }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        try reader.read(positions[index])
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        try reader.read(positions[index], bytes: range)
    }

    func read(_ indices: [Int]) throws(FormatError) -> [TensorData] {
        try reader.read(indices.map { positions[$0] })
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        try reader.stored(positions[index])
    }

    func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        try reader.map(positions[index])
    }

    func pieceByteCount(_ index: Int) -> Int { reader.pieceByteCount(positions[index]) }

    func verify(_ index: Int) throws(FormatError) -> SHA256Digest {
        try reader.verify(positions[index])
    }

    func check(_ digest: SHA256Digest, of index: Int) throws(FormatError) {
        try reader.check(digest, of: positions[index])
    }

    func storage(_ index: Int) -> StorageInfo { reader.storage(positions[index]) }

    func expectBases() throws(FormatError) { try reader.expectBases() }
}
