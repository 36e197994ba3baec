import LTFNBytes

/// A file or a folder on the disk.
public struct DiskFileSet: FileSet {
    public let name: String
    public let main: (any ByteSource)?
    private let folder: String
    /// Whether the main file was named by a symbolic link: the others are looked for beside the
    /// link.
    private let isLink: Bool

    /// Opens the file at `path`, or the folder: symbolic links that stand in `path` itself are
    /// followed.
    ///
    /// - Throws: `io` with the operation `open`, also for pipes and devices.
    public init(path: String) throws(FormatError) {
        try FormatError.checkPath(path, .open)
        let isFolder = (try? SystemCalls.info(path: path))?.kind == .directory
        let place = PathParts.split(path)
        name = place.name
        main = isFolder ? nil : try FileSource(path: path)
        folder = isFolder ? path : place.folder
        isLink = !isFolder && ((try? SystemCalls.linkTarget(path: path)) ?? nil) != nil
    }

    /// The path of a file below the folder.
    public func path(of name: String) -> String { PathParts.join(folder, name) }

    public func names() throws(FormatError) -> [String] {
        try Directory.names(in: folder)
    }

    public func file(_ name: String) throws(FormatError) -> any ByteSource {
        try expectInside(name)
        let path = path(of: name)
        try FormatError.checkPath(path, .open)
        let real: String
        let root: String
        do throws(SystemError) {
            root = try SystemCalls.realPath(folder)
            real = try SystemCalls.realPath(path)
        } catch {
            var error = error.formatError(.open, path: path)
            if isLink {
                error.message +=
                    " It was looked for beside the symbolic link that was named; name the file that "
                    + "the link leads to."
            }
            throw error
        }
        guard real.utf8.starts(with: (root == "/" ? root : root + "/").utf8) else {
            throw FormatError(
                .io, path: path, operation: .open,
                "This is a symbolic link that leads out of its folder, as in the cache of a hub, and is "
                    + "not followed. A copy of the folder with the files themselves can be read: "
                    + "cp -rL FOLDER COPY.")
        }
        return FileSource(try RegularFile(path: real, for: .reading), path: path)
    }
}
