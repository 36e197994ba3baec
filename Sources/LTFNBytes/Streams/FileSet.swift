/// The files that a checkpoint may be spread over: the one that was named, and others below its
/// folder.
///
/// Safe to use from several threads at once.
public protocol FileSet: Sendable {
    /// What the main file, or the folder, is called, without what leads there.
    var name: String { get }

    /// The file that was named; nil: a folder was.
    var main: (any ByteSource)? { get }

    /// The names of what stands in the folder, sorted by their bytes.
    ///
    /// - Throws: `io`.
    func names() throws(FormatError) -> [String]

    /// The file called `name`, seen from the folder; it may lie in a folder within.
    ///
    /// - Throws: `corrupt` when the name is no path below the folder; `io` also when a symbolic
    ///   link leads out of it, or when it is no regular file.
    func file(_ name: String) throws(FormatError) -> any ByteSource
}

extension FileSet {
    /// What systems take as a path, in bytes.
    private static var longestName: Int { 1024 }

    /// Makes sure that a name out of a file leads nowhere but below a folder.
    ///
    /// - Throws: `corrupt`.
    public func expectInside(_ name: String) throws(FormatError) {
        let parts = name.utf8.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isInside = parts.allSatisfy {
            !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
                && !$0.contains(0)
        }
        guard name.utf8.count <= Self.longestName else {
            throw FormatError(
                .corrupt,
                "A file is named whose name has \(NumberText.grouped(name.utf8.count)) bytes; "
                    + "expected \(NumberText.grouped(Self.longestName)) at most.")
        }
        guard isInside else {
            throw FormatError(
                .corrupt,
                "The file \"\(name.prefix(200))\" is named; names must lead below the folder of the "
                    + "file that holds them, without \".\", \"..\" or a slash at an end.")
        }
    }
}

/// A checkpoint of one file, of whatever kind.
public struct SingleFile: FileSet {
    public let name: String
    private let source: any ByteSource

    public init(_ source: any ByteSource, name: String = "") {
        self.source = source
        self.name = name
    }

    public var main: (any ByteSource)? { source }

    public func names() throws(FormatError) -> [String] { [] }

    public func file(_ name: String) throws(FormatError) -> any ByteSource {
        throw FormatError(
            .io, path: name, operation: .open,
            "The file is needed too, and cannot be had: only one file was given.")
    }
}

/// Files in memory.
public struct MemoryFileSet: FileSet {
    public let name: String
    private let files: [String: [UInt8]]

    /// - Parameter name: of the main file; when it is none of `files`, that of the folder.
    public init(_ files: [String: [UInt8]], name: String) {
        self.files = files
        self.name = name
    }

    public var main: (any ByteSource)? { files[name].map { MemorySource($0) } }

    public func names() throws(FormatError) -> [String] {
        files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    public func file(_ name: String) throws(FormatError) -> any ByteSource {
        try expectInside(name)
        guard let bytes = files[name] else {
            throw FormatError(
                .io, path: name, operation: .open, systemError: SystemError.missing,
                "The file cannot be opened: there is no such file or directory.")
        }
        return MemorySource(bytes)
    }
}
