import LTFNBytes

/// Where bytes for a path really go.
enum OutputPlace {
    /// A file called `name` in `directory`, in place of one that may be there already.
    case file(directory: String, name: String, replaced: FileTraits?)
    /// A pipe, a terminal, `/dev/null`: written to as it stands.
    case device(path: String)
    /// A file that this process holds open already: `/dev/stdout`.
    case descriptor(Int32)

    /// Follows the symbolic links at the end of `path`.
    ///
    /// - Throws: `io` for directories, circles, files that may not be written, and what another
    ///   user has put into a folder that everybody may write to.
    init(path: String) throws(FormatError) {
        try FormatError.checkPath(path, .create)
        do throws(SystemError) {
            self = try OutputPlace.resolve(path)
        } catch {
            throw error.formatError(.create, path: path)
        }
    }

    private static func resolve(_ path: String) throws(SystemError) -> OutputPlace {
        var path = path
        for _ in 0..<40 {
            if let number = openDescriptor(path) { return .descriptor(number) }
            guard let target = try SystemCalls.linkTarget(path: path) else {
                return try place(path)
            }
            let directory = split(path).directory
            try SharedFolder(directory)?.expectFollowable(linkAt: path)
            path = target.hasPrefix("/") ? target : directory + "/" + target
        }
        throw SystemError(number: SystemError.tooManyLinks)
    }

    private static func place(_ path: String) throws(SystemError) -> OutputPlace {
        let (directory, name) = split(path)
        if name.isEmpty || name == "." || name == ".." {
            throw SystemError(number: SystemError.directory)
        }
        let info: SystemCalls.FileInfo
        do throws(SystemError) {
            info = try SystemCalls.info(path: path)
        } catch {
            if error.number != SystemError.missing { throw error }
            return .file(directory: directory, name: name, replaced: nil)
        }
        switch info.kind {
        case .directory: throw SystemError(number: SystemError.directory)
        case .pipe:
            try SharedFolder(directory)?.expectWritable(info)
            return .device(path: path)
        case .socket:
            throw SystemError(
                number: SystemError.noReader,
                reason: "it is a socket, and cannot be written to by its name")
        case .other: return .device(path: path)
        case .regular:
            // A rename would replace a file that its owner has made read-only.
            try SystemCalls.expectWritable(path: path)
            let folder = try SharedFolder(directory)
            try folder?.expectWritable(info)
            try folder?.expectReplaceable(info)
            return .file(
                directory: directory, name: name, replaced: FileTraits(info, path: path))
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let name = String(path[path.utf8.index(after: slash)...])
        return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
    }

    /// The number behind `/dev/stdout` and its like, however the folder is spelled.
    private static func openDescriptor(_ path: String) -> Int32? {
        let (directory, name) = split(path)
        if isFolder(directory, "/dev") {
            if name == "stdout" { return 1 }
            if name == "stderr" { return 2 }
        }
        // As the kernel spells it, not `+1` or `03`.
        guard let number = Int32(name), number >= 0, String(number) == name,
            ["/dev/fd", "/proc/self/fd", "/proc/thread-self/fd"].contains(where: {
                isFolder(directory, $0)
            })
        else { return nil }
        return number
    }

    private static func isFolder(_ path: String, _ other: String) -> Bool {
        if path == other { return true }
        guard let a = try? SystemCalls.info(path: path),
            let b = try? SystemCalls.info(path: other)
        else { return false }
        return a.device == b.device && a.inode == b.inode
    }
}

extension DurableFileWriter {
    /// The file descriptor that what is written to `path` goes to at once, if it goes to one that
    /// is open already: 1 for `/dev/stdout`, `/proc/self/fd/1` and links to them.
    public static func openDescriptor(for path: String) -> Int32? {
        guard case .descriptor(let number)? = try? OutputPlace(path: path) else { return nil }
        return number
    }
}
