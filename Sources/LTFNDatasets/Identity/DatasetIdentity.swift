import LTFNBytes

/// Which data set a file is of: the SHA-256 of its unpacked bytes, and the name that goes with it.
///
/// What is stored otherwise, as an array of NumPy or with more than the class in its labels, has
/// the identity of the IDX file of unsigned bytes that says the same.
public struct DatasetIdentity: Hashable, Sendable {
    public let digest: SHA256Digest

    public init(digest: SHA256Digest) {
        self.digest = digest
    }

    /// The identity of a file with these unpacked bytes. Complexity: O(bytes).
    public init(of unpacked: [UInt8]) {
        var hash = SHA256()
        hash.update(unpacked)
        digest = hash.finalize()
    }

    /// `MNIST test images`; nil when the digest is not one of those known.
    public var name: String? { Self.known[digest.description] }

    /// Whether this is a known set of images, and `labels` are those published with it.
    func isKnown(with labels: DatasetIdentity) -> Bool {
        guard let name, let other = labels.name else { return false }
        return name != other && name.replacing("images", with: "labels") == other
    }

    /// The digests of MNIST's official files, and of the digits drawn from seed 1.
    private static let known: [String: String] = [
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db":
            "MNIST training images",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5":
            "MNIST training labels",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7": "MNIST test images",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2": "MNIST test labels",
        "3375d2ca081ea7271e25f4db59b9c160c8d823ef5319f01371d3dea1d20c8699":
            "drawn training images",
        "f055e9b0576c80264d3058fc24dc540137d9ee144ee78bccaf22b97cf36aaad3":
            "drawn training labels",
        "6f44e0fb0048358885d2fabe813b7c3e8658d662235cdf11d2050ffabaacbdc8": "drawn test images",
        "fc14849edb3c0b54a7ed893f48807b804d9fd9dd3fe7528cc3697e97340eed20": "drawn test labels",
    ]
}

extension DatasetIdentity: CustomStringConvertible {
    /// `MNIST test images (SHA-256 0fa7898d…)`, or the whole digest when it has no name.
    public var description: String {
        if let name { return "\(name) (SHA-256 \(digest.description.prefix(8))…)" }
        return "unknown data, SHA-256 \(digest)"
    }
}

extension ImageSet {
    /// Complexity: O(bytes).
    public var identity: DatasetIdentity { DatasetIdentity(of: bytes) }
}

extension LabelSet {
    /// Complexity: O(bytes).
    public var identity: DatasetIdentity { DatasetIdentity(of: bytes) }
}
