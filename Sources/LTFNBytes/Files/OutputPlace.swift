/// Where bytes for a path really go.
enum OutputPlace {
    /// A file called `name` in `directory`, which may have permissions already.
    case file(directory: String, name: String, permissions: UInt32?)
    /// A pipe, a terminal, `/dev/null`: written to as it stands.
    case device(path: String)
    /// A file that this process holds open already: `/dev/stdout`.
    case descriptor(Int32)

    /// Follows the symbolic links at the end of `path`.
    ///
    /// - Throws: `io` for directories, circles and files that may not be written.
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
            path = target.hasPrefix("/") ? target : split(path).directory + "/" + target
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
            return .file(directory: directory, name: name, permissions: nil)
        }
        switch info.kind {
        case .directory: throw SystemError(number: SystemError.directory)
        case .pipe, .other: return .device(path: path)
        case .regular:
            // A rename would replace a file that its owner has made read-only.
            try SystemCalls.expectWritable(path: path)
            return .file(directory: directory, name: name, permissions: info.permissions)
        }
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let name = String(path[path.utf8.index(after: slash)...])
        return (slash == path.startIndex ? "/" : String(path[..<slash]), name)
    }

    /// The number behind `/dev/stdout` and its like.
    private static func openDescriptor(_ path: String) -> Int32? {
        switch path {
        case "/dev/stdout": return 1
        case "/dev/stderr": return 2
        default:
            for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
                return Int32(path.dropFirst(prefix.count))
            }
            return nil
        }
    }
}
