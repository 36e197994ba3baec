import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers
import LTFNParallel

// How the values of a variable are stored.
extension NativeWriter {
    mutating func store(_ values: ValueSource, at number: Int) throws(FormatError) {
        let info = index.manifest.variables[number]
        try checkLastBits(values, of: info)
        let encoder = ChunkEncoder(
            dtype: info.tensor.dtype, options: options,
            initializer: info.initializer.flatMap { spec in
                try? Initializer(spec, dtype: info.tensor.dtype)
            }, scratchPool: scratchPool)
        // The digest takes a pass of its own only when it may turn out to be a known one.
        var digest: SHA256Digest?
        if let storage = try wholeStorage(values, &digest, of: info, encoder) {
            index.storages[number] = storage
        } else {
            index.storages[number] = .chunks(
                exponent: exponent, first: index.chunks.count + jobs.count)
            try storeChunks(values, &digest, at: number, with: encoder)
        }
        // Others are made while chunks are encoded.
        if let digest { set(digest, of: number) }
    }

    private mutating func set(_ digest: SHA256Digest, of number: Int) {
        index.digests.replaceSubrange(number * 32..<number * 32 + 32, with: digest.bytes)
    }

    private func checkLastBits(
        _ values: ValueSource, of info: VariableInfo
    ) throws(FormatError) {
        let bits = info.tensor.dtype.bitCount
        guard bits < 8, values.byteCount > 0 else { return }
        let used = info.tensor.shape.elementCount % 8 * bits % 8
        let last = values.byteCount - 1..<values.byteCount
        let piece = try values.piece(last)
        let byte = ByteKernels.lastByte(of: piece.span(last))
        guard used == 0 || byte >> UInt8(used) == 0 else {
            throw FormatError(
                .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-V14",
                variable: info.name.string,
                "Bits of the last byte that belong to no element are not zero.")
        }
    }

    /// The storage of a variable that needs no chunks, if this is one.
    ///
    /// - Parameter digest: that of the values, when it had to be made.
    private func wholeStorage(
        _ values: ValueSource, _ digest: inout SHA256Digest?, of info: VariableInfo,
        _ encoder: ChunkEncoder
    ) throws(FormatError) -> VariableStorage? {
        if case .reproducible(_, let claimed) = info.initializer?.evidence,
            try isInitial(values, encoder)
        {
            // A record may claim too much.
            if try digest.made(of: values) == claimed { return .initial }
        }
        if options.codecs.contains(.base), let base, let origin = base.position(of: info),
            let expected = base.index.digest(base.holder(of: origin)),
            try startsEqually(values, base, origin)
        {
            if try digest.made(of: values) == expected { return .base(0) }
        }
        return nil
    }

    /// Whether the values are those that the initializer gives.
    private func isInitial(
        _ values: ValueSource, _ encoder: ChunkEncoder
    ) throws(FormatError) -> Bool {
        guard options.codecs.contains(.initial), encoder.dtype.bitCount >= 8,
            encoder.initializer != nil
        else { return false }
        // Trained values differ at once.
        let beginning = 0..<min(firstChunk(of: values).count, 4096)
        let front = try values.piece(beginning)
        guard encoder.isInitial(front.span(beginning), start: 0) else { return false }
        let parallelism = Parallelism(threadCount: options.threadCount)
        var position = 0
        while let piece = try values.piece(at: position) {
            let ranges = chunkRanges(of: piece, in: values)
            let equal = parallelism.map(ranges.count) { number in
                encoder.isInitial(piece.span(ranges[number]), start: ranges[number].lowerBound)
            }
            guard equal.allSatisfy({ $0 }) else { return false }
            position = piece.range.upperBound
        }
        return true
    }

    /// Whether the first chunk is that of the base file.
    private func startsEqually(
        _ values: ValueSource, _ base: NativeReader, _ origin: Int
    ) throws(FormatError) -> Bool {
        let first = firstChunk(of: values)
        let bytes = try base.readAsBase(origin, first)
        let piece = try values.piece(first)
        return ByteKernels.areEqual(bytes.bytes, piece.span(first))
    }

    private func firstChunk(of values: ValueSource) -> Range<Int> {
        0..<min(values.byteCount, 1 << Int(exponent))
    }

    private func chunkRanges(
        of piece: ValueSource.Piece, in values: ValueSource
    ) -> [Range<Int>] {
        let grid = ChunkGrid(byteCount: values.byteCount, exponent: exponent)
        let first = piece.range.lowerBound >> Int(exponent)
        let last = (piece.range.upperBound - 1) >> Int(exponent)
        return (first...last).map { grid.range(of: $0) }
    }
}

// Chunks.
extension NativeWriter {
    private mutating func storeChunks(
        _ values: ValueSource, _ digest: inout SHA256Digest?, at number: Int,
        with encoder: ChunkEncoder
    ) throws(FormatError) {
        guard options.codecs.contains(.reference) else {
            return try encodeChunks(values, isHashed: digest == nil, at: number, with: encoder)
        }
        let first = firstChunk(of: values)
        let piece = try values.piece(first)
        let sketch = DeduplicationTable.Sketch(
            byteCount: values.byteCount, checksum: CRC32C.checksum(piece.span(first)))
        if duplicates.mayHold(sketch) {
            let found = try digest.made(of: values)
            // The digests of other values are known when their chunks have been put.
            try putAll()
            let holder = duplicates.variable(found, byteCount: values.byteCount)
            if let holder, mayBeReferredTo(holder) { return refer(to: holder) }
        }
        duplicates.insert(sketch)
        try encodeChunks(values, isHashed: digest == nil, at: number, with: encoder)
        if let digest { duplicates.insert(number, digest, byteCount: values.byteCount) }
    }

    private func mayBeReferredTo(_ holder: Int) -> Bool {
        index.chunks[index.chunkRange(holder)].allSatisfy { !$0.codec.usesBase }
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

    /// Encodes chunks while those before them are written.
    ///
    /// - Parameter isHashed: whether the digest is made at the same time.
    private mutating func encodeChunks(
        _ values: ValueSource, isHashed: Bool, at number: Int, with encoder: ChunkEncoder
    ) throws(FormatError) {
        let origin = self.origin(of: number)
        // Smaller chunks are hashed together.
        let hasWholeLeaves = 1 << Int(exponent) >= ValueHash.leafByteCount
        let isHashedByChunk = isHashed && hasWholeLeaves
        if !hasWholeLeaves { try origin?.verify() }
        var whole = ValueHash()
        var position = 0
        while let piece = try values.piece(at: position) {
            if isHashed, !isHashedByChunk { whole.update(piece.span(piece.range)) }
            for range in chunkRanges(of: piece, in: values) {
                let isLast = range.upperBound == values.byteCount
                try add(range.count) { () throws(FormatError) in
                    let bytes = piece.span(range)
                    let leaves = isHashedByChunk ? ValueHash.Leaves(of: bytes) : nil
                    let original = try origin?.bytes(range)
                    return FinishedChunk(
                        chunk: encoder.encode(bytes, start: range.lowerBound, base: original),
                        leaves: leaves, endOf: isHashedByChunk && isLast ? number : nil,
                        original: hasWholeLeaves
                            ? original.map { origin?.part(of: $0, isLast: isLast) } ?? nil : nil)
                }
            }
            position = piece.range.upperBound
        }
        if isHashed, !isHashedByChunk || values.byteCount == 0 {
            settle(whole.finalize(), of: number)
        }
    }

    private mutating func settle(_ digest: SHA256Digest, of number: Int) {
        set(digest, of: number)
        duplicates.insert(
            number, digest, byteCount: index.manifest.variables[number].tensor.byteCount)
    }

    /// A variable of the base file.
    private struct Origin: Sendable {
        let base: NativeReader
        let variable: Int

        func bytes(_ range: Range<Int>) throws(FormatError) -> AlignedBytes {
            try base.readAsBase(variable, range)
        }

        func part(of bytes: AlignedBytes, isLast: Bool) -> OriginalPart {
            OriginalPart(
                leaves: ValueHash.Leaves(of: bytes.bytes), endOf: isLast ? variable : nil)
        }

        /// Reads all values, and makes sure that they are those that the base file says they are.
        func verify() throws(FormatError) {
            try FormatError.about(base.name) { () throws(FormatError) in
                _ = try base.verify(base.holder(of: variable))
            }
        }
    }

    /// The variable of the base file that has the name, dtype and shape of `number`, if it is
    /// wanted.
    private func origin(of number: Int) -> Origin? {
        guard let base, options.codecs.contains(.base) || options.codecs.contains(.baseResidual)
        else { return nil }
        return base.position(of: index.manifest.variables[number]).map {
            Origin(base: base, variable: $0)
        }
    }

    /// Adds a chunk to those that are being encoded, and puts those that are done.
    ///
    /// - Parameter byteCount: of the chunk.
    private mutating func add(
        _ byteCount: Int, _ encode: @escaping @Sendable () throws(FormatError) -> FinishedChunk
    ) throws(FormatError) {
        let job: @Sendable () -> Result<FinishedChunk, FormatError> = {
            do throws(FormatError) {
                return .success(try encode())
            } catch {
                return .failure(error)
            }
        }
        if byteCount < Self.sharedByteCount { jobs.add(done: job()) } else { jobs.add(job) }
        while let chunk = jobs.count < jobLimit ? jobs.takeIfDone() : jobs.take() {
            try put(chunk.get())
        }
    }

    /// Handing a smaller chunk to another thread costs more than encoding it.
    private static let sharedByteCount = 1 << 14

    /// Puts all chunks that are being encoded.
    mutating func putAll() throws(FormatError) {
        while let chunk = jobs.take() { try put(chunk.get()) }
    }

    private mutating func put(_ finished: FinishedChunk) throws(FormatError) {
        var record = finished.chunk.record
        try place(&record, finished.chunk.bytes)
        index.chunks.append(record)
        if let leaves = finished.leaves { hash.add(leaves) }
        if let original = finished.original { try check(original) }
        if let variable = finished.endOf {
            settle(hash.finalize(), of: variable)
            hash = ValueHash()
        }
    }

    /// What is stored relative to values that the base file does not say it has would be wrong with
    /// the base file that has them.
    private mutating func check(_ original: OriginalPart) throws(FormatError) {
        originalHash.add(original.leaves)
        guard let base, let variable = original.endOf else { return }
        let digest = originalHash.finalize()
        originalHash = ValueHash()
        try FormatError.about(base.name) { () throws(FormatError) in
            try base.check(digest, of: variable)
        }
    }

    /// Writes the stored bytes of a chunk, if it has any, where its record then says.
    private mutating func place(
        _ record: inout ChunkRecord, _ bytes: [UInt8]
    ) throws(FormatError) {
        guard !record.codec.storesNothing else { return }
        if record.codec == .raw {
            let excess = Int(position % 64)
            if excess > 0 { try put([UInt8](repeating: 0, count: 64 - excess)) }
        }
        record.offset = position
        try put(bytes)
    }

    /// Writes a header and the chunks of `reader`, as they are stored, in the order of the table.
    mutating func copyChunks(of reader: NativeReader) throws(FormatError) {
        try put(Header().encoded())
        for (number, variable) in index.manifest.variables.enumerated() {
            for chunk in index.chunkRange(number) {
                let bytes = try reader.storedBytes(of: chunk, variable: variable.name)
                var record = index.chunks[chunk]
                try place(&record, bytes)
                index.chunks[chunk] = record
            }
        }
    }
}

extension SHA256Digest? {
    /// The digest of `values`, which is made once.
    fileprivate mutating func made(of values: ValueSource) throws(FormatError) -> SHA256Digest {
        if let self { return self }
        let found = try values.digest()
        self = found
        return found
    }
}
