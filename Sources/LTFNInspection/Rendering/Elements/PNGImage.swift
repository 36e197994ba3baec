import LTFNBytes

/// A picture of at most 256 colours as a PNG file (ISO/IEC 15948).
struct PNGImage {
    let width: Int
    let height: Int
    /// Red, green and blue of each colour.
    let palette: [[UInt8]]
    /// Row by row, each row after a byte 0: its filter, none.
    private var rows: [UInt8]

    /// How many pixels a picture may have.
    static let maximumPixelCount = 1 << 26

    /// A picture all of the first colour.
    ///
    /// - Parameters:
    ///   - width: 1 or more.
    ///   - height: 1 or more.
    ///   - palette: 1 to 256 colours.
    /// - Throws: `limitExceeded` for too many pixels, `io` when memory is short.
    init(width: Int, height: Int, palette: [[UInt8]]) throws(FormatError) {
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, width > 0, height > 0, count <= Self.maximumPixelCount else {
            throw FormatError(
                .limitExceeded,
                "The image would have \(width) x \(height) pixels; expected at most "
                    + "\(NumberText.grouped(Self.maximumPixelCount)) in all. Take a smaller slice.")
        }
        // The rows, and about as much compressed.
        try AvailableMemory.expect(2 * (count + height))
        self.width = width
        self.height = height
        self.palette = palette
        rows = [UInt8](repeating: 0, count: (width + 1) * height)
    }

    /// The colour of a pixel, by its number.
    subscript(row: Int, column: Int) -> UInt8 {
        get { rows[row * (width + 1) + 1 + column] }
        set { rows[row * (width + 1) + 1 + column] = newValue }
    }

    /// The bytes of the file.
    var file: [UInt8] {
        var header = ByteWriter()
        header.u32BigEndian(UInt32(width))
        header.u32BigEndian(UInt32(height))
        // 8 bits, numbers of colours, deflate, filters by row, not interlaced.
        header.append([8, 3, 0, 0, 0])
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += Self.chunk("IHDR", header.bytes)
        file += Self.chunk("PLTE", palette.flatMap { $0 })
        file += Self.chunk("IDAT", Deflate.compress(rows, framing: .zlib))
        return file + Self.chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + content
        var chunk = ByteWriter(reservingCapacity: body.count + 8)
        chunk.u32BigEndian(UInt32(content.count))
        chunk.append(body)
        chunk.u32BigEndian(CRC32.checksum(body))
        return chunk.bytes
    }
}
