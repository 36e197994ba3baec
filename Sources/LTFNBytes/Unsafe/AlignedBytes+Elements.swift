extension AlignedBytes {
    /// Copies elements from their places in `source` to theirs here, of which there are as many
    /// rows and columns; all of them lie within the bytes.
    ///
    /// It is fastest where the rows of `source` stand together and the columns here: then every
    /// line of the cache is touched once. A grid is copied twice, so the nearest caches should hold
    /// it.
    ///
    /// - Parameter byteCount: of an element; 1, 2, 4, 8 and 16 are fast.
    public mutating func copyElements(
        ofByteCount byteCount: Int, from source: RawSpan, at sources: ElementGrid,
        to targets: ElementGrid
    ) {
        precondition(byteCount > 0)
        precondition(sources.rows.count == targets.rows.count)
        precondition(sources.columns.count == targets.columns.count)
        precondition(sources.isWithin(source.byteCount, byteCount: byteCount))
        precondition(targets.isWithin(self.byteCount, byteCount: byteCount))
        guard sources.rows.count > 0, sources.columns.count > 0 else { return }
        var output = mutableBytes
        unsafe source.withUnsafeBytes { from in
            unsafe output.withUnsafeMutableBytes { to in
                guard let from = from.baseAddress, let to = to.baseAddress else { return }
                let start = unsafe (from + sources.start, to + targets.start)
                switch byteCount {
                case 1: unsafe copyGrid(UInt8.self, start.0, sources, start.1, targets)
                case 2: unsafe copyGrid(UInt16.self, start.0, sources, start.1, targets)
                case 4: unsafe copyGrid(UInt32.self, start.0, sources, start.1, targets)
                case 8: unsafe copyGrid(UInt64.self, start.0, sources, start.1, targets)
                case 16:
                    unsafe copyGrid(SIMD2<UInt64>.self, start.0, sources, start.1, targets)
                default: unsafe copyEach(byteCount, start.0, sources, start.1, targets)
                }
            }
        }
    }
}

// All places are within the bytes.

private func copyEach(
    _ byteCount: Int, _ source: UnsafeRawPointer, _ sources: ElementGrid,
    _ target: UnsafeMutableRawPointer, _ targets: ElementGrid
) {
    for (row, targetRow) in zip(sources.rows.offsets, targets.rows.offsets) {
        for (column, targetColumn) in zip(sources.columns.offsets, targets.columns.offsets) {
            unsafe (target + targetRow + targetColumn).copyMemory(
                from: source + row + column, byteCount: byteCount)
        }
    }
}

@inline(__always)
private func copyGrid<T: BitwiseCopyable>(
    _ type: T.Type, _ source: UnsafeRawPointer, _ sources: ElementGrid,
    _ target: UnsafeMutableRawPointer, _ targets: ElementGrid
) {
    // What is narrower than a tile's smallest square gains nothing from tiles.
    if min(sources.rows.count, sources.columns.count) >= 8 {
        unsafe copyByTile(type, source, sources, target, targets)
    } else if sources.rows.count > sources.columns.count {
        unsafe copyByRow(type, source, sources.transposed, target, targets.transposed)
    } else {
        unsafe copyByRow(type, source, sources, target, targets)
    }
}

@inline(__always)
private func copyByRow<T: BitwiseCopyable>(
    _ type: T.Type, _ source: UnsafeRawPointer, _ sources: ElementGrid,
    _ target: UnsafeMutableRawPointer, _ targets: ElementGrid
) {
    let (columns, targetColumns) = (sources.columns.offsets, targets.columns.offsets)
    let count = columns.count
    for (row, targetRow) in zip(sources.rows.offsets, targets.rows.offsets) {
        // Places that need not be looked up halve the time of an element.
        if let step = sources.columns.step, let targetStep = targets.columns.step {
            let from = unsafe source + row + columns[0]
            let to = unsafe target + targetRow + targetColumns[0]
            for column in 0..<count {
                unsafe to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: column &* step, as: type),
                    toByteOffset: column &* targetStep, as: type)
            }
        } else {
            let (from, to) = unsafe (source + row, target + targetRow)
            for column in 0..<count {
                unsafe to.storeBytes(
                    of: from.loadUnaligned(fromByteOffset: columns[column], as: type),
                    toByteOffset: targetColumns[column], as: type)
            }
        }
    }
}

extension AlignedBytes {
    /// Turns the bytes of every whole group round: big-endian to little-endian and back.
    ///
    /// - Parameter byteCount: of a group: 2, 4 or 8; other groups stay as they are.
    public mutating func reverseGroups(ofByteCount byteCount: Int) {
        var output = mutableBytes
        unsafe output.withUnsafeMutableBytes { bytes in
            switch byteCount {
            case 2: unsafe reverseEach(UInt16.self, bytes)
            case 4: unsafe reverseEach(UInt32.self, bytes)
            case 8: unsafe reverseEach(UInt64.self, bytes)
            default: break
            }
        }
    }
}

@inline(__always)
private func reverseEach<T: FixedWidthInteger>(
    _ type: T.Type, _ bytes: UnsafeMutableRawBufferPointer
) {
    // Blocks begin at multiples of 64 bytes.
    let words = unsafe bytes.bindMemory(to: type)
    for index in words.indices { unsafe words[index] = words[index].byteSwapped }
}
