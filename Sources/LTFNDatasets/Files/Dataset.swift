import LTFNBytes

/// Images to train on and images to test with, all of one size.
public struct Dataset: Sendable {
    public let training: LabelledImages
    public let test: LabelledImages
    public let origin: Origin
    /// The files, in the order of `DatasetPart.allCases`.
    public let files: [DatasetPart: DatasetFile]

    /// Where the images are from.
    public enum Origin: Hashable, Sendable {
        case directory(String)
        /// Drawn by `SyntheticDigits`.
        case synthetic(seed: UInt64)
    }

    /// Reads the four files of a directory, each under any of its usual names.
    ///
    /// - Throws: `io` when a file is missing or cannot be read; `corrupt` when the files do not
    ///   belong together; otherwise as `DatasetFile`.
    public init(directory: String) throws(FormatError) {
        let base = directory.hasSuffix("/") ? directory : directory + "/"
        var files: [DatasetPart: DatasetFile] = [:]
        let training = try Self.read(.trainingImages, in: base, &files)
        let test = try Self.read(.testImages, in: base, &files)
        try self.init(
            training: training, test: test, origin: .directory(directory), files: files)
    }

    /// Whether a directory holds at least one file under one of the usual names.
    public static func isPresent(in directory: String) -> Bool {
        DatasetPart.allCases.flatMap(\.fileNames).contains { name in
            (try? FileSource(path: directory + "/" + name)) != nil
        }
    }

    /// Drawn digits: as many as MNIST has unless told otherwise.
    public init(
        synthetic digits: SyntheticDigits, trainingCount: Int = SyntheticDigits.trainingCount,
        testCount: Int = SyntheticDigits.testCount
    ) {
        training = digits.training(count: trainingCount)
        test = digits.test(count: testCount)
        origin = .synthetic(seed: digits.seed)
        files = [
            .trainingImages: DatasetFile(path: nil, identity: training.images.identity),
            .trainingLabels: DatasetFile(path: nil, identity: training.labels.identity),
            .testImages: DatasetFile(path: nil, identity: test.images.identity),
            .testLabels: DatasetFile(path: nil, identity: test.labels.identity),
        ]
    }

    /// - Throws: `corrupt` when training and test images differ in size.
    public init(
        training: LabelledImages, test: LabelledImages, origin: Origin,
        files: [DatasetPart: DatasetFile]
    ) throws(FormatError) {
        let (a, b) = (training.images, test.images)
        guard a.height == b.height, a.width == b.width else {
            throw FormatError(
                .corrupt, format: "idx", path: files[.testImages]?.path,
                "The test images are \(b.height)×\(b.width), the training images "
                    + "\(a.height)×\(a.width); expected one size. The files belong to different "
                    + "data sets.")
        }
        self.training = training
        self.test = test
        self.origin = origin
        self.files = files
    }

    /// Reads the images of one part, and the labels that belong to them.
    private static func read(
        _ part: DatasetPart, in base: String, _ files: inout [DatasetPart: DatasetFile]
    ) throws(FormatError) -> LabelledImages {
        let (images, imageFile) = try find(part, in: base) { path throws(FormatError) in
            try DatasetFile.images(at: path)
        }
        let (labels, labelFile) = try find(part.counterpart, in: base) { path throws(FormatError) in
            try DatasetFile.labels(at: path)
        }
        files[part] = imageFile
        files[part.counterpart] = labelFile
        do throws(FormatError) {
            return try LabelledImages(images: images, labels: labels)
        } catch {
            throw error.about(labelFile.path ?? base)
        }
    }

    /// Reads the first file that is there under one of the names of `part`.
    private static func find<Value>(
        _ part: DatasetPart, in base: String, _ read: (String) throws(FormatError) -> Value
    ) throws(FormatError) -> Value {
        for name in part.fileNames {
            do throws(FormatError) {
                return try read(base + name)
            } catch  where error.isMissingFile {
                continue
            }
        }
        throw FormatError(
            .io, path: base, operation: .open, systemError: 2,
            "There are no \(part.rawValue) in this directory; expected "
                + "\(part.fileNames[0]), packed (.gz) or not. tools/fetch-mnist fetches them.")
    }
}
