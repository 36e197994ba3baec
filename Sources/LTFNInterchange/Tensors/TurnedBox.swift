import LTFNBytes

/// Elements of a tensor, an interval of each axis, on their way from one order to the other.
///
/// Neighbours in one order are far apart in the other, so a box is gone through in tiles that the
/// processor's nearest caches hold, as in the transposition of a matrix: along its first axes,
/// which are neighbours before, and its last, which are neighbours behind.
struct TurnedBox {
    struct Axis {
        var count: Int
        /// How far apart, in bytes, neighbours are before, and behind.
        var before: Int
        var behind: Int
    }

    var axes: [Axis]
    /// Where the first element stands.
    var before = 0
    var behind = 0

    private static let tileByteCount = 32_768
    private static let axisExtent = 64

    /// - Parameters:
    ///   - elements: column-major.
    ///   - bytes: row-major.
    func copy(
        _ elementByteCount: Int, from elements: RawSpan, into bytes: inout AlignedBytes
    ) {
        let axes = axes.filter { $0.count > 1 }
        let (front, back) = Self.ends(of: axes)
        let (rowCount, columnCount) = Self.tile(
            axes[..<front], axes[back...], Self.tileByteCount / elementByteCount)
        let rows = TileSide(Array(axes[..<front]), limit: rowCount)
        let columns = TileSide(axes[back...].reversed(), limit: columnCount)
        for row in rows.parts {
            // What is written comes nearly in order.
            var middle = Odometer(
                axes[front..<back].reversed(), before: before + row.before,
                behind: behind + row.behind)
            repeat {
                for column in columns.parts {
                    bytes.copyElements(
                        ofByteCount: elementByteCount, from: elements,
                        at: ElementGrid(
                            start: middle.before + column.before, rows: row.places.before,
                            columns: column.places.before),
                        to: ElementGrid(
                            start: middle.behind + column.behind, rows: row.places.behind,
                            columns: column.places.behind))
                }
            } while middle.advance()
        }
    }

    /// How the axes are divided: the first for the rows of a tile, those from the second number on
    /// for its columns.
    private static func ends(of axes: [Axis]) -> (front: Int, back: Int) {
        var (front, back) = (0, axes.count)
        var (rowCount, columnCount) = (1, 1)
        while front < back {
            if rowCount <= columnCount, rowCount < axisExtent {
                rowCount *= axes[front].count
                front += 1
            } else if columnCount < axisExtent {
                back -= 1
                columnCount *= axes[back].count
            } else {
                break
            }
        }
        return (front, back)
    }

    /// The most rows and columns of a tile: about as many of both, and where there are few of the
    /// one, more of the other.
    private static func tile(
        _ rows: ArraySlice<Axis>, _ columns: ArraySlice<Axis>, _ elementCount: Int
    ) -> (rows: Int, columns: Int) {
        let side = max(1, Int(Double(elementCount).squareRoot()))
        let rowCount = min(side, rows.reduce(1) { $0 * $1.count })
        let columnLimit = max(1, elementCount / rowCount)
        let columnCount = min(columnLimit, columns.reduce(1) { $0 * $1.count })
        return (max(side, elementCount / columnCount), columnLimit)
    }

    /// Goes through all indices of some axes, the first of them fastest.
    struct Odometer {
        private let axes: [Axis]
        private var indices: [Int]
        private(set) var before: Int
        private(set) var behind: Int

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
            return false
        }
    }
}
