import LTFNBytes

/// How many elements there are, and in which shape.
struct HDF5Dataspace: Hashable, Sendable {
    /// nil: there are none, and no shape either.
    var dimensions: [Int]?
    /// What they may grow to; nil: anything.
    var limits: [Int?] = []

    /// The most axes that HDF5 has.
    static let rankLimit = 32

    /// - Throws: `unsupportedVersion`, `truncated`, `corrupt`.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        let version = try cursor.expect(version: 1...2, of: "the shape")
        let rank = try cursor.u8()
        let flags = try cursor.u8()
        guard rank <= Self.rankLimit else {
            throw cursor.error(
                .corrupt, "A shape has \(rank) axes; HDF5 has \(Self.rankLimit) at most.")
        }
        if version == 1 {
            try cursor.skip(5)
        } else {
            let kind = try cursor.u8()
            guard kind <= 2, kind == 1 || rank == 0 else {
                throw cursor.error(.corrupt, "A shape is of the kind \(kind), which is not known.")
            }
            if kind == 2 {
                dimensions = nil
                return
            }
        }
        var dimensions: [Int] = []
        for _ in 0..<rank {
            dimensions.append(
                try CheckedSize.int(cursor.length(), of: "a shape", code: .limitExceeded))
        }
        limits = dimensions
        if flags & 1 != 0 {
            for axis in 0..<rank {
                let limit = try cursor.length()
                let isNone = limit == UInt64.max >> UInt64(64 - 8 * cursor.sizes.length)
                limits[axis] = isNone ? nil : Int(clamping: limit)
            }
        }
        self.dimensions = dimensions
    }
}
