import LTFNBytes
import LTFNFiles

/// The bytes of one part of a data set, as an IDX file of unsigned bytes whatever the file was.
struct DatasetBytes {
    let idx: [UInt8]
    private let path: String
    /// Which array of an archive it is.
    private let member: String?

    /// - Throws: what is wrong with the file, without naming it.
    init(
        at path: String, _ part: DatasetPart, _ archives: ArrayArchives, _ limit: Int
    ) throws(FormatError) {
        self.path = path
        let content = part.content
        let bytes = try WholeFile.read(path: path, limit: limit) { head throws(FormatError) in
            archives.accepts(head) ? nil : try Self.promisedByteCount(of: head, content)
        }
        if archives.accepts(bytes) {
            (member, idx) = try archives.idx(part, in: bytes, byteLimit: limit)
            return
        }
        member = nil
        let unpacked =
            bytes.starts(with: [0x1F, 0x8B]) ? try Self.unpacked(bytes, content, limit) : bytes
        idx =
            content == .labels && ExtendedLabels.isPresent(in: unpacked)
            ? try ExtendedLabels.classes(of: unpacked) : unpacked
    }

    func file(_ identity: DatasetIdentity) -> DatasetFile {
        DatasetFile(path: path, member: member, identity: identity)
    }

    /// The content of a gzip file, as far as its header promises.
    private static func unpacked(
        _ bytes: [UInt8], _ content: IDXContent, _ limit: Int
    ) throws(FormatError) -> [UInt8] {
        do throws(FormatError) {
            // Enough for every header.
            let start = try StreamInflater(framing: .gzip)
                .decompress(Array(bytes.prefix(1 << 16)), upTo: 16).bytes
            guard let promised = try promised(by: start, content) else {
                return try Gzip.decompress(bytes, limit: limit)
            }
            guard promised <= limit else {
                throw FormatError(
                    .limitExceeded, format: "idx",
                    "The header promises \(promised) bytes, more than the \(limit) allowed.")
            }
            return try unpack(bytes, promised: promised)
        } catch  where error.format != "idx" && ![.limitExceeded, .io].contains(error.code) {
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
        guard !head.starts(with: [0x1F, 0x8B]), let promised = try promised(by: head, content)
        else { return nil }
        // Some more, so that the error can say how many follow.
        return promised > Int.max - (1 << 20) ? nil : promised + 1 << 20
    }

    /// How long an IDX file is by its header; nil for what is too short to have one: that the whole
    /// says best.
    private static func promised(
        by head: [UInt8], _ content: IDXContent
    ) throws(FormatError) -> Int? {
        if content == .labels, ExtendedLabels.isPresent(in: head) {
            return try ExtendedLabels.promisedByteCount(of: head)
        }
        guard head.count >= 4 + 4 * content.rank else { return nil }
        return try IDXHeader.promisedByteCount(of: head, content)
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
}
