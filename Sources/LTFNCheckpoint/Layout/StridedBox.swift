import LTFNBytes

/// Elements of a tensor, an interval of each axis, on their way from one order to the other.
///
/// Neighbours in one order are far apart in the other, so a box is gone through in tiles that the
/// processor's nearest caches hold, as in the transposition of a matrix: along its first axes,
/// which are neighbours in the source, and its last, which are neighbours in the target.
struct StridedBox {
    struct Axis {
        var count: Int
        /// How far apart, in bytes, neighbours are in the source, and in the target.
        var source: Int
        var target: Int
    }

    var axes: [Axis]
    /// Where the first element stands.
    var source = 0
    var target = 0

    private static let tileByteCount = 32_768
    private static let axisExtent = 64

    /// - Parameters:
    ///   - elements: in the order of the source.
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
                axes[front..<back].reversed(), source: source + row.source,
                target: target + row.target)
            repeat {
                for column in columns.parts {
                    bytes.copyElements(
                        ofByteCount: elementByteCount, from: elements,
                        at: ElementGrid(
                            start: middle.source + column.source, rows: row.places.source,
                            columns: column.places.source),
                        to: ElementGrid(
                            start: middle.target + column.target, rows: row.places.target,
                            columns: column.places.target))
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
        private(set) var source: Int
        private(set) var target: Int

        /// - Parameters:
        ///   - source: of the first place.
        ///   - target: of the first place.
        init(_ axes: [Axis], source: Int = 0, target: Int = 0) {
            self.axes = axes
            self.source = source
            self.target = target
            indices = axes.map { _ in 0 }
        }

        /// - Returns: whether there is another one.
        mutating func advance() -> Bool {
            for number in axes.indices {
                let axis = axes[number]
                indices[number] += 1
                source += axis.source
                target += axis.target
                if indices[number] < axis.count { return true }
                source -= axis.source * axis.count
                target -= axis.target * axis.count
                indices[number] = 0
            }
            return false
        }
    }
}
