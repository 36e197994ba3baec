/// A file or a folder on the disk.
public struct DiskFileSet: FileSet {
    public let name: String
    public let main: (any ByteSource)?
    private let folder: String

    /// Opens the file at `path`, or the folder: symbolic links that stand in `path` itself are followed.
    ///
    /// - Throws: `io` with the operation `open`, also for pipes and devices.
    public init(path: String) throws(FormatError) {
        try FormatError.checkPath(path, .open)
        let isFolder = (try? SystemCalls.info(path: path))?.kind == .directory
        let place = PathParts.split(path)
        name = place.name
        main = isFolder ? nil : try FileSource(path: path)
        folder = isFolder ? path : place.folder
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
            throw error.formatError(.open, path: path)
        }
        guard real.utf8.starts(with: (root == "/" ? root : root + "/").utf8) else {
            throw FormatError(
                .io, path: path, operation: .open,
                "This is a symbolic link that leads out of its folder, which is not followed; put the "
                    + "file itself there.")
        }
        return FileSource(try RegularFile(path: real, for: .reading), path: path)
    }
}
