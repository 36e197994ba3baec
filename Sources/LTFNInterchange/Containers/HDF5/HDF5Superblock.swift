import LTFNBytes

/// The first structure of a file: how it is written, and where its root group is.
struct HDF5Superblock: Sendable {
    let sizes: HDF5Sizes
    /// The object header of the root group.
    let root: UInt64
    /// Where the file ends.
    let end: UInt64
    let byteCount: Int

    static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    /// Where the signature stands in the first bytes of a file: at the front, or after a block of
    /// the user's own, of 512 bytes or twice, four times… as many.
    static func place(in prefix: [UInt8]) -> Int? {
        places.first { prefix.dropFirst($0).starts(with: signature) }
    }

    private static let places = [0] + (0..<23).map { 512 << $0 }

    /// - Throws: `notThisFormat`, `io`.
    static func place(in source: any ByteSource) throws(FormatError) -> UInt64 {
        for place in places.map({ UInt64($0) }) where source.byteCount >= place + 8 {
            if try source.read(at: place, byteCount: 8) == signature { return place }
        }
        throw FormatError(
            .notThisFormat, format: HDF5File.format,
            "This is not an HDF5 file.")
    }

    /// - Parameter source: begins with the signature.
    /// - Throws: `unsupportedVersion`, `unsupportedFeature`, `truncated`, `corrupt`,
    ///   `checksumMismatch`, `io`.
    init(_ source: any ByteSource) throws(FormatError) {
        let prefix = try source.read(at: 0, byteCount: Int(min(source.byteCount, 128)))
        var cursor = HDF5Cursor(prefix, at: 0, HDF5Sizes())
        try cursor.skip(Self.signature.count)
        let version = try cursor.expect(version: 0...3, of: "the superblock")
        if version < 2 { try cursor.skip(4) }
        let sizes = HDF5Sizes(offset: try cursor.u8(), length: try cursor.u8())
        guard [2, 4, 8].contains(sizes.offset), [2, 4, 8].contains(sizes.length) else {
            throw cursor.error(
                .unsupportedFeature,
                "Addresses of \(sizes.offset) bytes and lengths of \(sizes.length) cannot be read; 2, "
                    + "4 and 8 can.")
        }
        self.sizes = sizes
        cursor = HDF5Cursor(prefix, at: 0, sizes)
        // Versions 0 and 1: of free space, root group, shared messages; ranks of trees; flags.
        try cursor.skip(version < 2 ? (version == 0 ? 24 : 28) : 12)
        // Where the file says that it begins: after the user's own block.
        let base = try cursor.address() ?? 0
        // The free space, or what else is said of the file.
        _ = try cursor.address()
        let (end, overflow) = try cursor.place(of: "the end of the file")
            .subtractingReportingOverflow(base)
        self.end = overflow ? 0 : end
        if version < 2 {
            _ = try cursor.address()
            try cursor.skip(sizes.offset)
            root = try cursor.place(of: "the root group")
            try cursor.skip(24)
            byteCount = prefix.count - cursor.remaining
        } else {
            root = try cursor.place(of: "the root group")
            byteCount = prefix.count - cursor.remaining + 4
            try cursor.bytes.expect(4)
            _ = try HDF5File.checked(prefix[..<byteCount], at: 0, "the superblock")
        }
        guard end <= source.byteCount else {
            throw FormatError(
                .truncated, format: HDF5File.format, offset: source.byteCount,
                "The file ends after \(source.byteCount) bytes; its superblock says that it has \(end)."
            )
        }
    }
}
