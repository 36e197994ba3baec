import LTFNBytes

/// Labels that say more of an image than its class, as QMNIST's do: `[N, C] int32`, big-endian, of
/// which the first column is the class (the others tell who wrote the digit).
enum ExtendedLabels {
    private static let magic: [UInt8] = [0, 0, 0x0C, 2]
    private static let headerByteCount = 12

    static func isPresent(in bytes: [UInt8]) -> Bool {
        bytes.count >= headerByteCount && bytes.starts(with: magic)
    }

    /// How long a file is by what its header says, with which `bytes` begin.
    static func promisedByteCount(of bytes: [UInt8]) throws(FormatError) -> Int {
        let (rows, columns) = try shape(of: bytes)
        let elements = try CheckedSize.multiply(rows, columns, of: "the labels")
        let byteCount = try CheckedSize.multiply(elements, 4, of: "the labels")
        return try CheckedSize.add(headerByteCount, byteCount, of: "the labels")
    }

    /// The classes alone, as an IDX file of labels.
    ///
    /// - Throws: `truncated` and `corrupt`.
    static func classes(of bytes: [UInt8]) throws(FormatError) -> [UInt8] {
        let (rows, columns) = try shape(of: bytes)
        let promised = try promisedByteCount(of: bytes)
        guard bytes.count == promised else {
            throw FormatError(
                bytes.count < promised ? .truncated : .corrupt, format: "idx",
                offset: UInt64(min(bytes.count, promised)),
                "The header says \(rows) labels of \(NumberText.counted(columns, "column")), which take "
                    + "\(promised - headerByteCount) bytes; \(bytes.count - headerByteCount) follow "
                    + "it. Fetch the file again.")
        }
        var classes: [UInt8] = []
        classes.reserveCapacity(rows)
        for row in 0..<rows {
            let start = headerByteCount + 4 * row * columns
            guard bytes[start..<start + 3].allSatisfy({ $0 == 0 }) else {
                throw FormatError(
                    .corrupt, format: "idx", offset: UInt64(start),
                    "The first column of label \(row) is no class from 0 to 255.")
            }
            classes.append(bytes[start + 3])
        }
        return LabelSet.idx(of: classes)
    }

    private static func shape(
        of bytes: [UInt8]
    ) throws(FormatError) -> (rows: Int, columns: Int) {
        var reader = ByteReader(bytes, format: "idx")
        try reader.skip(4)
        let rows = try CheckedSize.int(reader.u32BigEndian(), of: "the number of labels")
        let columns = try CheckedSize.int(reader.u32BigEndian(), of: "the number of columns")
        guard rows > 0, columns > 0 else {
            throw FormatError(
                .corrupt, format: "idx", offset: 4,
                "Found \(rows) labels of \(NumberText.counted(columns, "column")); expected 1 or more "
                    + "of each.")
        }
        return (rows, columns)
    }
}
