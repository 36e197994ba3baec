import LTFNBytes

/// A file of images or labels as it was found: where, and which data set it is of.
public struct DatasetFile: Hashable, Sendable {
    /// nil: made in memory.
    public let path: String?
    public let identity: DatasetIdentity

    public init(path: String?, identity: DatasetIdentity) {
        self.path = path
        self.identity = identity
    }

    /// How many bytes a file may have, packed or unpacked, unless told otherwise: 1 GiB.
    public static let defaultByteLimit = 1 << 30

    /// Reads images, packed by gzip or not.
    ///
    /// - Throws: `io` when the file cannot be read; `limitExceeded` for more than `byteLimit` bytes;
    ///   otherwise as `ImageSet`. Every error names the path.
    public static func images(
        at path: String, byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> (images: ImageSet, file: DatasetFile) {
        do throws(FormatError) {
            let images = try ImageSet(idx: unpacked(path, .images, byteLimit))
            return (images, DatasetFile(path: path, identity: images.identity))
        } catch {
            throw error.about(path)
        }
    }

    /// Reads labels, packed by gzip or not.
    ///
    /// - Throws: as `images(at:byteLimit:)`.
    public static func labels(
        at path: String, byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> (labels: LabelSet, file: DatasetFile) {
        do throws(FormatError) {
            let labels = try LabelSet(idx: unpacked(path, .labels, byteLimit))
            return (labels, DatasetFile(path: path, identity: labels.identity))
        } catch {
            throw error.about(path)
        }
    }

    /// Reads the labels that stand beside a file of images under one of their usual names.
    ///
    /// - Returns: nil when there is no such file.
    /// - Throws: as `labels(at:)`, for the first file that is there.
    public static func labels(
        besideImagesAt path: String, byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> (labels: LabelSet, file: DatasetFile)? {
        let (directory, name) = split(path)
        for candidate in DatasetPart.labelNames(forImages: name) {
            do throws(FormatError) {
                return try labels(at: directory + candidate, byteLimit: byteLimit)
            } catch  where error.isMissingFile {
                continue
            }
        }
        return nil
    }

    /// The bytes of a file; told from its content, gzip is unpacked, as far as its header promises.
    private static func unpacked(
        _ path: String, _ content: IDXContent, _ limit: Int
    ) throws(FormatError) -> [UInt8] {
        let bytes = try WholeFile.read(path: path, limit: limit) { head throws(FormatError) in
            try promisedByteCount(of: head, content)
        }
        guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
        do throws(FormatError) {
            let start = try StreamInflater(framing: .gzip)
                .decompress(Array(bytes.prefix(1 << 16)), upTo: 4 + 4 * content.rank).bytes
            guard start.count == 4 + 4 * content.rank else {
                return try Gzip.decompress(bytes, limit: limit)
            }
            let promised = try IDXHeader.promisedByteCount(of: start, content)
            guard promised <= limit else {
                throw FormatError(
                    .limitExceeded, format: "idx",
                    "The header promises \(promised) bytes, more than the \(limit) allowed.")
            }
            return try unpack(bytes, promised: promised)
        } catch  where error.format != "idx" && error.code != .limitExceeded {
            var damaged = error
            damaged.message =
                error.code == .truncated
                ? "The gzip file was cut off after \(NumberText.counted(bytes.count, "byte")); fetch it "
                    + "again."
                : error.message + " The gzip file is damaged; fetch it again."
            throw damaged
        }
    }

    /// How many bytes a file that begins with `head` has at most; nil when it is packed.
    ///
    /// - Throws: what is wrong with a file that is no IDX file.
    private static func promisedByteCount(
        of head: [UInt8], _ content: IDXContent
    ) throws(FormatError) -> Int? {
        let headerByteCount = 4 + 4 * content.rank
        // What is shorter, the whole says best.
        guard !head.starts(with: [0x1F, 0x8B]), head.count >= headerByteCount else { return nil }
        let promised = try IDXHeader.promisedByteCount(of: head, content)
        // Some more, so that the error can say how many follow.
        return promised > Int.max - (1 << 20) ? nil : promised + 1 << 20
    }

    private static func unpack(
        _ bytes: [UInt8], promised: Int
    ) throws(FormatError) -> [UInt8] {
        do throws(FormatError) {
            return try Gzip.decompress(bytes, limit: promised)
        } catch  where error.code == .limitExceeded {
            throw FormatError(
                .corrupt, format: "idx",
                "The gzip file unpacks to more than the \(promised) bytes that its header promises; "
                    + "something was added to it: fetch it again.")
        }
    }

    /// The directory with its last slash, and the name.
    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        let next = path.utf8.index(after: slash)
        return (String(path[..<next]), String(path[next...]))
    }
}

extension FormatError {
    /// Whether the file is not there (`ENOENT`, on every platform 2).
    var isMissingFile: Bool { code == .io && operation == .open && systemError == 2 }
}
