import LTFNBytes
import LTFNCheckpoint

/// An open checkpoint whose variables are those of another one: some of them, in other places, or
/// one of them under several names.
protocol RearrangedReader: CheckpointReader {
    /// The other one.
    var reader: any CheckpointReader { get }
    /// For every variable its position in the manifest of `reader`.
    var positions: [Int] { get }
}

extension RearrangedReader {
    var losses: [FormatLoss] { reader.losses }
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
