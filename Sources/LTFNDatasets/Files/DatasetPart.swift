/// The four files of a data set of labelled images.
public enum DatasetPart: String, Hashable, Sendable, CaseIterable {
    case trainingImages = "training images"
    case trainingLabels = "training labels"
    case testImages = "test images"
    case testLabels = "test labels"

    public var content: IDXContent {
        switch self {
        case .trainingImages, .testImages: .images
        case .trainingLabels, .testLabels: .labels
        }
    }

    /// The names that the file goes by, the official one first.
    ///
    /// A name only says where to look: what the file is, its content says.
    public var fileNames: [String] {
        let number = content == .images ? "idx3" : "idx1"
        var endings = [
            "-\(number)-ubyte", ".\(number)-ubyte", ".idx", ".\(number)", "-\(number)-ubyte.idx",
        ].map { content.rawValue + $0 }
        // QMNIST's, of which the class is the first column.
        if content == .labels { endings.append("labels-idx2-int") }
        let packed = endings.flatMap { [$0, $0 + ".gz"] }
        // The archives of Kuzushiji-MNIST, of one array each.
        let archives = content == .images ? ["imgs.npz", "images.npz"] : ["labels.npz"]
        return prefixes.flatMap { prefix in
            (packed + archives).map { "\(prefix)-\($0)" }
        }
    }

    private var prefixes: [String] {
        switch self {
        case .trainingImages, .trainingLabels: ["train"]
        case .testImages, .testLabels: ["t10k", "test"]
        }
    }

    /// What the array is called in an archive of all four: by Keras (`mnist.npz`), and by others.
    var arrayNames: [String] {
        switch self {
        case .trainingImages: ["x_train", "train_images"]
        case .trainingLabels: ["y_train", "train_labels"]
        case .testImages: ["x_test", "test_images"]
        case .testLabels: ["y_test", "test_labels"]
        }
    }

    /// The labels that belong to these images, or the images that belong to these labels.
    public var counterpart: DatasetPart {
        switch self {
        case .trainingImages: .trainingLabels
        case .trainingLabels: .trainingImages
        case .testImages: .testLabels
        case .testLabels: .testImages
        }
    }
}

extension DatasetPart {
    /// The part that a file's name tells of, and what stands before it there: of
    /// `emnist-letters-test-images-idx3-ubyte` the test images, and `emnist-letters-`.
    static func named(_ fileName: String) -> (part: DatasetPart, prefix: String)? {
        for part in allCases {
            for name in part.fileNames where fileName.hasSuffix(name) {
                let prefix = fileName.dropLast(name.count)
                if prefix.isEmpty || ["-", "_", "."].contains(prefix.last) {
                    return (part, String(prefix))
                }
            }
        }
        return nil
    }

    /// The names under which the labels of a file of images may stand beside it, the likeliest
    /// first.
    ///
    /// The file's own name with `labels` for `images`, and when it ends in one of the usual names,
    /// every usual name of the labels after the same beginning; each packed and unpacked.
    public static func labelNames(forImages fileName: String) -> [String] {
        var names: [String] = []
        if let own = exchanging("images", for: "labels", in: fileName) {
            let renumbered = exchanging("idx3", for: "idx1", in: own) ?? own
            for name in [renumbered, own] { names += bothWays(of: name) }
        }
        if let (part, prefix) = named(fileName), part.content == .images {
            names += part.counterpart.fileNames.map { prefix + $0 }
        }
        var seen: Set<String> = [fileName]
        return names.filter { seen.insert($0).inserted }
    }

    /// `name`, and the same with `.gz` added or taken away.
    static func bothWays(of name: String) -> [String] {
        [name, name.hasSuffix(".gz") ? String(name.dropLast(3)) : name + ".gz"]
    }

    /// `text` with the last `old` replaced by `new`, or nil when there is none.
    private static func exchanging(
        _ old: String, for new: String, in text: String
    ) -> String? {
        let bytes = Array(text.utf8)
        let pattern = Array(old.utf8)
        guard bytes.count >= pattern.count else { return nil }
        for start in stride(from: bytes.count - pattern.count, through: 0, by: -1)
        where bytes[start..<start + pattern.count].elementsEqual(pattern) {
            let result = bytes[..<start] + Array(new.utf8) + bytes[(start + pattern.count)...]
            return String(decoding: result, as: UTF8.self)
        }
        return nil
    }
}
