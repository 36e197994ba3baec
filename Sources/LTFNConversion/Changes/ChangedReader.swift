import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Synchronization

/// An open checkpoint whose variables come out otherwise than they stand in the file.
struct ChangedReader: CheckpointReader {
    let manifest: Manifest
    let changes: [VariableChange]
    /// What is changed.
    var source: any CheckpointReader { reader }
    private let reader: any CheckpointReader
    /// The tensor whose axes change places, from its first range that is asked for to its last.
    private let whole = WholeTensor()
    private let errors = RoundingErrors()

    /// - Parameter isBare: whether only values are wanted, not what else is said of them.
    init(_ reader: any CheckpointReader, _ plan: ChangePlan, isBare: Bool = false) {
        self.reader = reader
        manifest = isBare ? plan.manifest.bare : plan.manifest
        changes = plan.changes
    }

    var losses: [FormatLoss] { reader.losses }
    var notes: [String] { reader.notes }
    var valueProof: ValueProof { reader.valueProof }
    var otherByteCount: UInt64 { reader.otherByteCount }
    var baseByteCount: UInt64 { reader.baseByteCount }

    func expectBases() throws(FormatError) { try reader.expectBases() }

    func read(_ index: Int) throws(FormatError) -> TensorData {
        let change = changes[index]
        if !change.changesValues { return try reader.read(change.position) }
        let info = manifest.variables[index].tensor
        return try TensorData(info: info, bytes: read(index, bytes: 0..<info.byteCount))
    }

    func read(_ index: Int, bytes range: Range<Int>) throws(FormatError) -> AlignedBytes {
        let change = changes[index]
        guard let dtype = change.dtype else { return try ordered(change, range) }
        // Whole elements of both dtypes.
        let (old, new) = (change.source.tensor.dtype.bitCount / 8, dtype.bitCount / 8)
        let first = range.lowerBound / new
        let last = (range.upperBound + new - 1) / new
        var error = RoundingError()
        let values = try ValueCast(source: change.source.tensor.dtype, target: dtype).cast(
            ordered(change, first * old..<last * old), error: &error)
        errors.add(error, of: index)
        if first * new..<last * new == range { return values }
        let start = first * new
        try AvailableMemory.expect(range.count)
        return AlignedBytes(
            copying: values.bytes.extracting(
                range.lowerBound - start..<range.upperBound - start))
    }

    /// Bytes of the values in their old dtype and their new order.
    private func ordered(
        _ change: VariableChange, _ range: Range<Int>
    ) throws(FormatError) -> AlignedBytes {
        guard let permutation = change.permutation else {
            return try reader.read(change.position, bytes: range)
        }
        let order = try whole.order(of: permutation, change, reader)
        let width = change.source.tensor.dtype.bitCount / 8
        let first = range.lowerBound / width * width
        let last = (range.upperBound + width - 1) / width * width
        let values = try whole.take(
            change.position, first..<last, of: order, reader,
            isLast: last == change.source.tensor.byteCount)
        if first..<last == range { return values }
        try AvailableMemory.expect(range.count)
        return AlignedBytes(
            copying: values.bytes.extracting(
                range.lowerBound - first..<range.upperBound - first))
    }

    func stored(_ index: Int) throws(FormatError) -> StoredValues? {
        let change = changes[index]
        return change.changesValues ? nil : try reader.stored(change.position)
    }

    func pieceByteCount(_ index: Int) -> Int {
        let change = changes[index]
        guard change.changesValues else { return reader.pieceByteCount(change.position) }
        let (old, new) = (
            change.source.tensor.dtype.bitCount / 8, change.target.tensor.dtype.bitCount / 8
        )
        let order = change.permutation.flatMap { try? whole.order(of: $0, change, reader) }
        let piece = order?.gathering.pieceByteCount ?? reader.pieceByteCount(change.position)
        return max(1, piece / old) * new
    }

    /// The digest of the values as they come out. Those of the source are compared with what the
    /// file says of them.
    func verify(_ index: Int) throws(FormatError) -> SHA256Digest {
        let change = changes[index]
        guard change.changesValues else { return try reader.verify(change.position) }
        var values = ValueStream(self, index)
        return try values.finish()
    }

    func check(_ digest: SHA256Digest, of index: Int) throws(FormatError) {
        let change = changes[index]
        if !change.changesValues { return try reader.check(digest, of: change.position) }
        // What comes out has no digest in the file; what went in may have.
        if reader.valueProof != .none, change.permutation == nil {
            _ = try reader.verify(change.position)
        }
    }

    func storage(_ index: Int) -> StorageInfo { reader.storage(changes[index].position) }

    /// What the values of a variable have lost, as far as they have been read.
    func roundingError(_ index: Int) -> RoundingError? { errors[index] }

    /// Makes sure that values whose axes change places are the same when the way is gone back.
    ///
    /// - Parameters:
    ///   - index: of the variable.
    ///   - output: what was written.
    ///   - position: of the variable there.
    /// - Returns: whether they are; nil when that cannot be had, because they are rounded.
    func isUndone(
        _ index: Int, in output: any CheckpointReader, at position: Int
    ) throws(FormatError) -> Bool? {
        let change = changes[index]
        guard let permutation = change.permutation, change.dtype == nil else { return nil }
        let inverse = permutation.inverse(change.source.tensor.shape)
        let order = try PermutedOrder(
            inverse, of: change.source.tensor.dtype, in: output, at: position)
        let whole = WholeTensor()
        var hash = ValueHash()
        let byteCount = change.source.tensor.byteCount
        for start in stride(from: 0, to: byteCount, by: order.gathering.pieceByteCount) {
            let end = min(byteCount, start + order.gathering.pieceByteCount)
            let piece = try whole.take(
                position, start..<end, of: order, output, isLast: end == byteCount)
            hash.update(piece.bytes)
        }
        return try hash.finalize() == reader.verify(change.position)
    }
}

/// Where the elements of a tensor stand whose axes change places, and how they are taken from it.
private struct PermutedOrder {
    var order: StridedOrder
    var gathering: StridedGathering

    /// - Throws: as `AxisPermutation.order`, and what `reader` throws.
    init(
        _ permutation: AxisPermutation, of dtype: DType, in reader: any CheckpointReader,
        at position: Int
    ) throws(FormatError) {
        order = try AxisPermutation.order(permutation, of: dtype)
        gathering = StridedGathering(
            order, try reader.stored(position) == nil ? .sequential : .random)
    }
}

/// A tensor that is read out of order: mapped where the file allows it, in memory where it finds
/// room there, or else panel by panel.
private final class WholeTensor: Sendable {
    private enum Values {
        case mapped(MappedBytes)
        case read(AlignedBytes)
        case gathered
    }

    private struct Kept {
        var index: Int
        var values: Values
    }

    private let kept = Mutex<Kept?>(nil)
    /// What is decided once, by the memory that there is then.
    private let orders = Mutex<[Int: PermutedOrder]>([:])

    func order(
        of permutation: AxisPermutation, _ change: VariableChange, _ reader: any CheckpointReader
    ) throws(FormatError) -> PermutedOrder {
        try orders.withLock { orders throws(FormatError) in
            if let known = orders[change.position] { return known }
            let order = try PermutedOrder(
                permutation, of: change.source.tensor.dtype, in: reader, at: change.position)
            orders[change.position] = order
            return order
        }
    }

    /// A range of the tensor's bytes in another order.
    ///
    /// - Parameter isLast: whether nothing is going to be asked for after it.
    func take(
        _ index: Int, _ range: Range<Int>, of order: PermutedOrder, _ reader: any CheckpointReader,
        isLast: Bool
    ) throws(FormatError) -> AlignedBytes {
        let values: Values
        if let known = kept.withLock({ $0 }), known.index == index {
            values = known.values
        } else {
            values = try Self.values(index, reader, order.gathering)
        }
        kept.withLock { $0 = isLast ? nil : Kept(index: index, values: values) }
        switch values {
        case .mapped(let mapped): return try order.order.take(range, from: mapped.bytes)
        case .read(let bytes): return try order.order.take(range, from: bytes.bytes)
        case .gathered:
            return try order.gathering.take(range) { range throws(FormatError) in
                try reader.read(index, bytes: range)
            }
        }
    }

    private static func values(
        _ index: Int, _ reader: any CheckpointReader, _ gathering: StridedGathering
    ) throws(FormatError) -> Values {
        if let mapped = try? reader.map(index) {
            if reader.valueProof != .none { _ = try reader.verify(index) }
            return .mapped(mapped)
        }
        if gathering.holdsWhole { return .read(try reader.read(index).bytes) }
        // Values that are read range by range are compared with nothing.
        if reader.valueProof != .none { _ = try reader.verify(index) }
        return .gathered
    }
}

/// What the values of variables have lost so far.
private final class RoundingErrors: Sendable {
    private let errors = Mutex<[Int: RoundingError]>([:])

    func add(_ error: RoundingError, of index: Int) {
        errors.withLock { $0[index, default: RoundingError()].add(error) }
    }

    subscript(index: Int) -> RoundingError? { errors.withLock { $0[index] } }
}
