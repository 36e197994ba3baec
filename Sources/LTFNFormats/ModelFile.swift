import LTFNBytes
import LTFNCheckpoint
import LTFNFiles

/// A model file that is open for reading, whatever its format is.
///
/// This is the one way from a path to a reader: the format is told, bases are found, and what is
/// odd about the file is kept in `notes`.
public struct ModelFile: Sendable {
    /// How a file is opened.
    public struct Options: Hashable, Sendable {
        /// The name of its format; nil: told by its content, or else by its name.
        public var format: String?
        /// Files that an `.ltfn` file may be stored relative to, in any order.
        public var bases: [String]
        public var limits: DecodingLimits
        /// What of the file is read.
        public var selection: ReadingSelection
        /// Whether values are going to be read, so that the bases have to be there.
        public var readsValues: Bool
        /// Whether a file whose end is missing is read as far as it can be.
        public var recovers: Bool

        public init(
            format: String? = nil, bases: [String] = [], limits: DecodingLimits = .standard,
            selection: ReadingSelection = .everything,
            readsValues: Bool = true, recovers: Bool = false
        ) {
            self.format = format
            self.bases = bases
            self.limits = limits
            self.selection = selection
            self.readsValues = readsValues
            self.recovers = recovers
        }
    }

    public let path: String
    /// The other files that it consists of, when it is a set.
    public let otherPaths: [String]
    public let format: any CheckpointFormat
    /// The length of the files, without those they are stored relative to.
    public let byteCount: UInt64
    public let reader: any CheckpointReader
    public let limits: DecodingLimits
    /// What is odd about the file, a sentence each.
    public let notes: [String]

    /// Opens a file and reads what it says about itself; no values are read.
    ///
    /// - Throws: `notThisFormat` when the format cannot be told, `unsupportedFeature` when it
    ///   cannot be read; all that opening a file of that format throws. Every error names `path`,
    ///   or that of a base.
    public init(
        _ path: String, _ options: Options = Options(), registry: FormatRegistry = .standard
    ) throws(FormatError) {
        let path = registry.openedPath(path)
        let files = try DiskFileSet(path: path)
        try self.init(files, path: path, paths: files.path(of:), options, registry: registry)
    }

    /// Opens files that are not on a disk of this machine: in memory, in a store.
    ///
    /// - Throws: as `init(_:_:registry:)`; the path in errors is the name of the main file.
    public init(
        _ files: any FileSet, _ options: Options = Options(), registry: FormatRegistry = .standard
    ) throws(FormatError) {
        try self.init(files, path: files.name, paths: { $0 }, options, registry: registry)
    }

    private init(
        _ files: any FileSet, path: String, paths: (String) -> String, _ options: Options,
        registry: FormatRegistry
    ) throws(FormatError) {
        let registry = try registry.reading(bases: options.bases, limits: options.limits)
            .reading(options.selection)
        let found = try registry.identify(files, path: path, named: options.format)
        self.path = path
        format = found.format
        limits = options.limits
        var notes = found.note.map { [$0] } ?? []
        reader = try FormatError.about(path) { () throws(FormatError) -> any CheckpointReader in
            let reader: any CheckpointReader
            if options.recovers {
                let recovery = try Self.recover(files, found.format, options.limits)
                notes.append(recovery.note)
                reader = recovery.reader
            } else {
                reader = try found.format.open(files, limits: options.limits)
            }
            if options.readsValues { try reader.expectBases() }
            try Self.expectMemory(besides: reader.manifest)
            return reader
        }
        self.notes = notes + reader.notes
        otherPaths = reader.otherFiles.map(paths)
        byteCount = CheckedSize.total(files.main?.byteCount ?? 0, reader.otherByteCount)
    }

    /// Whatever is made of a manifest (lines, documents, another index) is as large again, and what
    /// needs more than that asks for it.
    private static func expectMemory(besides manifest: Manifest) throws(FormatError) {
        try AvailableMemory.expect(manifest.variableFootprint + 2 * manifest.metadataFootprint)
    }

    private static func recover(
        _ files: any FileSet, _ format: any CheckpointFormat, _ limits: DecodingLimits
    ) throws(FormatError) -> Recovery {
        guard let main = files.main else {
            throw FormatError(.unsupportedFeature, "A folder cannot be recovered; name the file.")
        }
        return try format.recover(main, limits: limits)
    }

    /// What of the file is not read as it stands there, a sentence each.
    public var lossNotes: [String] {
        reader.losses.map { loss in
            (loss.variable.map { "\"\($0)\": " } ?? "") + loss.reason
        }
    }

    /// How much may be made out of the file, over all its variables.
    public var budget: ExpansionBudget {
        ExpansionBudget(limits, fileByteCount: byteCount, reader: reader)
    }
}
