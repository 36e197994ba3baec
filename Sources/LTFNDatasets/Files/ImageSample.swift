import LTFNBytes

/// Images to look at, with their labels where there are any, and how the files of both were chosen.
public struct ImageSample: Sendable {
    public let images: ImageSet
    public let imageFile: DatasetFile
    public let labels: LabelSet?
    public let labelFile: DatasetFile?
    /// What a person should know of the choice: sentences, not yet escaped for a terminal.
    public let remarks: [String]

    /// Reads a file of images, or the test images of the data set that `path` names, as
    /// `Dataset(directory:)` finds it; and the labels beside them.
    ///
    /// - Parameters:
    ///   - path: of an IDX file or an array of NumPy, an archive, a folder, or what the names in
    ///     one begin with.
    ///   - labels: the path of the labels; nil: they are looked for.
    ///   - count: how many images are wanted, from the first on; nil: all.
    /// - Throws: as `DatasetFile` and `Dataset(directory:)`.
    public init(
        at path: String, labels: String? = nil, count: Int? = nil,
        archives: ArrayArchives = .none
    ) throws(FormatError) {
        do throws(FormatError) {
            let found = try DatasetFile.images(at: path, count: count, archives: archives)
            try self.init(found.images, found.file, labels: labels, archives: archives)
        } catch  where error.isMissingFile || error.isDirectory {
            guard error.path == path,
                let place = try DatasetPlace.find(path, archives: archives)
            else {
                throw error.isDirectory ? Dataset.missing(.testImages, path) : error
            }
            try self.init(
                .testImages, at: place, named: path, labels: labels, archives: archives)
        } catch {
            throw error.path == path ? error.mentioning(wholeFileBeside: path) : error
        }
    }

    /// The images of `part` at `place`, and their labels.
    init(
        _ part: DatasetPart, at place: DatasetPlace, named name: String, labels: String? = nil,
        archives: ArrayArchives
    ) throws(FormatError) {
        let choice = try FileChoice<ImageSet>(
            of: place.paths(of: part),
            read: { path throws(FormatError) in
                let found = try DatasetFile.images(at: path, part: part, archives: archives)
                return (found.images, found.file)
            }, suits: { $0.file.identity?.name == nil ? 0 : 1 })
        guard let choice else { throw Dataset.missing(part, name) }
        try self.init(
            choice.value, choice.file, labels: labels, archives: archives,
            place: (place, part.counterpart), remarks: choice.remarks)
    }

    /// - Parameter place: where labels that are not named may be; nil: beside the images.
    private init(
        _ images: ImageSet, _ file: DatasetFile, labels path: String?, archives: ArrayArchives,
        place: (DatasetPlace, part: DatasetPart)? = nil, remarks: [String] = []
    ) throws(FormatError) {
        self.images = images
        imageFile = file
        if let path {
            do throws(FormatError) {
                let named = try DatasetFile.labels(at: path, archives: archives)
                (labels, labelFile) = (named.labels, named.file)
            } catch {
                throw error.mentioning(wholeFileBeside: path)
            }
            let mismatches = labelFile.map { DatasetFile.mismatches(file, $0) } ?? []
            self.remarks = remarks + mismatches + file.knownOddities
            return
        }
        let found =
            if let (place, part) = place {
                try DatasetFile.labels(
                    of: images, file, at: place.paths(of: part), part: part, archives: archives)
            } else {
                try DatasetFile.labels(beside: images, file, archives: archives)
            }
        labels = found?.labels
        labelFile = found?.file
        self.remarks = remarks + (found?.remarks ?? []) + file.knownOddities
    }
}

extension DatasetFile {
    /// What is known to surprise with data of this name.
    fileprivate var knownOddities: [String] {
        guard let path, Self.split(path).name.hasPrefix("emnist-") else { return [] }
        return [
            "EMNIST stores its images with rows and columns exchanged; they are used as they are "
                + "stored."
        ]
    }
}

extension FormatError {
    /// The same error; when a file is damaged and beside it lies another, packed or unpacked, it
    /// says so.
    fileprivate func mentioning(wholeFileBeside path: String) -> FormatError {
        guard [.truncated, .corrupt, .checksumMismatch, .notThisFormat].contains(code),
            let other = DatasetPart.bothWays(of: path).last,
            (try? DatasetFile.images(at: other)) != nil
                || (try? DatasetFile.labels(at: other)) != nil
        else { return self }
        var error = self
        error.message += " \(other) beside it is whole: give that."
        return error
    }
}
