import LTFNBytes

/// Writes files that belong together: each is wholly there and on the disk, or not there at all,
/// and the main one gets its name last, so that what it speaks of is there.
///
/// Until the commit what stood there before is untouched. When one of several files cannot be given
/// its name, those before it have theirs, and the main file is still the old one.
public final class DurableFileSetWriter: FileSetSink {
    public let name: String
    private let mainWriter: DurableFileWriter
    private let folder: String
    private let replacesExisting: Bool
    private var others: [(name: String, writer: DurableFileWriter)] = []
    private var retired: [String] = []
    private var leftovers: [String] = []

    /// Creates the temporary file of the main one.
    ///
    /// - Parameter replacingExisting: as of `DurableFileWriter`, for every file.
    /// - Throws: `io` with the operation `create`.
    public init(path: String, replacingExisting: Bool = true) throws(FormatError) {
        mainWriter = try DurableFileWriter(path: path, replacingExisting: replacingExisting)
        replacesExisting = replacingExisting
        (folder, name) = PathParts.split(path)
    }

    public var main: any ByteSink { mainWriter }

    /// What the file at `path` is called, without what leads there.
    public static func name(of path: String) -> String { PathParts.split(path).name }

    /// The path of a file beside the one at `path`.
    public static func path(of name: String, beside path: String) -> String {
        PathParts.join(PathParts.split(path).folder, name)
    }

    public func file(_ name: String) throws(FormatError) -> any ByteSink {
        guard name != self.name, !others.contains(where: { $0.name == name }) else {
            throw FormatError(.corrupt, path: name, "The name is taken.")
        }
        let writer = try DurableFileWriter(
            path: PathParts.join(folder, name), replacingExisting: replacesExisting)
        others.append((name, writer))
        return writer
    }

    /// The bytes of all files so far.
    public var byteCount: UInt64 {
        others.reduce(mainWriter.position) { $0 + $1.writer.position }
    }

    /// What files that were replaced could not leave to the new ones, and which files could not be
    /// removed, a sentence each.
    public var notes: [String] { others.flatMap(\.writer.notes) + mainWriter.notes + leftovers }

    /// Has a file beside the main one removed at the end of the commit, when nothing speaks of it
    /// any more. Only a regular file is, never what a symbolic link leads to.
    public func retire(_ name: String) {
        if name != self.name, !name.utf8.contains(UInt8(ascii: "/")) { retired.append(name) }
    }

    private func removeRetired() {
        for name in retired where !others.contains(where: { $0.name == name }) {
            let path = PathParts.join(folder, name)
            do throws(SystemError) {
                guard try SystemCalls.infoOfLink(path: path).kind == .regular else { continue }
                try SystemCalls.remove(path)
            } catch {
                leftovers.append(
                    "\(path) belongs to the set that was replaced, and could not be removed.")
            }
        }
    }

    /// What has been written so far, opened anew, so that it can be checked before the commit; nil
    /// for pipes, terminals and devices, which cannot be read back.
    ///
    /// - Throws: `io`.
    public func drafts() throws(FormatError) -> (any FileSet)? {
        guard let main = try mainWriter.draftSource() else { return nil }
        var sources: [String: any ByteSource] = [:]
        for other in others { sources[other.name] = try other.writer.draftSource() }
        return DraftSet(name: name, source: main, others: sources)
    }

    /// Makes the files durable and visible under their names.
    ///
    /// - Throws: `io`.
    public func commit() throws(FormatError) {
        for other in others { try other.writer.commit() }
        try mainWriter.commit()
        removeRetired()
    }

    /// Gives up: removes the temporary files. Without effect after `commit()`.
    public func abandon() {
        for other in others { other.writer.abandon() }
        mainWriter.abandon()
    }
}

/// Files that have no names yet.
private struct DraftSet: FileSet {
    let name: String
    let source: any ByteSource
    let others: [String: any ByteSource]

    var main: (any ByteSource)? { source }

    func names() throws(FormatError) -> [String] {
        ([name] + others.keys).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func file(_ name: String) throws(FormatError) -> any ByteSource {
        guard let source = others[name] else {
            throw FormatError(
                .io, path: name, operation: .open, systemError: SystemError.missing,
                "The file has not been written.")
        }
        return source
    }
}

/// A path as the folder and what stands in it.
enum PathParts {
    /// `.` and the path itself where there is no slash; slashes at the end do not count.
    static func split(_ path: String) -> (folder: String, name: String) {
        let bytes = path.utf8
        var end = bytes.endIndex
        while end > bytes.startIndex, bytes[bytes.index(before: end)] == UInt8(ascii: "/") {
            end = bytes.index(before: end)
        }
        guard let slash = bytes[..<end].lastIndex(of: UInt8(ascii: "/")) else {
            return (".", String(path[..<end]))
        }
        let folder = slash == bytes.startIndex ? "/" : String(path[..<slash])
        return (folder, String(path[bytes.index(after: slash)..<end]))
    }

    static func join(_ folder: String, _ name: String) -> String {
        switch folder {
        case ".": name
        case "/": "/" + name
        default: folder + "/" + name
        }
    }
}
