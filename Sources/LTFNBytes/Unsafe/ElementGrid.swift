/// Where the elements along one side of a grid stand, in bytes after its start.
public struct ElementPlaces: Sendable {
    let offsets: [Int]
    /// How far apart neighbours are, where all are as far; 0 without neighbours.
    let step: Int?
    /// What is negative is larger than all that is not.
    fileprivate let largest: UInt

    /// Complexity: O(n); the same places serve many grids.
    public init(_ offsets: [Int]) {
        self.offsets = offsets
        let step = offsets.count > 1 ? offsets[1] &- offsets[0] : 0
        let isEven = offsets.indices.dropFirst().allSatisfy {
            offsets[$0] &- offsets[$0 - 1] == step
        }
        self.step = isEven ? step : nil
        largest = offsets.reduce(0) { max($0, UInt(bitPattern: $1)) }
    }

    public var count: Int { offsets.count }

    /// Whether elements of `byteCount` bytes follow one another without a gap.
    func areTogether(_ byteCount: Int) -> Bool { count <= 1 || step == byteCount }
}

/// Where elements stand, in bytes from the front: `start + rows[r] + columns[c]` for every r and c.
public struct ElementGrid: Sendable {
    public var start: Int
    public var rows: ElementPlaces
    public var columns: ElementPlaces

    public init(start: Int = 0, rows: ElementPlaces, columns: ElementPlaces) {
        self.start = start
        self.rows = rows
        self.columns = columns
    }

    /// The same places, with rows for columns.
    var transposed: ElementGrid { ElementGrid(start: start, rows: columns, columns: rows) }

    /// Whether every element of `byteCount` bytes is within the first `limit` bytes.
    func isWithin(_ limit: Int, byteCount: Int) -> Bool {
        if rows.count == 0 || columns.count == 0 { return true }
        let (corner, first) = rows.largest.addingReportingOverflow(columns.largest)
        let (last, second) = corner.addingReportingOverflow(UInt(bitPattern: start))
        return !first && !second && byteCount <= limit && last <= UInt(limit - byteCount)
    }
}
