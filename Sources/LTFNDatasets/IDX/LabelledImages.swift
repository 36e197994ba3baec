import LTFNBytes

/// Images and the class of each.
public struct LabelledImages: Sendable {
    public let images: ImageSet
    public let labels: LabelSet

    /// - Throws: `corrupt` when there are not as many labels as images.
    public init(images: ImageSet, labels: LabelSet) throws(FormatError) {
        guard images.totalCount == labels.count else {
            throw FormatError(
                .corrupt, format: "idx",
                "Found \(NumberText.counted(images.totalCount, "image")) and "
                    + "\(NumberText.counted(labels.count, "label")); expected one label for each image. The two files belong to different data sets."
            )
        }
        self.images = images
        self.labels = labels
    }

    public var count: Int { images.count }
}
