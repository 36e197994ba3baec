import LTFNBytes

extension Dataset {
    /// Images and labels of one's own, of which the last ones are set apart to test with.
    ///
    /// - Parameters:
    ///   - pixels: `[N, H, W, C] uint8`
    ///   - labels: `[N] uint8`, from 0 on.
    ///   - testCount: how many images are not trained on.
    /// - Throws: `corrupt` when the arrays do not belong together, or nothing is left for one of
    ///   the two uses.
    public init(
        pixels: [UInt8], labels: [UInt8], height: Int, width: Int, channels: Int = 1,
        testCount: Int
    ) throws(FormatError) {
        guard testCount > 0, testCount < labels.count else {
            throw FormatError(
                .corrupt,
                "\(testCount) of \(labels.count) images are to test with; expected at least one, and "
                    + "one left to train on.")
        }
        let all = try LabelledImages(
            images: ImageSet(pixels: pixels, height: height, width: width, channels: channels),
            labels: LabelSet(labels))
        let count = all.count - testCount
        try self.init(training: all.part(0..<count), test: all.part(count..<all.count))
    }

    /// Images to train on and images to test with, of one's own.
    ///
    /// - Throws: `corrupt` when they differ in size.
    public init(training: LabelledImages, test: LabelledImages) throws(FormatError) {
        let identities: [(DatasetPart, DatasetIdentity)] = [
            (.trainingImages, training.images.identity),
            (.trainingLabels, training.labels.identity),
            (.testImages, test.images.identity), (.testLabels, test.labels.identity),
        ]
        var files: [DatasetPart: DatasetFile] = [:]
        for (part, identity) in identities {
            files[part] = DatasetFile(path: nil, identity: identity)
        }
        try self.init(training: training, test: test, origin: .memory, files: files)
    }
}

extension LabelledImages {
    /// Images of one's own and the class of each.
    ///
    /// - Parameters:
    ///   - pixels: `[N, H, W, C] uint8`
    ///   - labels: `[N] uint8`, from 0 on.
    /// - Throws: `corrupt` when the arrays do not belong together.
    public init(
        pixels: [UInt8], labels: [UInt8], height: Int, width: Int, channels: Int = 1
    ) throws(FormatError) {
        try self.init(
            images: ImageSet(pixels: pixels, height: height, width: width, channels: channels),
            labels: LabelSet(labels))
    }

    /// - Parameter range: not empty, within the images.
    fileprivate func part(_ range: Range<Int>) throws(FormatError) -> LabelledImages {
        try LabelledImages(
            pixels: Array(images.pixels(of: range)), labels: Array(labels[range]),
            height: images.height, width: images.width, channels: images.channels)
    }
}
