import LTFNBytes

/// A tree of version 2 (`BTHD`), all records of which are gone through.
struct HDF5Tree2 {
    private let kind: Int
    private let nodeByteCount: Int
    let recordByteCount: Int
    private let depth: Int
    private let root: UInt64?
    private let rootCount: Int
    private let total: UInt64

    private static let depthLimit = 32

    /// - Parameter kinds: the ones that may be.
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `io`.
    init(
        at address: UInt64, kinds: ClosedRange<Int>, in file: inout HDF5File
    ) throws(FormatError) {
        let sizes = file.sizes
        var cursor = try file.checkedStructure(
            at: address, byteCount: 22 + sizes.offset + sizes.length,
            "the header of a tree of version 2")
        try cursor.expect("BTHD", version: 0)
        kind = try cursor.u8()
        nodeByteCount = try cursor.u32()
        recordByteCount = try cursor.u16()
        depth = try cursor.u16()
        try cursor.skip(2)
        root = try cursor.address()
        rootCount = try cursor.u16()
        total = try cursor.length()
        guard kinds.contains(kind), recordByteCount > 0, depth <= Self.depthLimit,
            nodeByteCount > 10 + recordByteCount
        else {
            throw cursor.error(
                .corrupt,
                "A tree of the kind \(kind), of depth \(depth), has records of \(recordByteCount) bytes "
                    + "in nodes of \(nodeByteCount); that is none that is known.")
        }
    }

    /// How wide numbers of records are in pointers to nodes of each depth.
    private struct Widths {
        /// The records of the node itself.
        var own: Int
        /// Those of all nodes below it as well.
        var all: [Int]
    }

    private func widths(_ sizes: HDF5Sizes) -> Widths {
        func width(_ number: Int) -> Int {
            max(1, (Int.bitWidth - number.leadingZeroBitCount + 7) / 8)
        }
        let leaf = (nodeByteCount - 10) / recordByteCount
        let own = width(leaf)
        var all = [0]
        var most = leaf
        for level in 0..<depth {
            let pointer = sizes.offset + own + all[level]
            let count = max(0, nodeByteCount - 10 - pointer) / (recordByteCount + pointer)
            let (product, overflow) = (count + 1).multipliedReportingOverflow(by: most)
            most = overflow || product > Int.max - count ? .max : product + count
            all.append(width(most))
        }
        return Widths(own: own, all: all)
    }

    /// Calls `body` for every record; in which order is not said.
    ///
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `io`, and what `body` throws.
    func forEachRecord(
        in file: inout HDF5File,
        _ body: (inout HDF5Cursor, inout HDF5File) throws(FormatError) -> Void
    ) throws(FormatError) {
        guard let root else { return }
        let widths = widths(file.sizes)
        var seen: UInt64 = 0
        var pending: [(address: UInt64, count: Int, depth: Int)] = [(root, rootCount, depth)]
        while let node = pending.popLast() {
            var cursor = try file.checkedStructure(
                at: node.address,
                byteCount: usedByteCount(node.count, node.depth, widths, file.sizes),
                "a node of a tree of version 2")
            try cursor.expect(node.depth == 0 ? "BTLF" : "BTIN", version: 0)
            guard try cursor.u8() == kind else {
                throw cursor.error(.corrupt, "A node is of another kind than its tree, \(kind).")
            }
            for _ in 0..<node.count {
                var record = try cursor.part(recordByteCount)
                try body(&record, &file)
                seen += 1
            }
            guard node.depth > 0 else { continue }
            for _ in 0...node.count {
                let address = try cursor.place(of: "a node of a tree")
                let count = Int(truncatingIfNeeded: try cursor.number(widths.own))
                try cursor.skip(node.depth > 1 ? widths.all[node.depth - 1] : 0)
                try pending.makeRoomForOne()
                pending.append((address, count, node.depth - 1))
            }
        }
        guard seen == total else {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "A tree of version 2 has \(seen) records; its header says \(total).")
        }
    }

    /// What of a node is in use, with the checksum that follows it.
    private func usedByteCount(
        _ count: Int, _ depth: Int, _ widths: Widths, _ sizes: HDF5Sizes
    ) throws(FormatError) -> Int {
        let pointer =
            depth == 0 ? 0 : sizes.offset + widths.own + (depth > 1 ? widths.all[depth - 1] : 0)
        // Counts have 64 bits at most; a node has fewer bytes.
        guard count >= 0, count <= nodeByteCount,
            10 + count * recordByteCount + (count + 1) * pointer <= nodeByteCount
        else {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "A node of a tree has \(count) records; there is no room for them in \(nodeByteCount) "
                    + "bytes.")
        }
        return 10 + count * recordByteCount + (depth == 0 ? 0 : (count + 1) * pointer)
    }
}
