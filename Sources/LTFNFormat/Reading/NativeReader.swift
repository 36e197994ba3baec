import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

/// An open `.ltfn` file: variables, slices of variables, and how they are stored.
public struct NativeReader: CheckpointReader {
    let source: any ByteSource
    let limits: DecodingLimits
    package let index: Index
    let footer: Footer?
    /// Where the index ends; after it stands the footer, or in a recovered file what is ignored.
    let indexEnd: UInt64
    let owners: ChunkOwners
    /// The bytes of padding before each chunk.
    let gaps: [UInt8]
    /// Names the content of the file, however it is stored.
    public let contentDigest: SHA256Digest
    /// The files that `index.bases` names, where they were given.
    let bases: [NativeReader?]
    /// Files that were given, but that `index.bases` does not name.
    let unmatchedBases: [NativeReader]
    public let baseByteCount: UInt64
    /// How many files follow one another, this one included.
    let depth: Int
    /// Decodes chunks.
    let parallelism: Parallelism
    let scratchPool = ScratchPool { DecodingScratch() }
    /// Counts the chunks that have been decoded.
    let counter = ChunkCounter()
    let recent: RecentChunks
    /// The variables whose stored bytes have been found right for mapping.
    let mappable = VariableSet()

    public var manifest: Manifest { index.manifest }

    /// The content digests of the files that this one is stored relative to.
    public var baseDigests: [SHA256Digest] { index.bases }

    public var content: ContentIdentity? {
        ContentIdentity(digest: contentDigest, bases: baseDigests)
    }

    /// How many chunks have been decoded so far.
    public var decodedChunkCount: Int { counter.value }

    /// - Parameters:
    ///   - bases: files that this one may be stored relative to.
    ///   - threadCount: how many chunks of a variable are decoded at the same time, at most.
    /// - Throws: every code but `notRepresentable`.
    public init(
        _ source: any ByteSource, limits: DecodingLimits = .standard, bases: [NativeReader] = [],
        threadCount: Int = Parallelism.coreCount
    ) throws(FormatError) {
        try self.init(
            source, limits: limits, bases: bases, threadCount: threadCount,
            tailByteCount: FileOpening.usualTailByteCount)
    }

    /// - Parameter tailByteCount: how many bytes at the end of the file are read at once.
    package init(
        _ source: any ByteSource, limits: DecodingLimits = .standard, bases: [NativeReader] = [],
        threadCount: Int = Parallelism.coreCount, tailByteCount: UInt64
    ) throws(FormatError) {
        let opening = try FileOpening.orRecover { () throws(FormatError) in
            try FileOpening(source, limits: limits, tailByteCount: tailByteCount)
        }
        let indexOffset = opening.footer.indexOffset
        let parsed = try Index.parse(opening.indexBytes, at: indexOffset, limits: limits)
        let gaps = try parsed.index.checkRegions(indexOffset: indexOffset)
        guard opening.footer.requiredFeatures == parsed.index.features else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, rule: "LTFN-F9",
                offset: opening.footerOffset + 24,
                "The required features are not those that the index uses.")
        }
        try self.init(
            source, limits, parsed, gaps: gaps, footer: opening.footer, bases: bases,
            threadCount: threadCount)
    }

    init(
        _ source: any ByteSource, _ limits: DecodingLimits, _ parsed: Index.Parsed,
        gaps: [UInt8], footer: Footer?, bases: [NativeReader], threadCount: Int
    ) throws(FormatError) {
        parallelism = Parallelism(threadCount: threadCount)
        recent = RecentChunks(capacity: parallelism.threadCount)
        self.source = source
        self.limits = limits
        index = parsed.index
        contentDigest = parsed.contentDigest
        self.gaps = gaps
        self.footer = footer
        indexEnd = parsed.endOffset
        owners = ChunkOwners(parsed.index)
        let named = parsed.index.bases
        self.bases = named.map { digest in bases.first { $0.contentDigest == digest } }
        unmatchedBases = bases.filter { !named.contains($0.contentDigest) }
        baseByteCount = Self.byteCount(of: self.bases)
        depth = 1 + (self.bases.map { $0?.depth ?? 0 }.max() ?? 0)
        guard depth - 1 <= limits.baseDepth else {
            throw FormatError(
                .limitExceeded, format: NativeFormat.formatName, rule: "LTFN-C10",
                "\(depth - 1) base files follow one another, the limit is "
                    + "\(limits.baseDepth).")
        }
    }

    public func read(_ number: Int) throws(FormatError) -> TensorData {
        try read([number])[0]
    }

    /// A range of the bytes of `manifest.variables[number]`: only the chunks that hold them are
    /// read, and only their checksums compared. The digest is that of all values: `read(_:)`
    /// compares it, and `check(_:of:)` for whoever puts ranges together. Where only a part of a
    /// chunk is wanted that has to be decoded whole, the reader keeps it until others come, one for
    /// each thread.
    ///
    /// - Parameter range: within the variable's bytes.
    /// - Throws: as `read(_:)`.
    public func read(
        _ number: Int, bytes range: Range<Int>
    ) throws(FormatError) -> AlignedBytes {
        let holder = holder(of: number)
        let variable = manifest.variables[holder]
        do {
            try checkAllowance(variable.tensor, range)
            return try VariableDecoder(self, variable: holder).decode(range)
        } catch {
            throw error.naming(manifest.variables[number].name.string)
        }
    }

    public func storage(_ number: Int) -> StorageInfo {
        switch index.storages[number] {
        case .tied: return StorageInfo(storedByteCount: 0, codec: "tied")
        case .initial: return StorageInfo(storedByteCount: 0, codec: "initial")
        case .base: return StorageInfo(storedByteCount: 0, codec: "base")
        case .chunks: break
        }
        let range = index.chunkRange(number)
        if range.isEmpty { return StorageInfo(storedByteCount: 0, codec: "empty") }
        // Files of a million variables have mostly one chunk each: the list of its codecs is made
        // once.
        if range.count == 1, let only = index.chunks[range].first {
            return StorageInfo(
                storedByteCount: only.storedByteCount,
                codecs: Self.soleCodecs[Int(only.codec.rawValue)])
        }
        var storedByteCount: UInt64 = 0
        var counts = [Int](repeating: 0, count: Codec.allCases.count)
        for chunk in index.chunks[range] {
            storedByteCount += chunk.storedByteCount
            counts[Int(chunk.codec.rawValue)] += 1
        }
        let codecs = Codec.allCases.filter { counts[Int($0.rawValue)] > 0 }.map {
            StoredCodec($0.name, chunkCount: counts[Int($0.rawValue)])
        }
        return StorageInfo(storedByteCount: storedByteCount, codecs: codecs)
    }

    /// What is said of each codec, by its number, where it has the one chunk.
    private static let soleCodecs = Codec.allCases.map { [StoredCodec($0.name, chunkCount: 1)] }

    /// The bytes of the index as they stand in the file, for tests.
    package func indexBytes() throws(FormatError) -> [UInt8] {
        guard let footer else { return [] }
        return try source.read(at: footer.indexOffset, byteCount: Int(footer.indexByteCount))
    }

    /// What has been read of the index, written again.
    package func reencodedIndex() throws(FormatError) -> [UInt8] {
        try index.encoded().bytes
    }

    /// The variable that holds the values of `number`: another one when it is tied.
    func holder(of number: Int) -> Int {
        manifest.variables[number].tiedTo.flatMap { manifest.index(of: $0) } ?? number
    }

    /// - Throws: `limitExceeded` when the values would be more than a file of this length may ask
    ///   for.
    func checkAllowance(
        _ tensor: TensorInfo, _ range: Range<Int>
    ) throws(FormatError) {
        let expansion = expansion(limits, fileByteCount: source.byteCount)
        guard range.count <= limits.tensorByteCount, UInt64(range.count) <= expansion else {
            throw tooMuch(range.count, of: "values", limit: expansion)
        }
    }

    /// - Throws: `limitExceeded` when unpacking a chunk would take more memory than a file of this
    ///   length may ask for.
    func checkPackedChunk(_ codec: Codec, byteCount: Int) throws(FormatError) {
        guard [.planes, .initialResidual, .baseResidual].contains(codec) else { return }
        let limit = limits.packedChunkByteCount(ofFileWith: source.byteCount)
        guard UInt64(byteCount) <= limit else {
            throw tooMuch(byteCount, of: "a packed chunk", limit: limit)
        }
    }

    private func tooMuch(_ byteCount: Int, of what: String, limit: UInt64) -> FormatError {
        FormatError(
            .limitExceeded, format: NativeFormat.formatName, rule: "LTFN-D8",
            "\(byteCount) bytes of \(what) are asked for; a file of \(source.byteCount) bytes may "
                + "ask for \(min(limit, UInt64(max(0, limits.tensorByteCount)))).",
            remedy: .raiseExpansionLimit)
    }
}
