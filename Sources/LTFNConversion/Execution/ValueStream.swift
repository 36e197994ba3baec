import LTFNBytes
import LTFNCheckpoint

/// The values of one variable on their way from a reader to a writer, whatever lengths the one
/// likes to read and the other to write. One piece is in memory at a time.
struct ValueStream {
    private let reader: any CheckpointReader
    private let index: Int
    private let byteCount: Int
    private let pieceByteCount: Int
    private var piece = AlignedBytes(byteCount: 0)
    private var range = 0..<0
    /// Of all bytes up to a place, which are hashed when they are read for the first time.
    private var hash = ValueHash()
    private var hashedByteCount = 0
    /// What is copied by way of a block of its own: as little as stays in the processor's caches.
    private static let stepByteCount = 1 << 18

    init(_ reader: any CheckpointReader, _ index: Int) {
        self.reader = reader
        self.index = index
        byteCount = reader.manifest.variables[index].tensor.byteCount
        pieceByteCount = max(1, reader.pieceByteCount(index))
    }

    /// The bytes of `range`, which lies within those of the variable.
    mutating func bytes(_ wanted: Range<Int>) throws(FormatError) -> AlignedBytes {
        // What is wrong with no values at all is found by reading them.
        if byteCount == 0 { return try reader.read(index, bytes: wanted) }
        if try fetch(wanted.lowerBound), range == wanted { return piece }
        if range.lowerBound <= wanted.lowerBound, wanted.upperBound <= range.upperBound {
            try AvailableMemory.expect(wanted.count)
            let start = wanted.lowerBound - range.lowerBound
            let end = wanted.upperBound - range.lowerBound
            return AlignedBytes(copying: piece.bytes.extracting(start..<end))
        }
        var result = try AlignedBytes(reserving: wanted.count)
        var done = wanted.lowerBound
        while done < wanted.upperBound {
            _ = try fetch(done)
            let end = min(range.upperBound, wanted.upperBound, done + Self.stepByteCount)
            let part = piece.bytes.extracting(done - range.lowerBound..<end - range.lowerBound)
            result.replaceBytes(at: done - wanted.lowerBound, with: [UInt8](copying: part))
            done = end
        }
        return result
    }

    /// Makes the piece the one that `position` lies in.
    private mutating func fetch(_ position: Int) throws(FormatError) -> Bool {
        guard position < byteCount else { return false }
        guard !range.contains(position) else { return true }
        let start = position - position % pieceByteCount
        range = start..<start + min(pieceByteCount, byteCount - start)
        // One at a time: the old piece is given back first.
        piece = AlignedBytes(byteCount: 0)
        let next = try reader.read(index, bytes: range)
        piece = next
        if range.lowerBound == hashedByteCount {
            hash.update(next.bytes)
            hashedByteCount = range.upperBound
        }
        return true
    }

    /// The digest of all bytes. What the writer did not ask for is read.
    mutating func finish() throws(FormatError) -> SHA256Digest {
        while try fetch(hashedByteCount) {}
        return hash.finalize()
    }
}
