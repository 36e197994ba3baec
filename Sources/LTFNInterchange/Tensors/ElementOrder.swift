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
}

/// Puts column-major elements, which come in pieces, where row-major order has them.
struct ColumnMajorScatter {
    private let dimensions: [Int]
    /// For each axis how far apart, in bytes, its neighbours are in row-major order.
    private let strides: [Int]
    private let elementByteCount: Int
    private var indices: [Int]
    private var position = 0
    private var byteInElement = 0

    /// - Parameter elementByteCount: 1 or more.
    init(shape: TensorShape, elementByteCount: Int) {
        dimensions = shape.dimensions
        var strides: [Int] = []
        // No overflow where it counts: the strides of a shape without elements are never used.
        var stride = elementByteCount
        for dimension in dimensions.reversed() {
            strides.append(stride)
            stride = stride &* dimension
        }
        self.strides = strides.reversed()
        self.elementByteCount = elementByteCount
        indices = dimensions.map { _ in 0 }
    }

    /// Stores the next bytes. All pieces together are as long as `bytes`.
    mutating func put(_ piece: [UInt8], into bytes: inout AlignedBytes) {
        var span = bytes.mutableBytes
        for byte in piece {
            span.storeBytes(of: byte, toByteOffset: position + byteInElement, as: UInt8.self)
            byteInElement += 1
            if byteInElement == elementByteCount {
                byteInElement = 0
                advance()
            }
        }
    }

    /// Steps to the next element: the first index runs fastest.
    private mutating func advance() {
        for axis in dimensions.indices {
            indices[axis] += 1
            position += strides[axis]
            if indices[axis] < dimensions[axis] { return }
            position -= strides[axis] * dimensions[axis]
            indices[axis] = 0
        }
    }
}
