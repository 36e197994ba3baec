import LTFNBytes

/// Images of bytes, in memory: `[N, H, W, C] uint8`.
public struct ImageSet: Sendable {
    public let count: Int
    /// How many the file has, of which these are the first.
    public let totalCount: Int
    public let height: Int
    public let width: Int
    /// The bytes of one pixel: 1 in every IDX file.
    public let channels: Int
    /// The file's unpacked bytes, header and all.
    let bytes: [UInt8]
    /// Where the first pixel stands in `bytes`.
    let start: Int

    /// Reads a whole IDX file that has been unpacked.
    ///
    /// - Throws: as `IDXHeader`.
    public init(idx bytes: [UInt8]) throws(FormatError) {
        let header = try IDXHeader(of: bytes, expecting: .images)
        self.init(
            bytes: bytes, start: header.byteCount, count: header.dimensions[0],
            height: header.dimensions[1], width: header.dimensions[2])
    }

    init(
        bytes: [UInt8], start: Int, count: Int, totalCount: Int? = nil, height: Int, width: Int,
        channels: Int = 1
    ) {
        self.bytes = bytes
        self.start = start
        self.count = count
        self.totalCount = totalCount ?? count
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// Images of one's own.
    ///
    /// - Parameter pixels: `[N, H, W, C] uint8`, any N but 0.
    /// - Throws: `corrupt` when these are not whole images, or a number is not positive.
    public init(
        pixels: [UInt8], height: Int, width: Int, channels: Int = 1
    ) throws(FormatError) {
        guard height > 0, width > 0, channels > 0 else {
            throw FormatError(
                .corrupt, "Images of \(height)×\(width)×\(channels) are none; expected 1 or more.")
        }
        let one = try CheckedSize.product(of: [height, width, channels], as: "an image")
        let (count, rest) = pixels.count.quotientAndRemainder(dividingBy: one)
        guard rest == 0, count > 0, count <= Int(UInt32.max) else {
            throw FormatError(
                .corrupt,
                "\(pixels.count) bytes are not whole images of \(height)×\(width)×\(channels), which "
                    + "take \(one) each.")
        }
        try AvailableMemory.expect(pixels.count)
        let idx = Self.idx(
            of: pixels, count: count, height: height, width: width, channels: channels)
        self.init(
            bytes: idx, start: idx.count - pixels.count, count: count, height: height,
            width: width, channels: channels)
    }

    /// How many bytes one image has.
    public var pixelCount: Int { height * width * channels }

    /// The pixels of one image, row by row, 0 to 255.
    public func pixels(of index: Int) -> ArraySlice<UInt8> {
        let first = start + index * pixelCount
        return bytes[first..<first + pixelCount]
    }

    /// The pixels of the images of `range`, one image after the other: `[N, H, W] uint8`.
    public func pixels(of range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[start + range.lowerBound * pixelCount..<start + range.upperBound * pixelCount]
    }

    /// Writes the images of `range` as `[N, H, W, C] float32`, each pixel × `scale` + `offset`.
    ///
    /// `values` holds at least as many numbers as the images have pixels; those after stay.
    public func copy(
        _ range: Range<Int>, scale: Float, offset: Float = 0, into values: inout MutableSpan<Float>
    ) {
        let table = (0...255).map { Float($0) * scale + offset }
        let first = start + range.lowerBound * pixelCount
        for position in 0..<range.count * pixelCount {
            values[position] = table[Int(bytes[first + position])]
        }
    }

    /// The file's unpacked bytes: an IDX file as it is stored.
    public var idx: [UInt8] { bytes }
}

/// One class for each image: `[N] uint8`.
public struct LabelSet: Sendable {
    /// The file's unpacked bytes, header and all.
    let bytes: [UInt8]
    let start: Int
    public let count: Int

    /// Reads a whole IDX file that has been unpacked.
    ///
    /// - Throws: as `IDXHeader`.
    public init(idx bytes: [UInt8]) throws(FormatError) {
        let header = try IDXHeader(of: bytes, expecting: .labels)
        self.bytes = bytes
        self.start = header.byteCount
        self.count = header.dimensions[0]
    }

    /// Classes of one's own: `[N] uint8`.
    ///
    /// - Throws: `corrupt` when there are none.
    public init(_ classes: [UInt8]) throws(FormatError) {
        guard !classes.isEmpty, classes.count <= Int(UInt32.max) else {
            throw FormatError(.corrupt, "There are no labels; expected one for each image.")
        }
        bytes = Self.idx(of: classes)
        start = bytes.count - classes.count
        count = classes.count
    }

    /// The class of one image.
    public subscript(index: Int) -> UInt8 { bytes[start + index] }

    /// The classes of the images of `range`.
    public subscript(range: Range<Int>) -> ArraySlice<UInt8> {
        bytes[start + range.lowerBound..<start + range.upperBound]
    }

    /// The largest class there is.
    public var maximum: UInt8 { bytes[start...].max() ?? 0 }

    /// Makes sure that a network with `classCount` outputs can name every class.
    ///
    /// - Throws: `corrupt` for the first label that is too large.
    public func check(classCount: Int) throws(FormatError) {
        guard let position = bytes[start...].firstIndex(where: { Int($0) >= classCount }) else {
            return
        }
        let countsFromOne = Int(maximum) == classCount && bytes[start...].allSatisfy { $0 > 0 }
        throw FormatError(
            .corrupt, format: "idx", offset: UInt64(position),
            "Label \(position - start) is \(bytes[position]); the network has \(classCount) "
                + "classes, 0 to \(classCount - 1)."
                + (countsFromOne
                    ? " These labels count from 1, as those of EMNIST's letters do; a network for "
                        + "them has \(classCount + 1) classes, the first of them unused." : ""))
    }

    /// The file's unpacked bytes: an IDX file as it is stored.
    public var idx: [UInt8] { bytes }
}
