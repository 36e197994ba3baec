import LTFNBytes
import LTFNCheckpoint
import LTFNParallel

/// The toolkit's own format: `Spec/ltfn-format.md`.
public struct NativeFormat: CheckpointFormat {
    /// What the writer may choose.
    public struct WritingOptions: Hashable, Sendable {
        /// The decoded bytes of a chunk: a power of two from 64 to 2^30.
        public var chunkByteCount = 1 << 20
        /// The codecs that may be used besides raw.
        public var codecs = Set(Codec.allCases)
        public var effort = Effort.standard
        /// Does not change the file.
        public var threadCount = ThreadPool.coreCount

        public init() {}
    }

    static let formatName = "ltfn"
    /// Header, an index of nothing, footer.
    static let minimumByteCount: UInt64 = 224

    public var options: WritingOptions

    public init(options: WritingOptions = WritingOptions()) {
        self.options = options
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.formatName,
            summary: "This toolkit's format: initializers, model graph, small and checked",
            fileExtensions: ["ltfn"], dtypes: Set(DType.allCases))
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        prefix.starts(with: Header.magic)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try NativeReader(source, limits: limits)
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] { [] }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        try NativeWriter(sink, manifest: manifest, options: options)
    }
}
