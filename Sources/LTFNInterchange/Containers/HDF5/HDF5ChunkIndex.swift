import LTFNBytes

/// Where the chunks of a data set are.
struct HDF5ChunkIndex {
    private let grid: HDF5ChunkGrid
    private let isPacked: Bool
    /// In the order of their numbers.
    private(set) var chunks: [HDF5Chunk] = []

    /// - Parameters:
    ///   - limits: what the data set may grow to.
    ///   - isPacked: whether there are filters.
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `unsupportedFeature`, `io`.
    init(
        _ index: HDF5Chunking.Index, _ grid: HDF5ChunkGrid, limits: [Int?], isPacked: Bool,
        in file: inout HDF5File
    ) throws(FormatError) {
        self.grid = grid
        self.isPacked = isPacked
        switch index {
        case .tree1(let root?): try readTree1(root, in: &file)
        case .single(let address?, let packed):
            if grid.count > 0 { try add(number: 0, address, packed, in: &file) }
        case .implicit(let first?): try readImplicit(first, in: &file)
        case .fixedArray(let address?):
            let order = HDF5ArrayOrder(grid, limits: limits, growsFirst: false)
            try HDF5FixedArray(at: address, in: &file).forEachElement(in: &file) {
                index, cursor, file throws(FormatError) in
                try add(element: &cursor, order.place(of: index), in: &file)
            }
        case .extensibleArray(let address?):
            let order = HDF5ArrayOrder(grid, limits: limits, growsFirst: true)
            let array = try HDF5ExtensibleArray(at: address, in: &file)
            try array.forEachElement(in: &file) { index, cursor, file throws(FormatError) in
                guard index < array.setCount else { return }
                try add(element: &cursor, order.place(of: index), in: &file)
            }
        case .tree2(let address?): try readTree2(address, in: &file)
        default: return
        }
        chunks.sort { $0.number < $1.number }
        for (last, next) in zip(chunks, chunks.dropFirst()) where last.number == next.number {
            throw Self.error("Two chunks are at the place \(grid.place(of: next.number)).")
        }
    }

    private static func error(_ message: String) -> FormatError {
        FormatError(.corrupt, format: HDF5File.format, message)
    }

    private mutating func add(
        number: Int?, _ address: UInt64, _ packed: HDF5PackedSize?, in file: inout HDF5File
    ) throws(FormatError) {
        let byteCount = packed?.byteCount ?? UInt64(grid.byteCount)
        try file.claim(address, byteCount: byteCount, "a chunk")
        // What a data set had before it was made smaller may still be there.
        guard let number else { return }
        try chunks.makeRoomForOne()
        chunks.append(
            HDF5Chunk(
                number: number, address: address, byteCount: byteCount, mask: packed?.mask ?? 0))
    }

    /// An element of an array.
    private mutating func add(
        element cursor: inout HDF5Cursor, _ place: [Int]?, in file: inout HDF5File
    ) throws(FormatError) {
        let address = try cursor.address()
        var packed: HDF5PackedSize?
        if isPacked {
            let byteCount = try cursor.number(cursor.remaining - 4)
            packed = HDF5PackedSize(byteCount: byteCount, mask: UInt32(try cursor.u32()))
        }
        guard let address else { return }
        try add(number: place.flatMap(grid.number), address, packed, in: &file)
    }

    private mutating func readTree1(_ root: UInt64, in file: inout HDF5File) throws(FormatError) {
        let tree = HDF5Tree1.ofChunks(rank: grid.shape.count)
        var last: [UInt64] = []
        try tree.forEachLeaf(from: root, in: &file) { leaf, file throws(FormatError) in
            var key = leaf.key
            let byteCount = UInt64(try key.u32())
            let mask = UInt32(try key.u32())
            var place: [Int] = []
            var starts: [UInt64] = []
            for extent in grid.chunk {
                let start = try key.u64()
                starts.append(start)
                guard start % UInt64(extent) == 0 else {
                    throw key.error(
                        .corrupt, "A chunk begins at \(start); expected a multiple of \(extent).")
                }
                place.append(Int(clamping: start / UInt64(extent)))
            }
            // Whoever looks a chunk up by its key would not find it.
            guard last.lexicographicallyPrecedes(starts) else {
                throw key.error(.corrupt, "The chunks of a tree are not in ascending order.")
            }
            last = starts
            guard isPacked || byteCount == UInt64(grid.byteCount) else {
                throw key.error(
                    .corrupt, "A chunk has \(byteCount) bytes; expected \(grid.byteCount).")
            }
            try add(
                number: grid.number(of: place), leaf.child,
                HDF5PackedSize(byteCount: byteCount, mask: mask), in: &file)
        }
    }

    private mutating func readTree2(_ address: UInt64, in file: inout HDF5File) throws(FormatError)
    {
        let tree = try HDF5Tree2(at: address, kinds: isPacked ? 11...11 : 10...10, in: &file)
        let sizeByteCount =
            tree.recordByteCount - file.sizes.offset - 8 * grid.shape.count - (isPacked ? 4 : 0)
        guard isPacked ? (1...8).contains(sizeByteCount) : sizeByteCount == 0 else {
            throw Self.error(
                "The tree of chunks has records of \(tree.recordByteCount) bytes, too few or many.")
        }
        try tree.forEachRecord(in: &file) { record, file throws(FormatError) in
            let address = try record.place(of: "a chunk")
            var packed: HDF5PackedSize?
            if isPacked {
                let byteCount = try record.number(sizeByteCount)
                packed = HDF5PackedSize(byteCount: byteCount, mask: UInt32(try record.u32()))
            }
            var place: [Int] = []
            for _ in grid.counts { place.append(Int(clamping: try record.u64())) }
            try add(number: grid.number(of: place), address, packed, in: &file)
        }
    }

    private mutating func readImplicit(
        _ first: UInt64, in file: inout HDF5File
    ) throws(FormatError) {
        guard !isPacked else { throw Self.error("Packed chunks cannot all be of the same length.") }
        guard UInt64(grid.count) <= file.superblock.end else {
            throw Self.error("There are \(grid.count) chunks, more than the file has bytes.")
        }
        for number in 0..<grid.count {
            let place = try CheckedSize.multiply(
                UInt64(number), UInt64(grid.byteCount), of: "the chunks")
            try add(
                number: number, CheckedSize.add(first, place, of: "the chunks"), nil, in: &file)
        }
    }
}

/// In which order an array has the chunks of a data set: row by row of all that there may ever be.
private struct HDF5ArrayOrder {
    /// The axis that comes first, since the data set may grow along it.
    private let firstAxis: Int
    /// How many chunks there may be, the axes in that order.
    private let counts: [Int]

    init(_ grid: HDF5ChunkGrid, limits: [Int?], growsFirst: Bool) {
        var axes = Array(grid.shape.indices)
        firstAxis = growsFirst ? limits.firstIndex { $0 == nil } ?? 0 : 0
        axes.insert(axes.remove(at: firstAxis), at: 0)
        counts = axes.map { axis in
            guard let limit = limits[axis] else { return grid.counts[axis] }
            return limit == 0 ? 0 : (limit - 1) / grid.chunk[axis] + 1
        }
    }

    /// nil: it is beyond the end.
    func place(of index: UInt64) -> [Int]? {
        guard var rest = Int(exactly: index) else { return nil }
        var place = counts
        for axis in counts.indices.dropFirst().reversed() {
            guard counts[axis] > 0 else { return nil }
            place[axis] = rest % counts[axis]
            rest /= counts[axis]
        }
        place[0] = rest
        place.insert(place.remove(at: 0), at: firstAxis)
        return place
    }
}
