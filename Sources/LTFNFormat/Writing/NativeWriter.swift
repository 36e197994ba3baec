import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

/// Writes an `.ltfn` file from front to back in one pass.
struct NativeWriter: CheckpointWriter {
    let sink: any ByteSink
    let options: NativeFormat.WritingOptions
    /// The chunks that are being encoded, in the order in which they will stand in the file.
    let jobs: OrderedJobs<Result<FinishedChunk, FormatError>>
    /// Of the values whose chunks are being put.
    var hash = ValueHash()
    /// Of the values of the base file that chunks are relative to.
    var originalHash = ValueHash()
    let scratchPool = ScratchPool { EncodingScratch() }
    let exponent: UInt8
    let base: NativeReader?
    var index: Index
    var position: UInt64 = 0
    private var next = 0
    private let isDone: [Bool]
    var duplicates = DeduplicationTable()

    init(
        _ sink: any ByteSink, manifest: Manifest, options: NativeFormat.WritingOptions,
        base: NativeReader? = nil
    ) throws(FormatError) {
        let index = Index(
            manifest: manifest,
            digests: [UInt8](repeating: 0, count: manifest.variables.count * 32),
            storages: manifest.variables.map { _ in .tied }, chunks: [],
            bases: base.map { [$0.contentDigest] } ?? [])
        try self.init(
            sink, index: index, isDone: manifest.variables.map { $0.tiedTo != nil },
            options: options, base: base)
        try put(Header().encoded())
    }

    /// - Parameters:
    ///   - index: of the variables that are done, with places for the others.
    ///   - isDone: for each variable, whether no values are to be written for it.
    init(
        _ sink: any ByteSink, index: Index, isDone: [Bool], options: NativeFormat.WritingOptions,
        base: NativeReader?
    ) throws(FormatError) {
        let exponent = UInt8(truncatingIfNeeded: options.chunkByteCount.trailingZeroBitCount)
        guard options.chunkByteCount > 0,
            options.chunkByteCount & (options.chunkByteCount - 1) == 0,
            VariableStorage.exponents.contains(exponent)
        else {
            throw FormatError(
                .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-V11",
                "A chunk of \(options.chunkByteCount) bytes was asked for; expected a power of two "
                    + "from 64 to 2^30.")
        }
        if let base, base.depth > options.baseDepth {
            throw FormatError(
                .limitExceeded, format: NativeFormat.formatName, rule: "LTFN-W4", path: base.name,
                "\(base.depth) base files would follow one another, and readers take "
                    + "\(options.baseDepth): take an earlier one as the base.")
        }
        // The index, while it grows.
        try AvailableMemory.expect(256 * index.manifest.variables.count)
        // Scratch memory of every thread: words and planes, initial values, residuals, what they
        // became.
        try AvailableMemory.expect(8 * options.chunkByteCount * max(1, options.threadCount))
        self.sink = sink
        self.options = options
        self.exponent = exponent
        self.base = base
        self.index = index
        self.isDone = isDone
        jobs = OrderedJobs(threadCount: options.threadCount)
        // What has no place in the index is refused before anything is written.
        _ = try index.encoded()
    }

    mutating func write(_ tensor: TensorData, at number: Int) throws(FormatError) {
        try expect(number)
        let info = index.manifest.variables[number]
        guard tensor.info == info.tensor else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, variable: info.name.string,
                "The values are \(tensor.info.dtype.rawValue) \(tensor.info.shape), expected "
                    + "\(info.tensor.dtype.rawValue) \(info.tensor.shape).")
        }
        try store(ValueSource(tensor.bytes, pieceByteCount: pieceByteCount), at: number)
        next = number + 1
    }

    /// Writes the values of a variable, of which a few chunks are in memory at a time.
    ///
    /// - Parameter values: a range of the variable's bytes; asked for from front to back, once or,
    ///   when they may be the same as others, twice.
    mutating func write(
        at number: Int, values: (Range<Int>) throws(FormatError) -> AlignedBytes
    ) throws(FormatError) {
        try expect(number)
        let byteCount = index.manifest.variables[number].tensor.byteCount
        // The source of pieces does not outlive this call.
        let result = withoutActuallyEscaping(values) { values -> Result<Void, FormatError> in
            let source = ValueSource(
                byteCount: byteCount, pieceByteCount: pieceByteCount, pieces: values)
            do throws(FormatError) {
                try store(source, at: number)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        next = number + 1
    }

    /// Makes sure that the values of `number` are what comes next.
    private mutating func expect(_ number: Int) throws(FormatError) {
        skipDone()
        guard number == next, next < index.storages.count else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                "Variable \(number) was written, expected variable \(next).")
        }
    }

    mutating func finish() throws(FormatError) {
        skipDone()
        guard next == index.storages.count else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                variable: index.manifest.variables[next].name.string,
                "The values of the variable are missing.")
        }
        try putAll()
        index.orderChunks()
        if !index.features.contains(.baseFiles) { index.bases = [] }
        let (bytes, _) = try index.encoded()
        let footer = Footer(
            indexOffset: position, indexByteCount: UInt64(bytes.count),
            requiredFeatures: index.features, indexChecksum: CRC32C.checksum(bytes))
        try put(bytes)
        try put(footer.encoded())
    }

    private mutating func skipDone() {
        while next < isDone.count, isDone[next] { next += 1 }
    }

    /// How many chunks are encoded at the same time or wait to be: a few for each thread.
    var jobLimit: Int {
        let chunkCount = max(1, min(2, (16 << 20) >> Int(exponent)))
        return max(1, options.threadCount) * chunkCount
    }

    /// The values that are asked for at a time.
    private var pieceByteCount: Int { jobLimit << Int(exponent) }

    mutating func put(_ bytes: [UInt8]) throws(FormatError) {
        try sink.write(bytes)
        position += UInt64(bytes.count)
    }
}
