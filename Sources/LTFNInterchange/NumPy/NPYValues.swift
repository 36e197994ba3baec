import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// The values after the header of an npy file, in the order that checkpoints hold them in.
final class NPYValues: Sendable {
    private let header: NPYHeader
    /// Column-major values cannot be transposed range by range as they come: they are kept from the
    /// first range that is asked for until the last.
    private let columnMajor = Mutex<AlignedBytes?>(nil)
    private let lastRead: LastColumnMajor
    /// nil: the values are stored in the order in which they are read.
    private let gathering: StridedGathering?

    /// - Parameters:
    ///   - access: what reading a range of the stored bytes costs.
    ///   - lastRead: one for all arrays of a file.
    init(
        _ header: NPYHeader, _ access: StridedGathering.Access,
        lastRead: LastColumnMajor = LastColumnMajor()
    ) {
        self.header = header
        self.lastRead = lastRead
        gathering = header.columnMajorOrder.map { StridedGathering($0, access) }
    }

    private var byteCount: Int { header.tensor.byteCount }

    /// How many bytes are best asked for at once.
    var pieceByteCount: Int { gathering?.pieceByteCount ?? foreignPieceByteCount }

    /// - Parameters:
    ///   - range: of the tensor's bytes.
    ///   - stored: a range of the bytes after the header; they are asked for from front to back.
    /// - Throws: what `stored` throws.
    func read(
        _ range: Range<Int>, stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        // What another array has left is given up before this one takes memory.
        let left = lastRead.take(of: self)
        guard let gathering, let order = header.columnMajorOrder else {
            return try inGroups(of: header.elementType.swapGroup, range, stored)
        }
        guard gathering.holdsWhole else {
            return try inGroups(of: elementByteCount, range) { range throws(FormatError) in
                try gathering.take(range, stored: stored)
            }
        }
        if range == 0..<byteCount { return try turn(order, stored) }
        let kept = columnMajor.withLock { $0 } ?? left
        let whole = if let kept { kept } else { try stored(0..<byteCount) }
        let isLast = range.upperBound == byteCount
        columnMajor.withLock { $0 = isLast ? nil : whole }
        if isLast { lastRead.keep(whole, of: self) }
        return try inGroups(of: elementByteCount, range) { range throws(FormatError) in
            try order.take(range, from: whole.bytes)
        }
    }

    /// Whether the bytes after the header are those that are read.
    var areStoredAsRead: Bool { gathering == nil && header.elementType.swapGroup <= 1 }

    private var elementByteCount: Int { header.elementByteCount }

    /// The bytes of `range`, which `stored` gives in whole groups, in the machine's byte order.
    private func inGroups(
        of group: Int, _ range: Range<Int>,
        _ stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        guard group > 1 else { return try stored(range) }
        let start = range.lowerBound - range.lowerBound % group
        let end = range.upperBound + (group - range.upperBound % group) % group
        var bytes = try stored(start..<end)
        bytes.reverseGroups(ofByteCount: header.elementType.swapGroup)
        if start..<end == range { return bytes }
        try AvailableMemory.expect(range.count)
        return AlignedBytes(
            copying: bytes.bytes.extracting(range.lowerBound - start..<range.upperBound - start))
    }

    private func turn(
        _ order: StridedOrder, _ stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        var bytes = try AlignedBytes(reserving: byteCount)
        for block in order.blocks {
            let piece = try stored(block.range)
            order.put(piece.bytes, of: block, into: &bytes)
        }
        bytes.reverseGroups(ofByteCount: header.elementType.swapGroup)
        return bytes
    }
}

/// The stored values of the column-major array that was read range by range to its end last.
///
/// A writer that needs a checksum first reads an array twice, one time right after the other: the
/// second time need not take the values out of the file again.
final class LastColumnMajor: Sendable {
    private struct Entry {
        var array: ObjectIdentifier
        var bytes: AlignedBytes
    }

    private let last = Mutex<Entry?>(nil)

    /// The values, if they are those of `array`. They are no longer kept.
    func take(of array: NPYValues) -> AlignedBytes? {
        last.withLock { last in
            let entry = last
            last = nil
            return entry?.array == ObjectIdentifier(array) ? entry?.bytes : nil
        }
    }

    func keep(_ bytes: AlignedBytes, of array: NPYValues) {
        last.withLock { $0 = Entry(array: ObjectIdentifier(array), bytes: bytes) }
    }
}

extension NPYHeader {
    /// How the array is stored, in words: `column-major`, `big-endian`.
    var layout: [String] {
        var words: [String] = []
        if isColumnMajor { words.append("column-major") }
        if elementType.swapGroup > 1 { words.append("big-endian") }
        return words
    }

    fileprivate var elementByteCount: Int { tensor.dtype.bitCount / 8 }

    /// Where the elements are put; nil: they stand in their order.
    fileprivate var columnMajorOrder: StridedOrder? {
        // With one axis that is longer than 1, or without elements, both orders are the same.
        guard isColumnMajor, tensor.byteCount > 0,
            tensor.shape.dimensions.count(where: { $0 != 1 }) > 1
        else { return nil }
        return StridedOrder(columnMajor: tensor.shape, elementByteCount: elementByteCount)
    }
}
