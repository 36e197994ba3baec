import LTFNBytes
import LTFNCheckpoint

/// Puts column-major elements, which come in blocks, where row-major order has them.
///
/// Neighbours in one order are far apart in the other, so a block is gone through in tiles that the
/// processor's first cache holds, as in the transposition of a matrix: along its first axes, which are
/// neighbours before, and its last, which are neighbours behind.
struct ColumnMajorOrder {
    /// An axis of a block.
    fileprivate struct Axis {
        var count: Int
        /// How far apart, in bytes, neighbours are in the block, and in the tensor.
        var before: Int
        var behind: Int
    }

    /// Elements that stand together in column-major order: all of the first axes, a part of the next.
    struct Block {
        /// Its bytes in column-major order.
        var range: Range<Int>
        fileprivate var axes: [Axis]
        /// Where its first element goes.
        fileprivate var start: Int
    }

    private let axes: [Axis]
    private let elementByteCount: Int

    private static let blockByteCount = 2 << 20
    private static let tileExtent = 64
    private static let tileCount = tileExtent * tileExtent

    /// - Parameter elementByteCount: 1 or more.
    init(shape: TensorShape, elementByteCount: Int) {
        self.elementByteCount = elementByteCount
        guard shape.elementCount > 0 else {
            axes = [Axis(count: 0, before: 0, behind: 0)]
            return
        }
        // A tensor has an Int of bytes.
        var axes: [Axis] = []
        var before = elementByteCount
        var behind = elementByteCount * shape.elementCount
        for count in shape.dimensions where count != 1 {
            behind /= count
            axes.append(Axis(count: count, before: before, behind: behind))
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
            return [Block(range: 0..<whole, axes: [], start: 0)]
        }
        let partCount = max(1, Self.blockByteCount / axes[cut].before)
        var blocks: [Block] = []
        var outer = Odometer(Array(axes[(cut + 1)...]))
        repeat {
            for first in stride(from: 0, to: axes[cut].count, by: partCount) {
                var own = Array(axes[...cut])
                own[cut].count = min(partCount, axes[cut].count - first)
                let begin = outer.before + first * axes[cut].before
                blocks.append(
                    Block(
                        range: begin..<begin + own[cut].count * own[cut].before, axes: own,
                        start: outer.behind + first * axes[cut].behind))
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
        let axes = block.axes.filter { $0.count > 1 }
        let (front, back) = Self.ends(of: axes)
        let rows = Array(axes[..<front])
        let columns = Array(axes[back...].reversed())
        // Where there are few columns a tile has more rows.
        let columnCount = columns.reduce(1) { min($0 * $1.count, Self.tileCount) }
        let rowLimit = max(Self.tileExtent, Self.tileCount / columnCount)
        var middle = Odometer(Array(axes[front..<back]))
        repeat {
            var row = Odometer(rows, before: middle.before, behind: block.start + middle.behind)
            while let places = row.next(rowLimit) {
                var column = Odometer(columns)
                while let others = column.next(Self.tileCount / places.before.count) {
                    bytes.copyElements(
                        ofByteCount: elementByteCount, from: elements,
                        at: ElementPlaces(rows: places.before, columns: others.before),
                        to: ElementPlaces(rows: places.behind, columns: others.behind))
                }
            }
        } while middle.advance()
    }

    /// How the axes are divided: the first for the rows of a tile, those from the second number on for
    /// its columns.
    private static func ends(of axes: [Axis]) -> (front: Int, back: Int) {
        var (front, back) = (0, axes.count)
        var (rowCount, columnCount) = (1, 1)
        while front < back {
            if rowCount <= columnCount, rowCount < tileExtent {
                rowCount *= axes[front].count
                front += 1
            } else if columnCount < tileExtent {
                back -= 1
                columnCount *= axes[back].count
            } else {
                break
            }
        }
        return (front, back)
    }

    /// Goes through all indices of some axes, the first of them fastest.
    private struct Odometer {
        private let axes: [Axis]
        private var indices: [Int]
        private(set) var before: Int
        private(set) var behind: Int
        private var isAtEnd = false

        /// - Parameters:
        ///   - before: of the first place.
        ///   - behind: of the first place.
        init(_ axes: [Axis], before: Int = 0, behind: Int = 0) {
            self.axes = axes
            self.before = before
            self.behind = behind
            indices = axes.map { _ in 0 }
        }

        /// - Returns: whether there is another one.
        mutating func advance() -> Bool {
            for number in axes.indices {
                let axis = axes[number]
                indices[number] += 1
                before += axis.before
                behind += axis.behind
                if indices[number] < axis.count { return true }
                before -= axis.before * axis.count
                behind -= axis.behind * axis.count
                indices[number] = 0
            }
            isAtEnd = true
            return false
        }

        /// The next few places; nil at the end.
        mutating func next(_ limit: Int) -> (before: [Int], behind: [Int])? {
            guard !isAtEnd else { return nil }
            guard let first = axes.first else {
                isAtEnd = true
                return ([before], [behind])
            }
            var places: (before: [Int], behind: [Int]) = ([], [])
            places.before.reserveCapacity(limit)
            places.behind.reserveCapacity(limit)
            repeat {
                // As far as the first axis goes.
                let count = min(first.count - indices[0], limit - places.before.count)
                for step in 0..<count {
                    places.before.append(before + step * first.before)
                    places.behind.append(behind + step * first.behind)
                }
                indices[0] += count - 1
                before += (count - 1) * first.before
                behind += (count - 1) * first.behind
            } while advance() && places.before.count < limit
            return places
        }
    }
}
