import LTFNBytes
import LTFNCheckpoint

/// Puts column-major elements where row-major order has them: as they come, block by block, or once
/// all are there, any range of the tensor.
struct ColumnMajorOrder {
    /// Elements that stand together in column-major order: all of the first axes, a part of the
    /// next.
    struct Block {
        /// Its bytes in column-major order.
        var range: Range<Int>
        fileprivate var box: TurnedBox
    }

    private let axes: [TurnedBox.Axis]
    private let elementByteCount: Int

    private static let blockByteCount = 2 << 20
    private static let largestPieceByteCount = 12 << 20
    /// What a piece has at least of what stands together before, if it can: a line of the cache.
    private static let runByteCount = 64

    /// - Parameter elementByteCount: 1 or more.
    init(shape: TensorShape, elementByteCount: Int) {
        self.elementByteCount = elementByteCount
        guard shape.elementCount > 0 else {
            axes = [TurnedBox.Axis(count: 0, before: 0, behind: 0)]
            return
        }
        // A tensor has an Int of bytes.
        var axes: [TurnedBox.Axis] = []
        var before = elementByteCount
        var behind = elementByteCount * shape.elementCount
        for count in shape.dimensions where count != 1 {
            behind /= count
            axes.append(TurnedBox.Axis(count: count, before: before, behind: behind))
            before *= count
        }
        self.axes = axes
    }

    /// The blocks, one behind the other in column-major order.
    var blocks: [Block] {
        guard axes.allSatisfy({ $0.count > 0 }) else { return [] }
        let whole = axes.last.map { $0.count * $0.before } ?? elementByteCount
        // The axis of which a block has a part.
        let cut = axes.lastIndex { $0.before <= Self.blockByteCount } ?? 0
        guard axes.indices.contains(cut) else {
            return [Block(range: 0..<whole, box: TurnedBox(axes: []))]
        }
        let partCount = max(1, Self.blockByteCount / axes[cut].before)
        var blocks: [Block] = []
        var outer = TurnedBox.Odometer(Array(axes[(cut + 1)...]))
        repeat {
            for first in stride(from: 0, to: axes[cut].count, by: partCount) {
                var own = Array(axes[...cut])
                own[cut].count = min(partCount, axes[cut].count - first)
                let begin = outer.before + first * axes[cut].before
                blocks.append(
                    Block(
                        range: begin..<begin + own[cut].count * own[cut].before,
                        box: TurnedBox(
                            axes: own, behind: outer.behind + first * axes[cut].behind)))
            }
        } while outer.advance()
        return blocks
    }

    /// Stores the elements of a block.
    ///
    /// - Parameters:
    ///   - elements: as many bytes as `block.range`.
    ///   - bytes: of the tensor.
    func put(_ elements: RawSpan, of block: Block, into bytes: inout AlignedBytes) {
        block.box.copy(elementByteCount, from: elements, into: &bytes)
    }

    /// How many bytes are best taken at once.
    ///
    /// Where an axis is fixed in a piece, the elements of a line of the cache are in as many pieces
    /// as it has indices, and each of them reads the line again. So few axes are fixed, and no more
    /// is taken of the next than makes good use of what is read.
    var pieceByteCount: Int {
        guard let cut = axes.first(where: { $0.behind <= Self.largestPieceByteCount / 2 }),
            cut.behind > 0
        else { return foreignPieceByteCount }
        let wanted = max(
            (foreignPieceByteCount - 1) / cut.behind + 1, Self.runByteCount / cut.before)
        return cut.behind * min(cut.count, wanted, Self.largestPieceByteCount / cut.behind)
    }

    /// A range of the tensor's bytes: whole elements.
    ///
    /// - Parameter elements: all of them in column-major order.
    /// - Throws: `io` when memory is short.
    func take(_ range: Range<Int>, from elements: RawSpan) throws(FormatError) -> AlignedBytes {
        var bytes = try AlignedBytes(reserving: range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let (box, byteCount) = largestBox(in: position..<range.upperBound)
            var target = box
            target.behind = position - range.lowerBound
            target.copy(elementByteCount, from: elements, into: &bytes)
            position += byteCount
        }
        return bytes
    }

    /// The most elements at the front of `range` that are a part of one axis, and all of those
    /// behind it.
    private func largestBox(in range: Range<Int>) -> (box: TurnedBox, byteCount: Int) {
        var box = TurnedBox(axes: [])
        for (number, axis) in axes.enumerated() {
            let index = range.lowerBound / axis.behind % axis.count
            box.before += index * axis.before
            guard range.lowerBound % axis.behind == 0, axis.behind <= range.count else { continue }
            box.axes = Array(axes[number...])
            box.axes[0].count = min(axis.count - index, range.count / axis.behind)
            return (box, box.axes[0].count * axis.behind)
        }
        return (box, elementByteCount)
    }
}
