import LTFNBytes
import LTFNCheckpoint

/// Puts elements of whole bytes in the order that checkpoints hold them in.
enum ElementOrder {
    /// Turns every group of `groupByteCount` bytes round: big-endian to little-endian and back.
    static func swapBytes(_ bytes: inout AlignedBytes, groupByteCount: Int) {
        guard groupByteCount > 1 else { return }
        let end = bytes.byteCount - bytes.byteCount % groupByteCount
        var done = 0
        while done < end {
            // Whole groups only; a piece is far larger than any group.
            let count = min(pieceByteCount - pieceByteCount % groupByteCount, end - done)
            var piece = bytes.copy(of: done..<done + count)
            for start in stride(from: 0, to: count, by: groupByteCount) {
                for step in 0..<groupByteCount / 2 {
                    piece.swapAt(start + step, start + groupByteCount - 1 - step)
                }
            }
            bytes.replaceBytes(at: done, with: piece)
            done += count
        }
    }

    /// Column-major elements in row-major order.
    ///
    /// - Parameter elementByteCount: 1 or more; `bytes` hold as many elements as `shape` has.
    static func rowMajor(
        fromColumnMajor bytes: [UInt8], shape: TensorShape, elementByteCount: Int
    ) -> AlignedBytes {
        // At most one axis that is not 1 long: both orders are the same.
        guard shape.dimensions.count(where: { $0 != 1 }) > 1, shape.elementCount > 0 else {
            var same = AlignedBytes(byteCount: bytes.count)
            same.replaceBytes(at: 0, with: bytes)
            return same
        }
        var result = AlignedBytes(byteCount: bytes.count)
        var walk = ColumnMajorWalk(shape)
        var piece: [UInt8] = []
        piece.reserveCapacity(pieceByteCount + elementByteCount)
        var written = 0
        for _ in 0..<shape.elementCount {
            let start = walk.next() * elementByteCount
            piece.append(contentsOf: bytes[start..<start + elementByteCount])
            if piece.count >= pieceByteCount {
                result.replaceBytes(at: written, with: piece)
                written += piece.count
                piece.removeAll(keepingCapacity: true)
            }
        }
        result.replaceBytes(at: written, with: piece)
        return result
    }
}

/// The positions of elements in column-major storage, in row-major order of their indices.
private struct ColumnMajorWalk {
    private let dimensions: [Int]
    private let strides: [Int]
    private var indices: [Int]
    private var position = 0

    init(_ shape: TensorShape) {
        dimensions = shape.dimensions
        var strides: [Int] = []
        var stride = 1
        for dimension in dimensions {
            strides.append(stride)
            // No overflow: the shape has a number of elements.
            stride *= dimension
        }
        self.strides = strides
        indices = dimensions.map { _ in 0 }
    }

    /// The position of the current element; steps to the next one.
    mutating func next() -> Int {
        let current = position
        for axis in dimensions.indices.reversed() {
            indices[axis] += 1
            position += strides[axis]
            if indices[axis] < dimensions[axis] { break }
            position -= strides[axis] * dimensions[axis]
            indices[axis] = 0
        }
        return current
    }
}
