/// Places for the files that a checkpoint is written to.
public protocol FileSetSink: AnyObject {
    /// What the main file is called, without what leads there.
    var name: String { get }

    /// The main file.
    var main: any ByteSink { get }

    /// Begins the file called `name` beside the main one. The one that was begun before is
    /// complete.
    ///
    /// - Throws: `corrupt` for a name that is taken; `io`.
    func file(_ name: String) throws(FormatError) -> any ByteSink
}

/// A checkpoint of one file, wherever it goes.
public final class SingleFileSink: FileSetSink {
    public let name: String
    public let main: any ByteSink

    public init(_ main: any ByteSink, name: String = "") {
        self.main = main
        self.name = name
    }

    public func file(_ name: String) throws(FormatError) -> any ByteSink {
        throw FormatError(
            .io, path: name, operation: .create,
            "The checkpoint needs several files, and only one can be written here.")
    }
}

/// Files in memory.
public final class MemoryFileSetSink: FileSetSink {
    public let name: String
    private let mainSink = MemorySink()
    private var others: [(name: String, sink: MemorySink)] = []

    public init(name: String) {
        self.name = name
    }

    public var main: any ByteSink { mainSink }

    public func file(_ name: String) throws(FormatError) -> any ByteSink {
        guard name != self.name, !others.contains(where: { $0.name == name }) else {
            throw FormatError(.corrupt, path: name, "The name is taken.")
        }
        let sink = MemorySink()
        others.append((name, sink))
        return sink
    }

    /// What has been written.
    public var files: [String: [UInt8]] {
        var files = [name: mainSink.bytes]
        for other in others { files[other.name] = other.sink.bytes }
        return files
    }
}
