import LTFNBytes

/// What an IDX file is expected to hold.
public enum IDXContent: String, Hashable, Sendable, CaseIterable {
    /// `[N, H, W] uint8`
    case images
    /// `[N] uint8`
    case labels

    /// How many dimensions the file has.
    public var rank: Int {
        switch self {
        case .images: 3
        case .labels: 1
        }
    }
}

/// The first bytes of an IDX file: the type of its elements, and its dimensions.
///
/// Layout: two zero bytes, the element type, the number of dimensions, and each dimension as a
/// big-endian uint32; then the elements, row-major.
public struct IDXHeader: Hashable, Sendable {
    public let dimensions: [Int]
    /// How many bytes the header takes.
    public var byteCount: Int { 4 + 4 * dimensions.count }
    /// How many bytes the elements take.
    public let elementCount: Int

    /// The only element type that images and labels have: unsigned byte.
    public static let unsignedByte: UInt8 = 0x08

    /// Reads the header of a whole, unpacked file, and checks that the file is as long as it says.
    ///
    /// - Throws: `notThisFormat` for something that is not IDX, or not `content`;
    ///   `unsupportedFeature` for elements other than unsigned bytes; `truncated` and `corrupt` for
    ///   a file that is too short or too long, or that holds nothing.
    public init(of bytes: [UInt8], expecting content: IDXContent) throws(FormatError) {
        try Self.checkMagic(bytes, content)
        var reader = ByteReader(bytes, format: "idx")
        try reader.skip(4)
        var dimensions: [Int] = []
        for axis in 0..<content.rank {
            guard reader.remaining >= 4 else {
                throw reader.error(
                    .truncated,
                    "The file ends inside its header, after \(NumberText.counted(bytes.count, "byte")); "
                        + "fetch it again.")
            }
            let dimension = try CheckedSize.int(reader.u32BigEndian(), of: "dimension \(axis)")
            guard dimension > 0 else { throw Self.emptyError(axis, content) }
            dimensions.append(dimension)
        }
        let count = try CheckedSize.product(of: dimensions, as: "the \(content.rawValue)")
        guard reader.remaining == count else {
            throw Self.lengthError(reader.remaining, count, dimensions, content)
        }
        self.dimensions = dimensions
        self.elementCount = count
    }

    /// How long a file is by what its header says, with which `header` begins.
    ///
    /// - Throws: as `init(of:expecting:)`, for the header.
    static func promisedByteCount(
        of header: [UInt8], _ content: IDXContent
    ) throws(FormatError) -> Int {
        try checkMagic(header, content)
        var reader = ByteReader(header, format: "idx")
        try reader.skip(4)
        var dimensions: [Int] = []
        for axis in 0..<content.rank {
            dimensions.append(try CheckedSize.int(reader.u32BigEndian(), of: "dimension \(axis)"))
        }
        let count = try CheckedSize.product(of: dimensions, as: "the \(content.rawValue)")
        let headerByteCount = 4 + 4 * content.rank
        return count > Int.max - headerByteCount ? Int.max : headerByteCount + count
    }

    /// What the first images of a file take, as its header says, with which `header` begins.
    ///
    /// - Returns: their dimensions, and the bytes of header and images.
    /// - Throws: `corrupt` for a file that holds nothing.
    static func beginning(
        with header: [UInt8], count: Int
    ) throws(FormatError) -> (dimensions: [Int], byteCount: Int) {
        var reader = ByteReader(header, format: "idx")
        try reader.skip(4)
        var dimensions: [Int] = []
        for axis in 0..<IDXContent.images.rank {
            let dimension = try CheckedSize.int(reader.u32BigEndian(), of: "dimension \(axis)")
            guard dimension > 0 else { throw emptyError(axis, .images) }
            dimensions.append(dimension)
        }
        dimensions[0] = min(dimensions[0], max(count, 1))
        let pixels = try CheckedSize.product(of: dimensions, as: "the images")
        return (dimensions, header.count + pixels)
    }

    /// How many images a file has by what its header says, with which `header` begins.
    static func imageCount(of header: [UInt8]) throws(FormatError) -> Int {
        try beginning(with: header, count: .max).dimensions[0]
    }

    /// Makes sure that a file of images is as long as its header says.
    ///
    /// - Throws: `truncated`, `corrupt`.
    static func expectLength(
        _ byteCount: UInt64, promised: Int, of header: [UInt8]
    ) throws(FormatError) {
        guard byteCount != UInt64(promised) else { return }
        let dimensions = try beginning(with: header, count: .max).dimensions
        throw lengthError(
            Int(clamping: byteCount) - header.count, promised - header.count, dimensions, .images)
    }

    private static func emptyError(_ axis: Int, _ content: IDXContent) -> FormatError {
        FormatError(
            .corrupt, format: "idx", offset: UInt64(4 + 4 * axis),
            "The number of \(axisNames(content)[axis]) is 0; expected 1 or more.")
    }

    private static func checkMagic(
        _ bytes: [UInt8], _ content: IDXContent
    ) throws(FormatError) {
        guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, elementTypes[bytes[2]] != nil else {
            let found = ForeignContent(recognizing: bytes)
            throw FormatError(
                .notThisFormat, format: "idx", offset: 0,
                "Found \(found.name); expected IDX \(content.rawValue), which begin with the "
                    + "bytes 00 00 08 0\(content.rank). \(found.advice)")
        }
        guard bytes[2] == unsignedByte else {
            throw FormatError(
                .unsupportedFeature, format: "idx", offset: 2,
                "The elements are \(elementTypes[bytes[2]] ?? "unknown"); expected unsigned "
                    + "bytes (08). Store the values as 0 to 255.")
        }
        guard Int(bytes[3]) == content.rank else { throw rankError(bytes[3], content) }
    }

    private static func rankError(_ rank: UInt8, _ content: IDXContent) -> FormatError {
        let other = IDXContent.allCases.first { $0.rank == Int(rank) }
        let found =
            other.map { "This is a file of \($0.rawValue) in place of \(content.rawValue)" }
            ?? "The file has \(NumberText.counted(rank, "dimension"))"
        let advice =
            other == nil
            ? "" : " Give the file of \(content.rawValue) that belongs to it."
        return FormatError(
            .notThisFormat, format: "idx", offset: 3,
            found + "; expected \(NumberText.counted(content.rank, "dimension")) "
                + "(\(axisNames(content).joined(separator: ", "))), found \(rank)." + advice)
    }

    private static func lengthError(
        _ found: Int, _ expected: Int, _ dimensions: [Int], _ content: IDXContent
    ) -> FormatError {
        let shape = dimensions.map(String.init).joined(separator: " × ")
        let claim =
            "The header says \(shape) \(content.rawValue), which take \(expected) bytes; "
            + "\(found) follow it."
        return found < expected
            ? FormatError(
                .truncated, format: "idx", offset: UInt64(4 + 4 * dimensions.count + found),
                claim + " The file was cut off: fetch it again.")
            : FormatError(
                .corrupt, format: "idx", offset: UInt64(4 + 4 * dimensions.count + expected),
                claim + " Something was added to the file: fetch it again.")
    }

    private static func axisNames(_ content: IDXContent) -> [String] {
        switch content {
        case .images: ["images", "rows", "columns"]
        case .labels: ["labels"]
        }
    }

    private static let elementTypes: [UInt8: String] = [
        0x08: "unsigned bytes (08)", 0x09: "signed bytes (09)", 0x0B: "16-bit integers (0B)",
        0x0C: "32-bit integers (0C)", 0x0D: "float32 (0D)", 0x0E: "float64 (0E)",
    ]
}
