import LTFNBytes
import LTFNFiles

/// Where a data set lies: files of one folder with a common beginning, or one archive.
struct DatasetPlace: Hashable {
    /// What the paths of all its files begin with: `data/EMNIST/raw/emnist-letters-`; or the path
    /// of the archive.
    let base: String
    let isArchive: Bool

    /// How a person names it.
    let name: String

    /// Where the file of a part may be, the likeliest first.
    func paths(of part: DatasetPart) -> [String] {
        isArchive ? [base] : part.fileNames.map { base + $0 }
    }

    /// Finds the data set that `path` names.
    ///
    /// That is a folder with its files; a folder of torchvision (`data`, `data/MNIST`,
    /// `data/MNIST/raw`) or of Keras (with `mnist.npz` or `fashion-mnist`); an archive; one of the
    /// files; or what the names of the files begin with (`data/EMNIST/raw/emnist-letters`).
    ///
    /// - Returns: nil when there is none.
    /// - Throws: `notThisFormat` when there are several; `io` for a path that cannot be looked at.
    static func find(_ path: String, archives: ArrayArchives) throws(FormatError) -> DatasetPlace? {
        let names: Set<String>
        do throws(FormatError) {
            names = Set(try Directory.names(in: path))
        } catch  where error.isMissingFile || error.isNoDirectory {
            return try beginning(with: path, archives)
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        var found = places(in: folder, names, archives)
        if found.isEmpty {
            for subfolder in subfolders {
                guard let names = try? Directory.names(in: folder + subfolder) else { continue }
                found += places(in: folder + subfolder + "/", Set(names), archives)
            }
        }
        guard found.count > 1 else { return found.first }
        throw FormatError(
            .notThisFormat, path: path,
            "There are several data sets here: \(found.map(\.name).joined(separator: ", ")). Give "
                + "one of these in place of the folder.")
    }

    /// What `path` names that is no folder: an archive, one of the files, or their common
    /// beginning.
    private static func beginning(
        with path: String, _ archives: ArrayArchives
    ) throws(FormatError) -> DatasetPlace? {
        let (directory, name) = DatasetFile.split(path)
        guard let names = try? Set(Directory.names(in: directory.isEmpty ? "." : directory)) else {
            return nil
        }
        if let (_, prefix) = DatasetPart.named(name), names.contains(name) {
            return DatasetPlace(base: directory + prefix, isArchive: false, name: path)
        }
        if names.contains(name) {
            return isArchive(name, archives)
                ? DatasetPlace(base: path, isArchive: true, name: path) : nil
        }
        return ["-", "_", "."].map { DatasetPlace(base: path + $0, isArchive: false, name: path) }
            .first { place in place.hasFiles(in: directory, names) }
    }

    /// The data sets whose files stand in a folder.
    private static func places(
        in folder: String, _ names: Set<String>, _ archives: ArrayArchives
    ) -> [DatasetPlace] {
        // EMNIST's six are told apart by their beginnings alone.
        let prefixes = Set(
            names.filter { !$0.hasPrefix(".") }.compactMap { name in
                DatasetPart.named(name).flatMap { $0.part.content == .images ? $0.prefix : nil }
            })
        var places = prefixes.sorted().map { prefix in
            DatasetPlace(
                base: folder + prefix, isArchive: false,
                name: folder + (prefix.isEmpty ? "" : String(prefix.dropLast())))
        }
        if names.contains(archiveName), isArchive(archiveName, archives) {
            let path = folder + archiveName
            places.append(DatasetPlace(base: path, isArchive: true, name: path))
        }
        if places.count > 1, prefixes.contains("") {
            // The folder's own name would mean all of them.
            let files = DatasetPart.allCases.flatMap(\.fileNames).filter(names.contains)
            places[0] = DatasetPlace(
                base: folder, isArchive: false, name: folder + (files.first ?? ""))
        }
        return places
    }

    private func hasFiles(in directory: String, _ names: Set<String>) -> Bool {
        DatasetPart.allCases.flatMap(paths).contains { path in
            names.contains(String(path.dropFirst(directory.count)))
        }
    }

    private static func isArchive(_ name: String, _ archives: ArrayArchives) -> Bool {
        archives.areRead && name.lowercased().hasSuffix(".npz")
    }

    /// Keras' archive of MNIST.
    private static let archiveName = "mnist.npz"

    /// Where torchvision, Keras and EMNIST's own archive put their files.
    private static let subfolders: [String] =
        ["raw", "gzip", "raw/gzip"]
        + ["MNIST", "FashionMNIST", "KMNIST", "EMNIST", "QMNIST"].map { $0 + "/raw" }
        + ["fashion-mnist"]
}

extension FormatError {
    /// Whether a path leads through what is no directory (`ENOTDIR`, on every platform 20).
    fileprivate var isNoDirectory: Bool { code == .io && systemError == 20 }
}
