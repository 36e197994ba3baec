import LTFNBytes

/// How the elements of a tensor are taken out of a source in another order, when there is more of
/// it than is to be held in memory: a panel of the tensor at a time, from spans of the source that
/// hold what stands close together there.
package struct StridedGathering: Sendable {
    /// What a range of the source costs.
    package enum Access: Sendable {
        /// As much as it is long.
        case random
        /// As much as all that stands before it, unless what came last does: a packed source.
        case sequential
    }

    /// Whether the source is held whole all the same.
    package let holdsWhole: Bool
    /// How many bytes of the tensor are best asked for at once.
    package let pieceByteCount: Int
    private let order: StridedOrder
    private let access: Access
    private let spanByteCount: Int

    /// What is held of a source of which any range can be read.
    private static let heldByteCount = 128 << 20
    /// What is held of a source that each panel has to go through.
    private static let heldSequentialByteCount = 1 << 30
    private static let panelByteCount = 64 << 20
    private static let smallPanelByteCount = 8 << 20
    /// What is read at once where reading it costs no more than a call does.
    private static let cheapByteCount = 64 << 10

    /// Decides by the memory that there is now.
    package init(_ order: StridedOrder, _ access: Access) {
        let held =
            switch access {
            case .random: Self.heldByteCount
            case .sequential: Self.heldSequentialByteCount
            }
        let byteCount = order.sourceByteCount
        let holdsWhole =
            byteCount <= held && AvailableMemory.allows(byteCount + 2 * Self.smallPanelByteCount)
        // A panel, what it is made from, and what is made from it.
        let panel =
            AvailableMemory.allows(3 * Self.panelByteCount)
            ? Self.panelByteCount : Self.smallPanelByteCount
        self.init(order, access, holdsWhole: holdsWhole, panelByteCount: panel)
    }

    /// - Parameter spanByteCount: the most that is read at once.
    package init(
        _ order: StridedOrder, _ access: Access, holdsWhole: Bool, panelByteCount: Int,
        spanByteCount: Int = 8 << 20
    ) {
        self.order = order
        self.access = access
        self.holdsWhole = holdsWhole
        self.spanByteCount = spanByteCount
        pieceByteCount =
            holdsWhole ? order.pieceByteCount : order.panelByteCount(upTo: panelByteCount)
    }

    /// A range of the tensor's bytes: whole elements.
    ///
    /// - Parameter stored: a range of the source's bytes, which has its first element at 0; they
    ///   are asked for from front to back where the elements allow it.
    /// - Throws: what `stored` throws; `io` when memory is short.
    package func take(
        _ range: Range<Int>, stored: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) -> AlignedBytes {
        var bytes = try AlignedBytes(reserving: range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            var (box, byteCount) = order.largestBox(in: position..<range.upperBound)
            box.target = position - range.lowerBound
            try gather(box, stored, into: &bytes)
            position += byteCount
        }
        return bytes
    }

    private func gather(
        _ box: StridedBox, _ stored: (Range<Int>) throws(FormatError) -> AlignedBytes,
        into bytes: inout AlignedBytes
    ) throws(FormatError) {
        let span = Span(of: box, order.elementByteCount, isWorth: isWorth, limit: spanByteCount)
        var outer = StridedBox.Odometer(span.outer, source: box.source, target: box.target)
        repeat {
            for part in span.parts {
                let start = outer.source + part.source
                let elements = try stored(start..<start + part.byteCount)
                var target = StridedBox(axes: part.axes)
                target.target = outer.target + part.target
                target.copy(order.elementByteCount, from: elements.bytes, into: &bytes)
            }
        } while outer.advance()
    }

    /// Whether `useful` bytes are worth reading the `byteCount` that they stand in.
    private func isWorth(_ byteCount: Int, _ useful: Int) -> Bool {
        switch access {
        case .random: byteCount <= max(Self.cheapByteCount, 4 * useful)
        case .sequential: true
        }
    }
}

/// The elements of a box that are read together, and how far apart such groups are.
private struct Span {
    struct Part {
        var axes: [StridedBox.Axis]
        /// Where it begins, from the first element of its group.
        var source = 0
        var target = 0
        var byteCount: Int
    }

    /// One group: in one part, or in several if it is too long.
    private(set) var parts: [Part]
    /// The axes that lead from group to group, the nearest first.
    private(set) var outer: [StridedBox.Axis]

    init(
        of box: StridedBox, _ elementByteCount: Int, isWorth: (Int, Int) -> Bool, limit: Int
    ) {
        let order = box.axes.indices.sorted { box.axes[$0].source < box.axes[$1].source }
        var inner: Set<Int> = []
        var (byteCount, useful) = (elementByteCount, elementByteCount)
        var rest = order[...]
        var divided: Int?
        while let number = rest.first {
            let axis = box.axes[number]
            let whole = axis.source * (axis.count - 1) + byteCount
            guard isWorth(whole, useful * axis.count) else { break }
            rest.removeFirst()
            inner.insert(number)
            if whole > limit {
                divided = number
                break
            }
            (byteCount, useful) = (whole, useful * axis.count)
        }
        outer = rest.map { box.axes[$0] }
        // The order of the axes tells how the elements are best copied.
        let axes = box.axes.indices.filter(inner.contains)
        guard let divided else {
            parts = [Part(axes: axes.map { box.axes[$0] }, byteCount: byteCount)]
            return
        }
        let axis = box.axes[divided]
        let most = max(1, (limit - min(limit, byteCount)) / max(1, axis.source) + 1)
        parts = stride(from: 0, to: axis.count, by: most).map { first in
            let count = min(most, axis.count - first)
            var own = axes.map { box.axes[$0] }
            for (place, number) in axes.enumerated() where number == divided {
                own[place].count = count
            }
            return Part(
                axes: own, source: first * axis.source, target: first * axis.target,
                byteCount: axis.source * (count - 1) + byteCount)
        }
    }
}
