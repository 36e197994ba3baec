import LTFNBytes

/// Elements of a tensor that stand apart by strides of any kind: column-major arrays, views with
/// permuted axes, one value for all.
///
/// They are put where row-major order has them: as they come, block by block, or once all are
/// there, any range of the tensor.
package struct StridedOrder: Sendable {
    /// Elements that stand together in the order of the source: all of the first axes, a part of
    /// the next.
    package struct Block {
        /// Its bytes in the source.
        package var range: Range<Int>
        fileprivate var box: StridedBox
    }

    private let axes: [StridedBox.Axis]
    let elementByteCount: Int
    /// How many bytes of the source the elements are spread over, from the first to the last.
    package let sourceByteCount: Int

    private static let blockByteCount = 2 << 20
    private static let largestPieceByteCount = 12 << 20
    private static let usualPieceByteCount = 4 << 20
    /// What a piece has at least of what stands together in the source, if it can: a line of the
    /// cache.
    private static let runByteCount = 64

    /// - Parameters:
    ///   - strides: how many elements apart neighbours are along each axis, 0 or more.
    ///   - elementByteCount: 1 or more.
    /// - Throws: `corrupt` for as many strides as there are no axes, or a negative one;
    ///   `limitExceeded` when the elements are spread over more bytes than an Int counts.
    package init(
        shape: TensorShape, strides: [Int], elementByteCount: Int
    ) throws(FormatError) {
        guard strides.count == shape.rank, strides.allSatisfy({ $0 >= 0 }) else {
            throw FormatError(
                .corrupt,
                "The strides \(strides) do not fit the shape \(shape); expected one for each axis, "
                    + "none negative.")
        }
        self.elementByteCount = elementByteCount
        guard shape.elementCount > 0 else {
            axes = [StridedBox.Axis(count: 0, source: 0, target: 0)]
            sourceByteCount = 0
            return
        }
        var axes: [StridedBox.Axis] = []
        var last = 0
        let (whole, tooMany) = elementByteCount.multipliedReportingOverflow(
            by: shape.elementCount)
        var overflowed = tooMany
        var target = whole
        for (count, stride) in zip(shape.dimensions, strides) where count != 1 {
            target /= count
            let (source, first) = stride.multipliedReportingOverflow(by: elementByteCount)
            let (extent, second) = source.multipliedReportingOverflow(by: count - 1)
            let (end, third) = last.addingReportingOverflow(extent)
            overflowed = overflowed || first || second || third
            guard !overflowed else { break }
            last = end
            axes.append(StridedBox.Axis(count: count, source: source, target: target))
        }
        let (end, overflow) = last.addingReportingOverflow(elementByteCount)
        guard !overflowed, !overflow else {
            throw FormatError(
                .limitExceeded, "The elements are spread over more than 2^63 - 1 bytes.")
        }
        self.axes = axes
        sourceByteCount = end
    }

    /// A column-major tensor: the first index goes fastest.
    ///
    /// - Parameter elementByteCount: 1 or more; that of all elements is an Int.
    package init(columnMajor shape: TensorShape, elementByteCount: Int) {
        self.elementByteCount = elementByteCount
        sourceByteCount = elementByteCount * shape.elementCount
        guard shape.elementCount > 0 else {
            axes = [StridedBox.Axis(count: 0, source: 0, target: 0)]
            return
        }
        var axes: [StridedBox.Axis] = []
        var source = elementByteCount
        var target = elementByteCount * shape.elementCount
        for count in shape.dimensions where count != 1 {
            target /= count
            axes.append(StridedBox.Axis(count: count, source: source, target: target))
            source *= count
        }
        self.axes = axes
    }

    /// Whether the elements stand in row-major order without gaps.
    package var isRowMajor: Bool { axes.allSatisfy { $0.source == $0.target } }

    /// The blocks of a column-major tensor, one after the other in the source.
    package var blocks: [Block] {
        guard axes.allSatisfy({ $0.count > 0 }) else { return [] }
        // The axis of which a block has a part.
        let cut = axes.lastIndex { $0.source <= Self.blockByteCount } ?? 0
        guard axes.indices.contains(cut) else {
            return [Block(range: 0..<sourceByteCount, box: StridedBox(axes: []))]
        }
        let partCount = max(1, Self.blockByteCount / axes[cut].source)
        var blocks: [Block] = []
        var outer = StridedBox.Odometer(Array(axes[(cut + 1)...]))
        repeat {
            for first in stride(from: 0, to: axes[cut].count, by: partCount) {
                var own = Array(axes[...cut])
                own[cut].count = min(partCount, axes[cut].count - first)
                let begin = outer.source + first * axes[cut].source
                blocks.append(
                    Block(
                        range: begin..<begin + own[cut].count * own[cut].source,
                        box: StridedBox(
                            axes: own, target: outer.target + first * axes[cut].target)))
            }
        } while outer.advance()
        return blocks
    }

    /// Stores the elements of a block.
    ///
    /// - Parameters:
    ///   - elements: as many bytes as `block.range`.
    ///   - bytes: of the tensor.
    package func put(_ elements: RawSpan, of block: Block, into bytes: inout AlignedBytes) {
        block.box.copy(elementByteCount, from: elements, into: &bytes)
    }

    /// How many bytes of the tensor are best taken at once.
    ///
    /// Where an axis is fixed in a piece, the elements of a line of the cache are in as many pieces
    /// as it has indices, and each of them reads the line again. So few axes are fixed, and no more
    /// is taken of the next than makes good use of what is read.
    package var pieceByteCount: Int {
        guard let cut = axes.first(where: { $0.target <= Self.largestPieceByteCount / 2 }),
            cut.target > 0
        else { return Self.usualPieceByteCount }
        let wanted = max(
            (Self.usualPieceByteCount - 1) / cut.target + 1,
            Self.runByteCount / max(1, cut.source))
        return cut.target * min(cut.count, wanted, Self.largestPieceByteCount / cut.target)
    }

    /// As many bytes of the tensor as there may be at once, whole rows where they fit: the more,
    /// the longer what stands together in the source.
    func panelByteCount(upTo most: Int) -> Int {
        guard let cut = axes.first(where: { $0.target <= most }), cut.target > 0 else {
            return max(elementByteCount, most / elementByteCount * elementByteCount)
        }
        return cut.target * min(cut.count, most / cut.target)
    }

    /// A range of the tensor's bytes: whole elements.
    ///
    /// - Parameter elements: `sourceByteCount` bytes, from the first element on.
    /// - Throws: `io` when memory is short.
    package func take(
        _ range: Range<Int>, from elements: RawSpan
    ) throws(FormatError) -> AlignedBytes {
        var bytes = try AlignedBytes(reserving: range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let (box, byteCount) = largestBox(in: position..<range.upperBound)
            var target = box
            target.target = position - range.lowerBound
            target.copy(elementByteCount, from: elements, into: &bytes)
            position += byteCount
        }
        return bytes
    }

    /// The most elements at the front of `range` that are a part of one axis, and all of those
    /// after it.
    func largestBox(in range: Range<Int>) -> (box: StridedBox, byteCount: Int) {
        var box = StridedBox(axes: [])
        for (number, axis) in axes.enumerated() {
            let index = range.lowerBound / axis.target % axis.count
            box.source += index * axis.source
            guard range.lowerBound % axis.target == 0, axis.target <= range.count else { continue }
            box.axes = Array(axes[number...])
            box.axes[0].count = min(axis.count - index, range.count / axis.target)
            return (box, box.axes[0].count * axis.target)
        }
        return (box, elementByteCount)
    }
}
