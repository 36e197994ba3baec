import LTFNBytes

/// Images to train on and images to test with, all of one size.
public struct Dataset: Sendable {
    public let training: LabelledImages
    public let test: LabelledImages
    public let origin: Origin
    /// The files, in the order of `DatasetPart.allCases`.
    public let files: [DatasetPart: DatasetFile]
    /// What a person should know of how the files were chosen: sentences, not yet escaped for a
    /// terminal.
    public let remarks: [String]

    /// Where the images are from.
    public enum Origin: Hashable, Sendable {
        case directory(String)
        /// Drawn by `SyntheticDigits`.
        case synthetic(seed: UInt64)
        /// Given as arrays.
        case memory
    }

    /// Reads the four files of a directory, each under any of its usual names.
    ///
    /// In place of the directory, one above it in torchvision's or Keras' layout, an archive such
    /// as `mnist.npz`, one of the files, or what their names begin with may be given.
    ///
    /// - Throws: `io` when a file is missing or cannot be read; `notThisFormat` when there are
    ///   several data sets; `corrupt` when the files do not belong together; otherwise as
    ///   `DatasetFile`.
    public init(directory: String, archives: ArrayArchives = .none) throws(FormatError) {
        guard let place = try DatasetPlace.find(directory, archives: archives) else {
            throw Self.missing(.trainingImages, directory)
        }
        var files: [DatasetPart: DatasetFile] = [:]
        var remarks: [String] = []
        let training = try Self.read(
            .trainingImages, at: place, directory, archives, &files, &remarks)
        let test = try Self.read(.testImages, at: place, directory, archives, &files, &remarks)
        try self.init(
            training: training, test: test, origin: .directory(directory), files: files,
            remarks: remarks)
    }

    /// Whether a directory holds images under one of the usual names.
    public static func isPresent(in directory: String) -> Bool {
        do throws(FormatError) {
            return try DatasetPlace.find(directory, archives: .none) != nil
        } catch {
            // Several; which of them, whoever reads them asks.
            return error.code == .notThisFormat
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
        remarks = []
    }

    /// - Throws: `corrupt` when training and test images differ in size.
    public init(
        training: LabelledImages, test: LabelledImages, origin: Origin,
        files: [DatasetPart: DatasetFile], remarks: [String] = []
    ) throws(FormatError) {
        let (a, b) = (training.images, test.images)
        guard a.height == b.height, a.width == b.width, a.channels == b.channels else {
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
        self.remarks = remarks
    }

    /// Reads the images of one part, and the labels that belong to them.
    private static func read(
        _ part: DatasetPart, at place: DatasetPlace, _ directory: String,
        _ archives: ArrayArchives, _ files: inout [DatasetPart: DatasetFile],
        _ remarks: inout [String]
    ) throws(FormatError) -> LabelledImages {
        let sample = try ImageSample(part, at: place, named: directory, archives: archives)
        guard let labels = sample.labels, let labelFile = sample.labelFile else {
            throw missing(part.counterpart, directory)
        }
        files[part] = sample.imageFile
        files[part.counterpart] = labelFile
        for remark in sample.remarks where !remarks.contains(remark) { remarks.append(remark) }
        return try FormatError.about(labelFile.path ?? directory) { () throws(FormatError) in
            try LabelledImages(images: sample.images, labels: labels)
        }
    }

    static func missing(_ part: DatasetPart, _ path: String) -> FormatError {
        FormatError(
            .io, path: path, operation: .open, systemError: 2,
            "There are no \(part.rawValue) here; expected \(part.fileNames[0]), packed (.gz) or "
                + "not, in a folder, or Keras' mnist.npz. tools/fetch-mnist fetches MNIST.")
    }
}
