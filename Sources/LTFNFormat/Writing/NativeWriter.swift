import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

/// Writes an `.ltfn` file from front to back in one pass.
struct NativeWriter: CheckpointWriter {
    let sink: any ByteSink
    private let options: NativeFormat.WritingOptions
    private let pool: ThreadPool
    private let exponent: UInt8
    private let base: NativeReader?
    private var index: Index
    var position: UInt64 = 0
    private var next = 0
    private var isDone: [Bool]
    /// The first variable with a digest, for references.
    private var holders: [SHA256Digest: Int] = [:]

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
        self.sink = sink
        self.options = options
        self.exponent = exponent
        self.base = base
        self.index = index
        self.isDone = isDone
        pool = ThreadPool(threadCount: options.threadCount)
        // What has no place in the index is refused before anything is written.
        _ = try index.encoded()
    }

    mutating func write(_ tensor: TensorData, at number: Int) throws(FormatError) {
        skipDone()
        guard number == next, next < index.storages.count else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                "Variable \(number) was written, expected variable \(next).")
        }
        let info = index.manifest.variables[number]
        guard tensor.info == info.tensor else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName, variable: info.name.string,
                "The values are \(tensor.info.dtype.rawValue) \(tensor.info.shape), expected "
                    + "\(info.tensor.dtype.rawValue) \(info.tensor.shape).")
        }
        try checkLastBits(tensor, of: info)
        let digest = SHA256.digest(tensor.bytes.bytes)
        for (position, byte) in digest.bytes.enumerated() {
            index.digests[number * 32 + position] = byte
        }
        try store(tensor, digest: digest, at: number)
        next = number + 1
    }

    mutating func finish() throws(FormatError) {
        skipDone()
        guard next == index.storages.count else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                variable: index.manifest.variables[next].name.string,
                "The values of the variable are missing.")
        }
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

    mutating func put(_ bytes: [UInt8]) throws(FormatError) {
        try sink.write(bytes)
        position += UInt64(bytes.count)
    }

    private func checkLastBits(
        _ tensor: TensorData, of info: VariableInfo
    ) throws(FormatError) {
        let bits = info.tensor.dtype.bitCount
        guard bits < 8, info.tensor.byteCount > 0 else { return }
        let used = info.tensor.shape.elementCount % 8 * bits % 8
        guard used == 0 || ByteKernels.lastByte(of: tensor.bytes.bytes) >> UInt8(used) == 0 else {
            throw FormatError(
                .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-V14",
                variable: info.name.string,
                "Bits of the last byte that belong to no element are not zero.")
        }
    }
}

// Values.
extension NativeWriter {
    private mutating func store(
        _ tensor: TensorData, digest: SHA256Digest, at number: Int
    ) throws(FormatError) {
        let info = index.manifest.variables[number]
        let encoder = ChunkEncoder(
            dtype: info.tensor.dtype, options: options,
            initializer: info.initializer.flatMap { spec in
                try? Initializer(spec, dtype: info.tensor.dtype)
            })
        if case .reproducible(_, digest) = info.initializer?.evidence,
            isInitial(tensor, encoder)
        {
            index.storages[number] = .initial
            return
        }
        let origin = base?.position(of: info)
        if options.codecs.contains(.base), let base, let origin,
            base.index.digest(base.holder(of: origin)) == digest
        {
            index.storages[number] = .base(0)
            return
        }
        index.storages[number] = .chunks(exponent: exponent, first: index.chunks.count)
        if let holder = holders[digest],
            index.manifest.variables[holder].tensor.byteCount == info.tensor.byteCount
        {
            refer(to: holder)
            return
        }
        if options.codecs.contains(.reference) { holders[digest] = number }
        try storeChunks(of: tensor, origin: origin, with: encoder)
    }

    /// Every chunk is the same as one of `holder`.
    private mutating func refer(to holder: Int) {
        for number in index.chunkRange(holder) {
            var record = ChunkRecord(codec: .reference)
            record.offset =
                index.chunks[number].codec == .reference
                ? index.chunks[number].offset : UInt64(number)
            index.chunks.append(record)
        }
    }

    /// Whether the values are those that the initializer gives: a record may claim too much.
    private func isInitial(_ tensor: TensorData, _ encoder: ChunkEncoder) -> Bool {
        let grid = ChunkGrid(byteCount: tensor.info.byteCount, exponent: exponent)
        let batch = pool.threadCount * 4
        for first in stride(from: 0, to: grid.count, by: batch) {
            let equal = pool.map(min(batch, grid.count - first)) { position in
                let range = grid.range(of: first + position)
                return encoder.isInitial(
                    tensor.bytes.bytes.extracting(range), start: range.lowerBound)
            }
            guard equal.allSatisfy({ $0 }) else { return false }
        }
        return options.codecs.contains(.initial) && tensor.info.dtype.bitCount >= 8
            && encoder.initializer != nil
    }

    /// - Parameter origin: the number of the variable in the base file.
    private mutating func storeChunks(
        of tensor: TensorData, origin: Int?, with encoder: ChunkEncoder
    ) throws(FormatError) {
        let grid = ChunkGrid(byteCount: tensor.info.byteCount, exponent: exponent)
        // Few chunks at a time bound the memory.
        let batch = pool.threadCount * 4
        for first in stride(from: 0, to: grid.count, by: batch) {
            let ranges = (first..<min(first + batch, grid.count)).map { grid.range(of: $0) }
            var origins: [AlignedBytes?] = []
            for range in ranges {
                origins.append(try originBytes(origin, range))
            }
            let bases = origins
            let chunks = pool.map(ranges.count) { position in
                encoder.encode(
                    tensor.bytes.bytes.extracting(ranges[position]),
                    start: ranges[position].lowerBound, base: bases[position])
            }
            for chunk in chunks { try put(chunk) }
        }
    }

    private func originBytes(
        _ origin: Int?, _ range: Range<Int>
    ) throws(FormatError) -> AlignedBytes? {
        guard let base, let origin,
            options.codecs.contains(.base) || options.codecs.contains(.baseResidual)
        else { return nil }
        return try base.read(origin, bytes: range)
    }

    private mutating func put(_ chunk: EncodedChunk) throws(FormatError) {
        var record = chunk.record
        if !record.codec.storesNothing {
            if record.codec == .raw {
                let excess = Int(position % 64)
                if excess > 0 { try put([UInt8](repeating: 0, count: 64 - excess)) }
            }
            record.offset = position
            try put(chunk.bytes)
        }
        index.chunks.append(record)
    }
}
