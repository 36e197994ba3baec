// All places are within the bytes.

/// Copies a grid by way of tiles that stand together.
///
/// Places that lie a large power of two apart share a few lines of the cache, and the memory is
/// asked for far more at a time by copying than element by element. So each column is fetched whole
/// before the next, each row stored whole, and only what stands together is gone through the other
/// way.
@inline(__always)
func copyByTile<T: BitwiseCopyable>(
    _ type: T.Type, _ source: UnsafeRawPointer, _ sources: ElementGrid,
    _ target: UnsafeMutableRawPointer, _ targets: ElementGrid
) {
    let columns = ColumnTile(sources, byteCount: MemoryLayout<T>.size)
    unsafe withUnsafeTemporaryAllocation(byteCount: columns.byteCount, alignment: 64) { buffer in
        guard let fetched = buffer.baseAddress else { return }
        unsafe columns.fetch(type, from: source, at: sources, to: fetched)
        unsafe storeRows(type, UnsafeRawPointer(fetched), columns, target, targets)
    }
}

/// The columns of a grid, one after the other.
private struct ColumnTile {
    let rowCount: Int
    let columnCount: Int
    /// How far apart the elements of a column are.
    let step: Int
    /// How far apart the columns are.
    let columnByteCount: Int
    /// Whether a column is fetched with what stands between its elements.
    private let isWhole: Bool

    /// Elements of which fewer are in a line of the cache are fetched one by one.
    private static let largestStep = 32

    init(_ grid: ElementGrid, byteCount: Int) {
        (rowCount, columnCount) = (grid.rows.count, grid.columns.count)
        let step = grid.rows.step ?? 0
        isWhole = (byteCount...Swift.max(byteCount, Self.largestStep)).contains(step)
        self.step = isWhole ? step : byteCount
        columnByteCount = (rowCount - 1) * self.step + byteCount
    }

    var byteCount: Int { columnCount * columnByteCount }

    @inline(__always)
    @unsafe func fetch<T: BitwiseCopyable>(
        _ type: T.Type, from source: UnsafeRawPointer, at grid: ElementGrid,
        to tile: UnsafeMutableRawPointer
    ) {
        let rows = grid.rows.offsets
        for (number, column) in grid.columns.offsets.enumerated() {
            let (from, to) = unsafe (source + column, tile + number * columnByteCount)
            if isWhole {
                unsafe to.copyMemory(from: from + rows[0], byteCount: columnByteCount)
            } else {
                for row in 0..<rows.count {
                    unsafe to.storeBytes(
                        of: from.loadUnaligned(fromByteOffset: rows[row], as: type),
                        toByteOffset: row * step, as: type)
                }
            }
        }
    }

    /// Transposes the columns into rows that follow one another.
    @inline(__always)
    @unsafe func turn<T: BitwiseCopyable>(
        _ type: T.Type, _ columns: UnsafeRawPointer, to rows: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<T>.size
        let rowByteCount = columnCount * size
        var (firstRow, firstColumn) = (0, 0)
        if size == 1, step == 1 {
            (firstRow, firstColumn) = (rowCount & ~7, columnCount & ~7)
            for column in stride(from: 0, to: firstColumn, by: 8) {
                for row in stride(from: 0, to: firstRow, by: 8) {
                    var square = unsafe ByteSquare(
                        columns + (column * columnByteCount + row), columnByteCount)
                    square.turn()
                    unsafe square.store(to: rows + (row * rowByteCount + column), rowByteCount)
                }
            }
        }
        for column in 0..<columnCount {
            let from = unsafe columns + column * columnByteCount
            let to = unsafe rows + column * size
            for row in (column < firstColumn ? firstRow : 0)..<rowCount {
                unsafe to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: row &* step, as: type),
                    toByteOffset: row &* rowByteCount, as: type)
            }
        }
    }
}

/// Stores columns as the rows of a grid.
@inline(__always)
private func storeRows<T: BitwiseCopyable>(
    _ type: T.Type, _ fetched: UnsafeRawPointer, _ columns: ColumnTile,
    _ target: UnsafeMutableRawPointer, _ targets: ElementGrid
) {
    let size = MemoryLayout<T>.size
    let rowByteCount = columns.columnCount * size
    let rowsAreTogether = targets.columns.areTogether(size)
    let first = targets.columns.offsets[0]
    if rowsAreTogether, targets.rows.areTogether(rowByteCount) {
        return unsafe columns.turn(type, fetched, to: target + targets.rows.offsets[0] + first)
    }
    unsafe withUnsafeTemporaryAllocation(
        byteCount: columns.rowCount * rowByteCount, alignment: 64
    ) { buffer in
        guard let tile = buffer.baseAddress else { return }
        unsafe columns.turn(type, fetched, to: tile)
        for (number, row) in targets.rows.offsets.enumerated() {
            let (from, to) = unsafe (tile + number * rowByteCount, target + row)
            if rowsAreTogether {
                unsafe (to + first).copyMemory(from: from, byteCount: rowByteCount)
            } else {
                for (column, place) in targets.columns.offsets.enumerated() {
                    unsafe to.storeBytes(
                        of: from.loadUnaligned(fromByteOffset: column * size, as: type),
                        toByteOffset: place, as: type)
                }
            }
        }
    }
}
