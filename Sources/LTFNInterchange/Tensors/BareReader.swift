import LTFNBytes
import LTFNCheckpoint

extension Manifest {
    /// Names, dtypes and shapes, and nothing else that it says.
    package var bare: Manifest {
        Manifest(
            checked: variables.map { VariableInfo(name: $0.name, tensor: $0.tensor) },
            metadata: [:], graph: nil)
    }
}

/// The values of some variables of an open checkpoint, and nothing else that it says of them.
struct BareReader: CheckpointReader {
    let manifest: Manifest
    private let reader: any CheckpointReader
    /// For every variable its position in the manifest of `reader`.
    private let positions: [Int]

    /// - Parameter names: those of `reader` that are wanted; others are passed over.
    init(_ reader: any CheckpointReader, names: Set<VariableName>) {
        let whole = reader.manifest
        positions = whole.variables.indices.filter { names.contains(whole.variables[$0].name) }
        manifest =
            Manifest(
                checked: positions.map { whole.variables[$0] }, metadata: [:], graph: nil
            ).bare
        self.reader = reader
    }

    var losses: [FormatLoss] { reader.losses }
    var notes: [String] { reader.notes }
    var otherFiles: [String] { reader.otherFiles }
    var otherByteCount: UInt64 { reader.otherByteCount }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        try reader.read(positions[index])
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        try reader.read(positions[index], bytes: range)
    }

    func map(_ index: Int) throws(FormatError) -> MappedBytes? {
        try reader.map(positions[index])
    }

    func pieceByteCount(_ index: Int) -> Int { reader.pieceByteCount(positions[index]) }

    func storage(_ index: Int) -> StorageInfo { reader.storage(positions[index]) }
}
