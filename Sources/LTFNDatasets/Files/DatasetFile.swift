import LTFNBytes

/// A file of images or labels as it was found: where, and which data set it is of.
public struct DatasetFile: Hashable, Sendable {
    /// nil: made in memory.
    public let path: String?
    /// Which array of an archive it is.
    public let member: String?
    /// nil: the file was not read to its end.
    public let identity: DatasetIdentity?

    public init(path: String?, member: String? = nil, identity: DatasetIdentity?) {
        self.path = path
        self.member = member
        self.identity = identity
    }

    /// How many bytes a file may have, packed or unpacked, unless told otherwise: 1 GiB.
    public static let defaultByteLimit = 1 << 30

    /// Reads images, packed by gzip or not, or an array of NumPy.
    ///
    /// - Parameters:
    ///   - part: which of the arrays of an archive.
    ///   - count: how many are wanted, from the first on. Of a file of more than 64 MiB no others
    ///     are read; nil: all.
    /// - Throws: `io` when the file cannot be read; `limitExceeded` for more than `byteLimit`
    ///   bytes; otherwise as `ImageSet`. Every error names the path.
    public static func images(
        at path: String, part: DatasetPart = .testImages, count: Int? = nil,
        archives: ArrayArchives = .none, byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> (images: ImageSet, file: DatasetFile) {
        try FormatError.about(path) { () throws(FormatError) in
            if let count, let images = try ImageSet(first: count, at: path, byteLimit: byteLimit) {
                return (images, DatasetFile(path: path, identity: nil))
            }
            let found = try DatasetBytes(at: path, part, archives, byteLimit)
            let images = try ImageSet(idx: found.idx)
            return (images, found.file(images.identity))
        }
    }

    /// Reads labels, packed by gzip or not, or an array of NumPy.
    ///
    /// - Throws: as `images(at:part:archives:byteLimit:)`.
    public static func labels(
        at path: String, part: DatasetPart = .testLabels, archives: ArrayArchives = .none,
        byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> (labels: LabelSet, file: DatasetFile) {
        try FormatError.about(path) { () throws(FormatError) in
            let found = try DatasetBytes(at: path, part, archives, byteLimit)
            let labels = try LabelSet(idx: found.idx)
            return (labels, found.file(labels.identity))
        }
    }

    /// The directory with its last slash, and the name.
    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        let next = path.utf8.index(after: slash)
        return (String(path[..<next]), String(path[next...]))
    }
}

extension DatasetFile {
    /// For a program: where it lies, and what it is.
    public var json: JSONValue {
        .object([
            "path": path.map { .string($0) } ?? .null,
            "array": member.map { .string($0) } ?? .null,
            "sha256": identity.map { .string($0.digest.description) } ?? .null,
            "name": identity?.name.map { .string($0) } ?? .null,
        ])
    }
}

extension DatasetFile: CustomStringConvertible {
    /// `mnist.npz, x_test: MNIST test images (SHA-256 0fa7898d…)`; for a terminal to be escaped.
    public var description: String {
        (place.map { $0 + ": " } ?? "") + (identity?.description ?? "not read to its end")
    }

    /// `mnist.npz, x_test`; nil for what was made in memory.
    public var place: String? {
        path.map { member == nil ? $0 : $0 + ", " + (member ?? "") }
    }
}

extension FormatError {
    /// Whether the file is not there (`ENOENT`, on every platform 2).
    var isMissingFile: Bool { code == .io && operation == .open && systemError == 2 }

    /// Whether it is a directory (`EISDIR`, on every platform 21).
    var isDirectory: Bool { code == .io && systemError == 21 }
}
