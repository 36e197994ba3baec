import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

/// Writes an `.ltfn` file from front to back in one pass.
struct NativeWriter: CheckpointWriter {
    private let sink: any ByteSink
    private let options: NativeFormat.WritingOptions
    private let pool: ThreadPool
    private let exponent: UInt8
    private var index: Index
    private var position: UInt64 = 0
    private var next = 0
    /// The first variable with a digest, for references.
    private var holders: [SHA256Digest: Int] = [:]

    init(
        _ sink: any ByteSink, manifest: Manifest, options: NativeFormat.WritingOptions
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
        pool = ThreadPool(threadCount: options.threadCount)
        index = Index(
            manifest: manifest,
            digests: [UInt8](repeating: 0, count: manifest.variables.count * 32),
            storages: manifest.variables.map { _ in .tied }, chunks: [])
        // What has no place in the index is refused before anything is written.
        _ = try index.encoded()
        try put(Header().encoded())
    }

    mutating func write(_ tensor: TensorData, at number: Int) throws(FormatError) {
        skipTied()
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
        skipTied()
        guard next == index.storages.count else {
            throw FormatError(
                .corrupt, format: NativeFormat.formatName,
                variable: index.manifest.variables[next].name.string,
                "The values of the variable are missing.")
        }
        let (bytes, _) = try index.encoded()
        let footer = Footer(
            indexOffset: position, indexByteCount: UInt64(bytes.count),
            requiredFeatures: index.features, indexChecksum: CRC32C.checksum(bytes))
        try put(bytes)
        try put(footer.encoded())
    }

    private mutating func skipTied() {
        while next < index.storages.count, index.manifest.variables[next].tiedTo != nil {
            next += 1
        }
    }

    private mutating func put(_ bytes: [UInt8]) throws(FormatError) {
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
        index.storages[number] = .chunks(exponent: exponent, first: index.chunks.count)
        if let holder = holders[digest],
            index.manifest.variables[holder].tensor.byteCount == info.tensor.byteCount
        {
            refer(to: holder)
            return
        }
        if options.codecs.contains(.reference) { holders[digest] = number }
        try storeChunks(of: tensor, with: encoder)
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

    private mutating func storeChunks(
        of tensor: TensorData, with encoder: ChunkEncoder
    ) throws(FormatError) {
        let count = ChunkGrid(byteCount: tensor.info.byteCount, exponent: exponent).count
        // Few chunks at a time bound the memory.
        let batch = pool.threadCount * 4
        for first in stride(from: 0, to: count, by: batch) {
            let chunks = encode(first..<min(first + batch, count), of: tensor, with: encoder)
            for chunk in chunks { try put(chunk) }
        }
    }

    private func encode(
        _ chunks: Range<Int>, of tensor: TensorData, with encoder: ChunkEncoder
    ) -> [EncodedChunk] {
        let grid = ChunkGrid(byteCount: tensor.info.byteCount, exponent: exponent)
        return pool.map(chunks.count) { position in
            let range = grid.range(of: chunks.lowerBound + position)
            return encoder.encode(
                tensor.bytes.bytes.extracting(range), start: range.lowerBound)
        }
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
