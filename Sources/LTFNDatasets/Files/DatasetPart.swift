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
        let names = prefixes.flatMap { prefix in
            ["-\(number)-ubyte", ".\(number)-ubyte", ".idx", ".\(number)", "-\(number)-ubyte.idx"]
                .map { "\(prefix)-\(content.rawValue)\($0)" }
        }
        return names.flatMap { [$0, $0 + ".gz"] }
    }

    private var prefixes: [String] {
        switch self {
        case .trainingImages, .trainingLabels: ["train"]
        case .testImages, .testLabels: ["t10k", "test"]
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
    /// The names under which the labels of a file of images may stand beside it, the likeliest first.
    ///
    /// The file's own name with `labels` for `images`, and when it is one of the usual names, every
    /// usual name of the labels; each packed and unpacked.
    public static func labelNames(forImages fileName: String) -> [String] {
        var names: [String] = []
        if let own = exchanging("images", for: "labels", in: fileName) {
            let renumbered = exchanging("idx3", for: "idx1", in: own) ?? own
            for name in [renumbered, own] { names += bothWays(of: name) }
        }
        if let part = allCases.first(where: { $0.fileNames.contains(fileName) }) {
            names += part.counterpart.fileNames
        }
        var seen: Set<String> = [fileName]
        return names.filter { seen.insert($0).inserted }
    }

    /// `name`, and the same with `.gz` added or taken away.
    private static func bothWays(of name: String) -> [String] {
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
