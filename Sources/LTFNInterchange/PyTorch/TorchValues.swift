import LTFNBytes
import LTFNCheckpoint
import Synchronization

/// The values of a tensor in the order that checkpoints hold them in.
final class TorchValues: Sendable {
    private let info: TensorInfo
    private let order: StridedOrder
    private let strides: [Int]
    private let swapGroup: Int
    /// Values that cannot be put in order range by range: they are kept from the first range that
    /// is asked for until the last.
    private let whole = Mutex<AlignedBytes?>(nil)
    /// nil: they are stored in the order in which they are read.
    private let gathering: StridedGathering?

    private var elementByteCount: Int { info.dtype.bitCount / 8 }

    /// - Parameter access: what reading a range of the storage costs.
    /// - Throws: as `StridedOrder`.
    init(
        _ tensor: TorchTensor, isBigEndian: Bool, _ access: StridedGathering.Access
    ) throws(FormatError) {
        info = tensor.info
        order = try StridedOrder(
            shape: tensor.info.shape, strides: tensor.strides,
            elementByteCount: tensor.info.dtype.bitCount / 8)
        gathering = order.isRowMajor ? nil : StridedGathering(order, access)
        strides = tensor.strides
        swapGroup = isBigEndian ? TorchElementType.swapGroup(of: tensor.info.dtype) : 1
    }

    /// How many bytes the elements are spread over, from the first to the last.
    var sourceByteCount: Int { info.shape.elementCount == 0 ? 0 : order.sourceByteCount }

    var isRowMajor: Bool { order.isRowMajor || info.shape.elementCount == 0 }

    /// Whether the bytes are read as they are stored.
    var areStoredAsRead: Bool { isRowMajor && swapGroup <= 1 }

    /// How they are stored, in words.
    var layout: [String] {
        (isRowMajor ? [] : ["strided"]) + (swapGroup > 1 ? ["big-endian"] : [])
    }

    /// How many bytes stand together along the first axis.
    private var rowByteCount: Int {
        info.byteCount / max(1, info.shape.dimensions.first ?? 1)
    }

    /// Whether rows lie one after the other, so that a few of them can be read on their own.
    private var hasRows: Bool {
        info.shape.rank > 1 && rowByteCount > 0 && rowByteCount <= 2 * foreignPieceByteCount
            && strides[0] >= rowByteCount / elementByteCount
            && order.sourceByteCount / 2 <= info.byteCount
    }

    /// Whether the storage is read in spans, out of turn.
    var isGathered: Bool { !isRowMajor && !hasRows && gathering?.holdsWhole == false }

    var pieceByteCount: Int {
        if isRowMajor { return foreignPieceByteCount }
        if let gathering, !hasRows { return gathering.pieceByteCount }
        return rowByteCount * max(1, foreignPieceByteCount / rowByteCount)
    }

    /// - Parameters:
    ///   - range: of the tensor's bytes.
    ///   - stored: a range of the bytes from the first element on.
    /// - Throws: what `stored` throws; `io` when memory is short.
    func read(
        _ range: Range<Int>, stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        if areStoredAsRead { return try stored(range) }
        // Whole elements, from which the range is cut.
        let unit = elementByteCount
        let start = range.lowerBound / unit * unit
        let end = range.upperBound + (unit - range.upperBound % unit) % unit
        var bytes = isRowMajor ? try stored(start..<end) : try inOrder(start..<end, stored)
        if swapGroup > 1 { bytes.reverseGroups(ofByteCount: swapGroup) }
        if start..<end == range { return bytes }
        try AvailableMemory.expect(range.count)
        return AlignedBytes(
            copying: bytes.bytes.extracting(range.lowerBound - start..<range.upperBound - start))
    }

    private func inOrder(
        _ range: Range<Int>, _ stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        if range.isEmpty { return AlignedBytes(byteCount: 0) }
        if hasRows { return try rows(range, stored) }
        if let gathering, !gathering.holdsWhole {
            return try gathering.take(range, stored: stored)
        }
        let kept = whole.withLock { $0 }
        let elements = if let kept { kept } else { try stored(0..<order.sourceByteCount) }
        whole.withLock { $0 = range.upperBound == info.byteCount ? nil : elements }
        return try order.take(range, from: elements.bytes)
    }

    /// Reads no more than the rows that the range lies in.
    private func rows(
        _ range: Range<Int>, _ stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        let first = range.lowerBound / rowByteCount
        let count = (range.upperBound - 1) / rowByteCount + 1 - first
        let part = try StridedOrder(
            shape: TensorShape([count] + info.shape.dimensions.dropFirst()), strides: strides,
            elementByteCount: elementByteCount)
        let begin = first * strides[0] * elementByteCount
        let elements = try stored(begin..<begin + part.sourceByteCount)
        let skipped = first * rowByteCount
        return try part.take(
            range.lowerBound - skipped..<range.upperBound - skipped, from: elements.bytes)
    }
}
