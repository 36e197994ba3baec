import LTFNBytes

/// A member of a group.
struct HDF5Link {
    enum Target {
        case object(UInt64)
        /// What cannot be followed: the end of a sentence.
        case elsewhere(String)
    }

    var name: String
    var target: Target

    /// Reads a message.
    ///
    /// - Throws: `unsupportedVersion`, `truncated`, `corrupt`.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        try cursor.expect(version: 1...1, of: "a link")
        let flags = try cursor.u8()
        let kind = flags & 8 != 0 ? try cursor.u8() : 0
        if flags & 4 != 0 { try cursor.skip(8) }
        if flags & 16 != 0 { try cursor.skip(1) }
        let byteCount = try CheckedSize.int(cursor.number(1 << (flags & 3)), of: "a name")
        name = try cursor.bytes.string(byteCount)
        switch kind {
        case 0: target = .object(try cursor.place(of: "a member"))
        case 1: target = .elsewhere("a soft link, which names another path")
        case 64: target = .elsewhere("an external link, which names another file")
        default: target = .elsewhere("a link of the kind \(kind), which is not known")
        }
    }

    init(name: String, target: Target) {
        self.name = name
        self.target = target
    }
}

/// The members of a group.
struct HDF5Group {
    private(set) var links: [HDF5Link] = []

    /// - Returns: nil when the object is no group.
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `unsupportedVersion`, `io`.
    init?(_ header: HDF5ObjectHeader, in file: inout HDF5File) throws(FormatError) {
        guard
            header.messages.contains(where: {
                [.symbolTable, .linkInfo, .link].contains($0.type)
            })
        else { return nil }
        for message in header.messages {
            var cursor = message.content
            switch message.type {
            case .symbolTable:
                let tree = try cursor.place(of: "the tree of a group")
                try readTable(tree, heap: cursor.place(of: "the names of a group"), in: &file)
            case .linkInfo: try readDense(&cursor, in: &file)
            case .link: try add(HDF5Link(&cursor), in: &file)
            default: continue
            }
        }
        links.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for (last, next) in zip(links, links.dropFirst())
        where last.name.utf8.elementsEqual(next.name.utf8) {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "Two members of a group are called \"\(next.name.prefix(80))\".")
        }
    }

    private mutating func add(_ link: HDF5Link, in file: inout HDF5File) throws(FormatError) {
        guard !link.name.isEmpty, link.name != ".", !link.name.utf8.contains(UInt8(ascii: "/"))
        else {
            throw FormatError(
                .corrupt, format: HDF5File.format,
                "A member of a group is called \"\(link.name.prefix(80))\", which no path can name."
            )
        }
        try file.keep(MemoryLayout<HDF5Link>.stride + link.name.utf8.count)
        try links.makeRoomForOne()
        links.append(link)
    }

    /// Links in a heap, found by a tree.
    private mutating func readDense(
        _ cursor: inout HDF5Cursor, in file: inout HDF5File
    ) throws(FormatError) {
        try cursor.expect(version: 0...0, of: "what a group says of its links")
        if try cursor.u8() & 1 != 0 { try cursor.skip(8) }
        guard let address = try cursor.address() else { return }
        let names = try cursor.place(of: "the names of a group")
        var heap = try HDF5FractalHeap(at: address, in: &file)
        let tree = try HDF5Tree2(at: names, kinds: 5...5, in: &file)
        try tree.forEachRecord(in: &file) { record, file throws(FormatError) in
            try record.skip(4)
            var value = try heap.value(record.rest(), in: &file)
            try add(HDF5Link(&value), in: &file)
        }
    }
}

// Groups with a tree of version 1.
extension HDF5Group {
    private mutating func readTable(
        _ root: UInt64, heap address: UInt64, in file: inout HDF5File
    ) throws(FormatError) {
        var names = try HDF5LocalHeap(at: address, in: &file)
        let entryByteCount = 2 * file.sizes.offset + 24
        try HDF5Tree1.ofGroup(file.sizes).forEachLeaf(from: root, in: &file) {
            leaf, file throws(FormatError) in
            var head = try file.structure(at: leaf.child, byteCount: 8, "the members of a group")
            try head.expect("SNOD", version: 1)
            try head.skip(1)
            let count = try head.u16()
            var cursor = try file.structure(
                at: leaf.child + 8, byteCount: count * entryByteCount, "the members of a group")
            for _ in 0..<count {
                let name = try names.name(at: cursor.number(file.sizes.offset))
                let address = try cursor.address()
                let isSoft = try cursor.u32() == 2
                try cursor.skip(20)
                if isSoft {
                    try add(
                        HDF5Link(
                            name: name,
                            target: .elsewhere("a soft link, which names another path")),
                        in: &file)
                } else {
                    guard let address else {
                        throw cursor.error(
                            .corrupt, "The member \"\(name.prefix(80))\" of a group is nowhere.")
                    }
                    try add(HDF5Link(name: name, target: .object(address)), in: &file)
                }
            }
        }
    }
}

/// The names of a group's members (`HEAP`).
private struct HDF5LocalHeap {
    private let bytes: [UInt8]
    private let address: UInt64
    /// How many bytes may still be those of names: in a sound heap no two names have one in common.
    private var left: Int

    init(at address: UInt64, in file: inout HDF5File) throws(FormatError) {
        var head = try file.structure(
            at: address, byteCount: 8 + 2 * file.sizes.length + file.sizes.offset,
            "the names of a group")
        try head.expect("HEAP", version: 0)
        try head.skip(3)
        let byteCount = try head.length()
        _ = try head.length()
        self.address = try head.place(of: "the names of a group")
        var cursor = try file.structure(
            at: self.address, byteCount: byteCount, "the names of a group")
        bytes = try cursor.rest()
        left = bytes.count
    }

    mutating func name(at offset: UInt64) throws(FormatError) -> String {
        let start = Int(exactly: offset) ?? bytes.count
        guard start < bytes.count else { throw error("is beyond the end of its heap") }
        let found = bytes[start...].prefix(left).prefix { $0 != 0 }
        guard found.count < left, found.endIndex < bytes.count else {
            throw error("has no end, or overlaps with others")
        }
        left -= found.count + 1
        guard let name = String(validating: found, as: UTF8.self) else {
            throw error("is not valid UTF-8")
        }
        return name
    }

    private func error(_ what: String) -> FormatError {
        FormatError(
            .corrupt, format: HDF5File.format, offset: address,
            "The name of a member of a group \(what).")
    }
}
