import LTFNBytes

extension DatasetFile {
    /// Labels that were found by their name.
    public struct FoundLabels: Sendable {
        public let labels: LabelSet
        public let file: DatasetFile
        /// What a person should know of the choice: sentences, not yet escaped for a terminal.
        public let remarks: [String]
    }

    /// Reads the labels that stand beside a file of images under one of their usual names, or in
    /// the same archive.
    ///
    /// Of several that differ, those are taken that are known to belong to the images, or else the
    /// first of as many as there are images; the remarks say so.
    ///
    /// - Returns: nil when there are none.
    /// - Throws: as `labels(at:)`, for the first file that is there when none can be read.
    public static func labels(
        beside images: ImageSet, _ file: DatasetFile, archives: ArrayArchives = .none,
        byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> FoundLabels? {
        guard let path = file.path else { return nil }
        let (directory, name) = split(path)
        let part = DatasetPart.named(name)?.part ?? .testImages
        var paths = DatasetPart.labelNames(forImages: name).map { directory + $0 }
        var member = part.counterpart
        if let array = file.member, let owner = DatasetPart(arrayName: array) {
            (paths, member) = ([path], owner.counterpart)
        }
        return try labels(
            of: images, file, at: paths, part: member, archives: archives, byteLimit: byteLimit)
    }

    static func labels(
        of images: ImageSet, _ imageFile: DatasetFile, at paths: [String], part: DatasetPart,
        archives: ArrayArchives, byteLimit: Int = defaultByteLimit
    ) throws(FormatError) -> FoundLabels? {
        let choice = try FileChoice<LabelSet>(
            of: paths,
            read: { path throws(FormatError) in
                let found = try labels(
                    at: path, part: part, archives: archives, byteLimit: byteLimit)
                return (found.labels, found.file)
            },
            suits: { candidate in
                if imageFile.isKnown(with: candidate.file) { return 2 }
                return candidate.value.count == images.totalCount ? 1 : 0
            })
        guard let choice else { return nil }
        return FoundLabels(
            labels: choice.value, file: choice.file,
            remarks: choice.remarks + mismatches(imageFile, choice.file))
    }

    /// A remark when the images are known, and the labels are not theirs.
    static func mismatches(_ images: DatasetFile, _ labels: DatasetFile) -> [String] {
        guard let name = images.identity?.name, !images.isKnown(with: labels) else { return [] }
        return [
            "The images are \(name), but \(labels.place ?? "the labels") are not the labels "
                + "published with them (\(labels.identity?.description ?? "not known"))."
        ]
    }

    /// Whether both are known, and of one data set.
    private func isKnown(with other: DatasetFile) -> Bool {
        guard let identity, let others = other.identity else { return false }
        return identity.isKnown(with: others)
    }
}

extension DatasetPart {
    /// The part that an archive's array of this name is.
    init?(arrayName name: String) {
        guard let part = Self.allCases.first(where: { $0.arrayNames.contains(name) }) else {
            return nil
        }
        self = part
    }
}
