import LTFNBytes

/// A slice of a tensor of a certain shape: where its elements stand.
public struct SliceRegion: Hashable, Sendable {
    /// What is taken along an axis of the tensor.
    struct Axis: Hashable {
        var start: Int
        var count: Int
        var step: Int
        /// Whether it is an axis of the slice, too.
        var isKept: Bool
    }

    /// The shape of the tensor.
    public let source: TensorShape
    /// The shape of the slice.
    public let shape: TensorShape
    let axes: [Axis]

    /// The axes of the tensor that the slice has, too.
    public var keptAxes: [Int] { axes.indices.filter { axes[$0].isKept } }

    /// Whether it is the tensor itself.
    public var isWhole: Bool {
        zip(axes, source.dimensions).allSatisfy { $0.isKept && $0.step == 1 && $0.count == $1 }
    }

    /// - Throws: `corrupt` when the slice has more items than the tensor axes, or an index that is
    ///   out of range.
    public init(_ slice: TensorSlice, of source: TensorShape) throws(FormatError) {
        let axes = try Self.axes(slice, source)
        self.axes = axes
        self.source = source
        shape = try TensorShape(axes.filter(\.isKept).map(\.count))
    }

    private static func axes(
        _ slice: TensorSlice, _ source: TensorShape
    ) throws(FormatError) -> [Axis] {
        var items = slice.items
        let place = items.firstIndex(of: .ellipsis) ?? items.endIndex
        let named = items.count - (place < items.endIndex ? 1 : 0)
        guard named <= source.rank else {
            throw FormatError(
                .corrupt,
                "The slice \(slice) has \(named) items for axes; expected at most \(source.rank), as the "
                    + "shape is \(source).")
        }
        let all = repeatElement(
            TensorSlice.Item.range(start: nil, end: nil, step: 1), count: source.rank - named)
        items.replaceSubrange(place..<min(place + 1, items.endIndex), with: all)
        var axes: [Axis] = []
        for (number, (item, extent)) in zip(items, source.dimensions).enumerated() {
            axes.append(try axis(item, extent, number, source))
        }
        return axes
    }

    private static func axis(
        _ item: TensorSlice.Item, _ extent: Int, _ number: Int, _ source: TensorShape
    ) throws(FormatError) -> Axis {
        switch item {
        case .index(let index):
            guard index >= -extent, index < extent else {
                throw FormatError(
                    .corrupt,
                    "Index \(index) is out of range along axis \(number) of the shape \(source); "
                        + (extent == 0
                            ? "it has no element." : "expected \(-extent) to \(extent - 1)."))
            }
            return Axis(
                start: index < 0 ? index + extent : index, count: 1, step: 1, isKept: false)
        case .ellipsis: return Axis(start: 0, count: extent, step: 1, isKept: true)
        case .range(let start, let end, let step):
            // As in Python, bounds beyond the ends are the ends.
            let clamped = { (bound: Int) in
                bound < 0 ? max(bound + extent, 0) : min(bound, extent)
            }
            let first = start.map(clamped) ?? 0
            let last = end.map(clamped) ?? extent
            let length = max(last - first, 0)
            let count = length / step + (length % step > 0 ? 1 : 0)
            return Axis(start: first, count: count, step: step, isKept: true)
        }
    }
}

extension SliceRegion {
    /// Elements of the slice that follow one another, in steps of the same length, in the tensor.
    struct Row {
        /// The first one's place in the tensor.
        var start: Int
        var count: Int
        /// How far apart they are.
        var step: Int
    }

    /// Calls `body` with the elements `range` of the slice, in order.
    ///
    /// - Throws: what `body` throws.
    func forEachRow(
        _ range: Range<Int>, _ body: (Row) throws(FormatError) -> Void
    ) throws(FormatError) {
        let range = range.clamped(to: 0..<shape.elementCount)
        guard !range.isEmpty else { return }
        var walk = RowWalk(self, from: range.lowerBound)
        var rest = range.count
        while rest > 0 {
            var row = walk.row
            row.count = min(row.count, rest)
            try body(row)
            rest -= row.count
            walk.advance()
        }
    }
}

/// Goes through the rows of a region that has elements.
private struct RowWalk {
    /// Axes with neighbours put together where they are one row.
    private struct Axis {
        var count: Int
        /// How far apart neighbours are in the tensor.
        var step: Int
    }

    private var axes: [Axis] = []
    /// Where it is along each axis.
    private var indices: [Int] = []
    private var position = 0

    init(_ region: SliceRegion, from first: Int) {
        var stride = 1
        var merged: [Axis] = []
        for (axis, extent) in zip(region.axes, region.source.dimensions).reversed() {
            // Of a tensor with elements: no product of its dimensions overflows.
            position += axis.start * stride
            // The step of one element leads nowhere.
            let step = axis.count > 1 ? axis.step * stride : 0
            stride *= extent
            if axis.count == 1 { continue }
            if let last = merged.last, last.step &* last.count == step {
                merged[merged.count - 1].count *= axis.count
            } else {
                merged.append(Axis(count: axis.count, step: step))
            }
        }
        axes = merged.isEmpty ? [Axis(count: 1, step: 1)] : merged
        var rest = first
        indices = axes.map { axis in
            defer { rest /= axis.count }
            return rest % axis.count
        }
        for (axis, index) in zip(axes, indices) { position += axis.step * index }
    }

    /// From where it is to the end of the fastest axis.
    var row: SliceRegion.Row {
        SliceRegion.Row(
            start: position, count: axes[0].count - indices[0], step: max(axes[0].step, 1))
    }

    /// Goes to the beginning of the next row.
    mutating func advance() {
        // Beyond the last element a place may be too far for an Int, but comes back.
        position &-= axes[0].step &* indices[0]
        indices[0] = 0
        for number in axes.indices.dropFirst() {
            position &+= axes[number].step
            indices[number] += 1
            if indices[number] < axes[number].count { return }
            position &-= axes[number].step &* axes[number].count
            indices[number] = 0
        }
    }
}
