import LTFNBytes

/// A tree of version 1 (`TREE`), all nodes of which are gone through.
struct HDF5Tree1 {
    /// What the leaves point at, and the key before each.
    struct Leaf {
        var key: HDF5Cursor
        var child: UInt64
    }

    private let kind: Int
    private let keyByteCount: Int
    private let what: StaticString

    /// A tree of a group's members.
    static func ofGroup(_ sizes: HDF5Sizes) -> HDF5Tree1 {
        HDF5Tree1(kind: 0, keyByteCount: sizes.length, what: "the tree of a group")
    }

    /// A tree of chunks.
    static func ofChunks(rank: Int) -> HDF5Tree1 {
        HDF5Tree1(kind: 1, keyByteCount: 8 + 8 * (rank + 1), what: "the tree of chunks")
    }

    /// Calls `body` for every leaf, from the left to the right.
    ///
    /// - Throws: `corrupt`, `truncated`, `io`, and what `body` throws.
    func forEachLeaf(
        from root: UInt64, in file: inout HDF5File,
        _ body: (Leaf, inout HDF5File) throws(FormatError) -> Void
    ) throws(FormatError) {
        // Nodes that are still to be read, the next one last, and on which level they must be.
        var pending: [(address: UInt64, level: Int?)] = [(root, nil)]
        while let node = pending.popLast() {
            var (cursor, level) = try self.node(node.address, level: node.level, in: &file)
            var children: [(address: UInt64, level: Int?)] = []
            while cursor.remaining > keyByteCount {
                let key = try cursor.part(keyByteCount)
                let child = try cursor.place(of: "a child of \(what)")
                if level == 0 {
                    try body(Leaf(key: key, child: child), &file)
                } else {
                    children.append((child, level - 1))
                }
            }
            for child in children.reversed() {
                try pending.makeRoomForOne()
                pending.append(child)
            }
        }
    }

    /// The keys and children of a node.
    private func node(
        _ address: UInt64, level expected: Int?, in file: inout HDF5File
    ) throws(FormatError) -> (HDF5Cursor, level: Int) {
        let headByteCount = 8 + 2 * file.sizes.offset
        var head = try file.structure(at: address, byteCount: headByteCount, what)
        try head.expect("TREE")
        let found = try head.u8()
        let level = try head.u8()
        let count = try head.u16()
        guard found == kind, expected ?? level == level else {
            throw head.error(
                .corrupt,
                "A node of \(what) is of the kind \(found) on level \(level); expected the kind \(kind)"
                    + "\(expected.map { " on level \($0)" } ?? "").")
        }
        let byteCount = count * (keyByteCount + file.sizes.offset) + keyByteCount
        return (
            try file.structure(
                at: address + UInt64(headByteCount), byteCount: byteCount, what), level
        )
    }
}
