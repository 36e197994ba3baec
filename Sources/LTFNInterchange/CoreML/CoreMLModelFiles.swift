import LTFNBytes
import LTFNCheckpoint

/// A model, and the files of weights that its program names.
struct CoreMLModelFiles: Sendable {
    let model: any ByteSource
    /// Of the model in its package; nil: it was named itself.
    let modelName: String?
    let external: ExternalFiles
    /// What the names of files that are seen from the model begin with.
    private let folder: String

    /// What programs call the folder of their model.
    private static let modelPath = "@model_path/"

    /// A model that was named itself.
    init(model: any ByteSource, _ files: any FileSet) {
        self.model = model
        modelName = nil
        folder = ""
        external = ExternalFiles(files)
    }

    /// A model within a folder.
    init(package files: any FileSet) throws(FormatError) {
        let name = try CoreMLPackage(files).modelName
        try files.expectInside(name)
        model = try files.file(name)
        modelName = name
        let steps = name.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        folder = steps.isEmpty ? "" : steps.joined(separator: "/") + "/"
        external = ExternalFiles(files)
    }

    /// What a file that a program names is called, seen from where the model was named.
    ///
    /// - Throws: `unsupportedFeature` for a name that does not begin at the model.
    func name(of file: String) throws(FormatError) -> String {
        guard file.utf8.starts(with: Self.modelPath.utf8) else {
            throw FormatError(
                .unsupportedFeature, format: CoreMLFormat.name,
                "Its values are in the file \"\(file.prefix(200))\"; expected a name that begins with "
                    + "\(Self.modelPath).")
        }
        return folder + (String(file.utf8.dropFirst(Self.modelPath.utf8.count)) ?? "")
    }
}

/// The `Manifest.json` of a package: which of its files is the model.
struct CoreMLPackage {
    static let manifestName = "Manifest.json"
    /// The folder of the files that the manifest names.
    private static let dataFolder = "Data/"
    /// More than any manifest has.
    private static let byteLimit: UInt64 = 1 << 24

    /// Of the model, seen from the package.
    let modelName: String

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`; `unsupportedVersion`.
    init(_ files: any FileSet) throws(FormatError) {
        let source = try files.file(Self.manifestName)
        guard source.byteCount <= Self.byteLimit else {
            throw Self.error(
                .limitExceeded,
                "It has \(source.byteCount) bytes; \(Self.byteLimit) are allowed.")
        }
        let document: JSONValue
        do throws(FormatError) {
            document = try JSONReader.read(
                source.read(at: 0, byteCount: Int(source.byteCount)), format: CoreMLFormat.name)
        } catch {
            throw error.about(Self.manifestName)
        }
        let version = document["fileFormatVersion"]?.text ?? ""
        guard version.hasPrefix("1.") else {
            throw Self.error(
                .unsupportedVersion,
                "It is of version \"\(version.prefix(20))\"; expected 1.0.0.")
        }
        guard let root = document["rootModelIdentifier"]?.text else {
            throw Self.error(.corrupt, "It does not say which item is the model.")
        }
        guard let path = document["itemInfoEntries"]?[root]?["path"]?.text else {
            throw Self.error(
                .corrupt, "It has no item \"\(root.prefix(80))\", which it says is the model.")
        }
        modelName = Self.dataFolder + path
    }

    private static func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(code, format: CoreMLFormat.name, path: manifestName, message)
    }
}
