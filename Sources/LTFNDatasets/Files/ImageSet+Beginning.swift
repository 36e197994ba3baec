import LTFNBytes
import LTFNFiles

extension ImageSet {
    /// A file that is no longer is read whole: then it is known which data set it is of, and that
    /// nothing is missing.
    private static let wholeByteCount = 64 << 20

    /// Reads the first images of a long file, packed by gzip or not, and none of the others.
    ///
    /// - Returns: nil for a file that is to be read whole.
    /// - Throws: as `DatasetFile.images(at:count:byteLimit:)`.
    init?(first count: Int, at path: String, byteLimit: Int) throws(FormatError) {
        // Others can be read only once.
        guard FileIdentity(path: path) != nil else { return nil }
        let source = try FileSource(path: path)
        let beginning = try FileBeginning(source)
        let head = try beginning.read(upTo: 4 + 4 * IDXContent.images.rank)
        guard head.count == 4 + 4 * IDXContent.images.rank else { return nil }
        let promised = try IDXHeader.promisedByteCount(of: head, .images)
        guard promised > Self.wholeByteCount else { return nil }
        let (header, byteCount) = try IDXHeader.beginning(with: head, count: count)
        guard byteCount <= byteLimit else {
            throw FormatError(
                .limitExceeded, format: "idx",
                "\(NumberText.counted(header[0], "image")) take \(byteCount) bytes, more than the "
                    + "\(byteLimit) allowed.", remedy: .takeFewerImages)
        }
        if !beginning.isPacked {
            try IDXHeader.expectLength(source.byteCount, promised: promised, of: head)
        }
        let bytes = try beginning.read(upTo: byteCount)
        guard bytes.count == byteCount else {
            throw FormatError(
                .truncated, format: "idx",
                "The file ends after \(bytes.count) of the \(byteCount) bytes that the first "
                    + "images take: fetch it again.")
        }
        self.init(
            bytes: bytes, start: head.count, count: header[0],
            totalCount: try IDXHeader.imageCount(of: head), height: header[1], width: header[2])
    }
}

/// The first bytes of a file, unpacked.
private struct FileBeginning {
    private let source: FileSource
    let isPacked: Bool
    private static let pieceByteCount: UInt64 = 1 << 18

    init(_ source: FileSource) throws(FormatError) {
        self.source = source
        let mark = try source.read(at: 0, byteCount: Int(min(2, source.byteCount)))
        isPacked = mark == [0x1F, 0x8B]
    }

    /// The first bytes, from the beginning; fewer when there are not as many.
    func read(upTo byteCount: Int) throws(FormatError) -> [UInt8] {
        guard isPacked else {
            return try source.read(
                at: 0, byteCount: Int(min(UInt64(byteCount), source.byteCount)))
        }
        let inflater = StreamInflater(framing: .gzip)
        try AvailableMemory.expect(byteCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        var position: UInt64 = 0
        while bytes.count < byteCount, position < source.byteCount {
            let piece = try source.read(
                at: position,
                byteCount: Int(min(Self.pieceByteCount, source.byteCount - position)))
            let limit = min(byteCount - bytes.count, 1 << 20)
            let progress: StreamInflater.Progress
            do throws(FormatError) {
                progress = try inflater.decompress(piece, upTo: limit)
            } catch  where error.code != .io {
                var damaged = error
                damaged.message += " The gzip file is damaged; fetch it again."
                throw damaged
            }
            bytes += progress.bytes
            position += UInt64(progress.consumed)
            if progress.isAtEnd || progress.consumed == 0 && progress.bytes.isEmpty { break }
        }
        return bytes
    }
}
