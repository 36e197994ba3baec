import LTFNBytes

/// A file format that checkpoints are kept in.
///
/// Every format of the toolkit, its own among them, is one type that conforms to this and passes
/// the same conformance suite.
public protocol CheckpointFormat: Sendable {
    /// What the format is called and what it can hold.
    var traits: FormatTraits { get }

    /// Whether the file is of this format, told from its content alone.
    ///
    /// - Parameters:
    ///   - prefix: the first 4,096 bytes, or all when there are fewer.
    ///   - byteCount: the length of the whole.
    func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool

    /// Whether the files are of this format, told without opening any but the main one.
    func recognizes(_ look: FileSetLook) -> Bool

    /// Reads what the files say about themselves; no values are read.
    ///
    /// - Throws: every code but `notRepresentable`.
    func open(
        _ files: any FileSet, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader

    /// Reads what the file says about itself; no values are read.
    ///
    /// - Throws: every code but `notRepresentable`.
    func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader

    /// Opens a file whose end may be missing, as far as it can be read.
    ///
    /// - Throws: `unsupportedFeature` in a format that cannot do that, as by default; as
    ///   `open(_:limits:)`.
    func recover(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> Recovery

    /// What of `manifest` the format cannot hold. Empty: nothing is lost.
    func losses(writing manifest: Manifest) -> [FormatLoss]

    /// What whoever reads the file with other programs should know, a sentence each; nothing is
    /// lost by it.
    func notes(writing manifest: Manifest) -> [String]

    /// Which of `manifest.variables` have values to write, and in which order they must come.
    ///
    /// Most formats keep the default: ascending, tied variables left out.
    func writingOrder(of manifest: Manifest) -> [Int]

    /// The names of the files that `manifest` takes beside the main one, when that is called
    /// `name`.
    func otherFiles(writing manifest: Manifest, as name: String) -> [String]

    /// Begins the files that will hold `manifest`, less its `losses`.
    ///
    /// - Throws: as `create(_:manifest:)` for one file.
    func create(
        _ files: any FileSetSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter

    /// Begins a file that will hold `manifest`, less its `losses`.
    ///
    /// - Throws: `io`; `notRepresentable` when something essential has no place in the format.
    func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter
}

// A format of one file.
extension CheckpointFormat {
    public func recognizes(_ look: FileSetLook) -> Bool {
        look.prefix.map { recognizes(prefix: $0, byteCount: look.byteCount) } ?? false
    }

    public func open(
        _ files: any FileSet, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        guard let main = files.main else {
            throw FormatError(
                .notThisFormat, format: traits.name,
                "This is a folder; \(traits.name) is kept in one file.")
        }
        return try open(main, limits: limits)
    }

    public func otherFiles(writing manifest: Manifest, as name: String) -> [String] { [] }

    public func create(
        _ files: any FileSetSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        try create(files.main, manifest: manifest)
    }
}

extension CheckpointFormat {
    public func notes(writing manifest: Manifest) -> [String] { [] }

    public func recover(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> Recovery {
        throw FormatError(
            .unsupportedFeature, "Only .ltfn files can be recovered, this is \(traits.name).")
    }

    public func writingOrder(of manifest: Manifest) -> [Int] {
        manifest.variables.indices.filter { manifest.variables[$0].tiedTo == nil }
    }
}

/// What a format is told by.
public struct FileSetLook: Sendable {
    /// What the main file, or the folder, is called.
    public var name: String
    /// The first 4,096 bytes of the main file, or all when there are fewer; nil: it is a folder.
    public var prefix: [UInt8]?
    /// The length of the main file.
    public var byteCount: UInt64
    /// The names of what stands in the folder, when it is one.
    public var names: [String]

    /// How much of a file formats are told apart by.
    public static let prefixByteCount = 4096

    /// - Throws: `io`.
    public init(_ files: any FileSet) throws(FormatError) {
        name = files.name
        guard let main = files.main else {
            byteCount = 0
            names = try files.names()
            return
        }
        byteCount = main.byteCount
        prefix = try main.read(
            at: 0, byteCount: Int(min(byteCount, UInt64(Self.prefixByteCount))))
        names = []
    }
}

/// What could be read of a file whose end may be missing.
public struct Recovery: Sendable {
    public var reader: any CheckpointReader
    /// One sentence: what was left out, or that the file is whole.
    public var note: String

    public init(reader: any CheckpointReader, note: String) {
        self.reader = reader
        self.note = note
    }
}

/// What a format is called and what it can hold.
public struct FormatTraits: Hashable, Sendable {
    /// The name used on the command line: `safetensors`.
    public var name: String
    /// One line for a list of formats.
    public var summary: String
    /// Without the dot, the usual one first.
    public var fileExtensions: [String]
    public var dtypes: Set<DType>
    public var canRead: Bool
    public var canWrite: Bool
    /// Whether a checkpoint is kept in several files.
    public var isSet: Bool
    /// Whether bytes after the end are passed over, as the tool that owns the format does it.
    public var toleratesTail: Bool
    /// The order in which the tools that own the format keep the axes of kernels; nil: the format
    /// is for all of them.
    public var kernelLayout: KernelLayout?
    /// Whether programs run a network of the format only when its kernels have that order.
    public var needsKernelLayout: Bool
    /// Whether values that are packed in blocks stay what they are.
    public var keepsBlocks: Bool
    /// Those of the extensions that only files have which are read, and what such files are called.
    public var readOnlyExtensions: [String: String]

    public init(
        name: String, summary: String, fileExtensions: [String], dtypes: Set<DType>,
        canRead: Bool = true, canWrite: Bool = true, isSet: Bool = false,
        toleratesTail: Bool = false, kernelLayout: KernelLayout? = nil,
        needsKernelLayout: Bool = false, keepsBlocks: Bool = false,
        readOnlyExtensions: [String: String] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.fileExtensions = fileExtensions
        self.dtypes = dtypes
        self.canRead = canRead
        self.canWrite = canWrite
        self.isSet = isSet
        self.toleratesTail = toleratesTail
        self.kernelLayout = kernelLayout
        self.needsKernelLayout = needsKernelLayout
        self.keepsBlocks = keepsBlocks
        self.readOnlyExtensions = readOnlyExtensions
    }
}

/// Something that a format has no place for.
public struct FormatLoss: Hashable, Sendable {
    /// What is lost.
    public enum Subject: String, Hashable, Sendable, CaseIterable {
        /// The values themselves: there is no such dtype, rank or name. Writing is refused.
        case values
        /// A part of the source, which is left out because it was asked for.
        case member
        /// The bits are kept, but not what type they are of.
        case dtype
        /// What the variable is called.
        case name
        /// A tied variable becomes a copy.
        case tie
        case initializer
        case metadata
        case graph
    }

    public var subject: Subject
    /// nil: the file as a whole.
    public var variable: VariableName?
    /// For `dtype` and `name`: the dtype (its raw value) or the name that takes the place.
    public var replacement: String?
    /// One sentence.
    public var reason: String
    /// What helps against it, other than to allow it.
    public var remedy: FormatError.Remedy?

    public init(
        _ subject: Subject, variable: VariableName? = nil, replacement: String? = nil,
        _ reason: String, remedy: FormatError.Remedy? = nil
    ) {
        self.subject = subject
        self.variable = variable
        self.replacement = replacement
        self.reason = reason
        self.remedy = remedy
    }
}
