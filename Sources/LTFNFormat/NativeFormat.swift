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
        /// How many base files may follow one another: readers follow no more by default.
        public var baseDepth = DecodingLimits.standard.baseDepth
        /// Does not change the file.
        public var threadCount = Parallelism.coreCount

        public init() {}
    }

    static let formatName = "ltfn"
    /// Header, an index of nothing, footer.
    static let minimumByteCount: UInt64 = 224

    public var options: WritingOptions
    /// A file that variables may be stored relative to when writing, and when that is read again.
    public var base: NativeReader?
    /// Files that those to be opened may be stored relative to.
    public var bases: [NativeReader]

    public init(
        options: WritingOptions = WritingOptions(), base: NativeReader? = nil,
        bases: [NativeReader] = []
    ) {
        self.options = options
        self.base = base
        self.bases = bases
    }

    public var traits: FormatTraits {
        FormatTraits(
            name: Self.formatName,
            summary: "initializers, graph and checksums",
            fileExtensions: ["ltfn"], dtypes: Set(DType.allCases), keepsBlocks: true)
    }

    public func recognizes(prefix: [UInt8], byteCount: UInt64) -> Bool {
        prefix.starts(with: Header.magic)
    }

    public func open(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> any CheckpointReader {
        try NativeReader(
            source, limits: limits, bases: bases + (base.map { [$0] } ?? []),
            threadCount: options.threadCount)
    }

    public func recover(
        _ source: any ByteSource, limits: DecodingLimits
    ) throws(FormatError) -> Recovery {
        if let whole = try? open(source, limits: limits) {
            return Recovery(
                reader: whole, note: "The file is whole: nothing had to be recovered.")
        }
        let reader = try NativeReader.recovering(source, limits: limits, bases: bases)
        return Recovery(
            reader: reader,
            note: "Recovered by the last index that is whole, which ends at byte "
                + "\(reader.indexEnd): what stands in the "
                + "\(source.byteCount - reader.indexEnd) bytes after it is left out.")
    }

    public func losses(writing manifest: Manifest) -> [FormatLoss] { [] }

    public func create(
        _ sink: any ByteSink, manifest: Manifest
    ) throws(FormatError) -> any CheckpointWriter {
        try NativeWriter(sink, manifest: manifest, options: options, base: base)
    }

    /// Writes a checkpoint whose values come range by range, so that memory is bounded by a few
    /// chunks for each thread, however large a variable is. The file is the same as from whole
    /// tensors.
    ///
    /// - Parameter values: the bytes `range` of the values of a variable; a few ranges are asked
    ///   for twice, and all of a variable that looks like an earlier one, or like its initial
    ///   values.
    /// - Throws: `notRepresentable`, `io`, and what `values` throws.
    public func write(
        _ manifest: Manifest, to sink: any ByteSink,
        values: (_ variable: Int, _ range: Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        var writer = try NativeWriter(sink, manifest: manifest, options: options, base: base)
        for number in writingOrder(of: manifest) {
            try writer.write(at: number) { range throws(FormatError) in
                try values(number, range)
            }
        }
        try writer.finish()
    }

    /// The bytes that no file of `manifest`, written with these options, is longer than.
    ///
    /// - Throws: `notRepresentable` when the manifest has no place in the format, `limitExceeded`
    ///   when the bound has no number.
    public func maximumByteCount(of manifest: Manifest) throws(FormatError) -> UInt64 {
        let index = Index(
            manifest: manifest,
            digests: [UInt8](repeating: 0, count: manifest.variables.count * 32),
            storages: manifest.variables.map { _ in .tied }, chunks: [])
        var total = UInt64(Header.byteCount + Footer.byteCount + 32)
        total += UInt64(try index.encoded().bytes.count)
        let exponent = UInt8(truncatingIfNeeded: options.chunkByteCount.trailingZeroBitCount)
        for variable in manifest.variables where variable.tiedTo == nil {
            let grid = ChunkGrid(byteCount: variable.tensor.byteCount, exponent: exponent)
            // Storage takes 3 bytes at most; a chunk its record and up to 63 bytes of padding.
            let (records, overflow) = UInt64(grid.count).multipliedReportingOverflow(by: 24 + 63)
            let own = try CheckedSize.add(
                records, UInt64(grid.byteCount) + 3, of: "the file", code: .limitExceeded)
            total = try CheckedSize.add(
                total, overflow ? .max : own, of: "the file", code: .limitExceeded)
        }
        return total
    }
}
