import LTFNBytes
import LTFNCheckpoint
import LTFNInitializers

/// The stored bytes of a chunk and its record, whose offset is not yet known.
struct EncodedChunk: Sendable {
    var record: ChunkRecord
    var bytes: [UInt8]

    init(_ codec: Codec, base: UInt16 = 0, _ bytes: [UInt8]) {
        self.bytes = bytes
        record = ChunkRecord(codec: codec)
        record.base = base
        record.checksum = CRC32C.checksum(bytes)
        record.storedByteCount = UInt64(bytes.count)
    }
}

/// Finds the smallest form of a chunk.
struct ChunkEncoder {
    let dtype: DType
    let options: NativeFormat.WritingOptions
    /// Of a variable whose initial values can be replayed.
    let initializer: Initializer?
    let scratchPool: ScratchPool<EncodingScratch>

    /// - Parameters:
    ///   - start: the first byte of the chunk among those of the variable.
    ///   - base: as many bytes of the base file, if the variable is there.
    func encode(_ bytes: RawSpan, start: Int, base: AlignedBytes?) -> EncodedChunk {
        if let constant = constant(bytes) { return constant }
        var scratch = scratchPool.take()
        defer { scratchPool.putBack(scratch) }
        var best: EncodedChunk?
        // Taken out while the rest of the scratch memory is written to.
        var initial = exchange(&scratch.initial, with: AlignedBytes(byteCount: 0))
        defer { scratch.initial = initial }
        if fill(&initial, byteCount: bytes.byteCount, start: start) {
            let origins = initial.bytes.extracting(0..<bytes.byteCount)
            best = change(
                of: bytes, from: origins, same: .initial, residual: .initialResidual, best, &scratch
            )
        }
        if let base {
            best = change(
                of: bytes, from: base.bytes, same: .base, residual: .baseResidual, best, &scratch)
        }
        if let best, best.record.codec.storesNothing { return best }
        let limit = best?.bytes.count ?? bytes.byteCount
        if allows(.planes),
            let planes = PlanesCodec.encode(
                bytes, WordCoding(dtype), effort: options.effort, limit: limit, with: &scratch)
        {
            best = EncodedChunk(.planes, planes)
        }
        return best ?? EncodedChunk(.raw, [UInt8](copying: bytes))
    }

    /// The smallest of `best` and what says how `bytes` differ from `origins`.
    ///
    /// - Parameters:
    ///   - same: the codec for no difference.
    ///   - residual: the codec for others.
    private func change(
        of bytes: RawSpan, from origins: RawSpan, same: Codec, residual: Codec,
        _ best: EncodedChunk?, _ scratch: inout EncodingScratch
    ) -> EncodedChunk? {
        if let best, best.record.codec.storesNothing { return best }
        if allows(same), ByteKernels.areEqual(origins, bytes) { return EncodedChunk(same, []) }
        guard allows(residual),
            let stored = ResidualCodec.encode(
                bytes, from: origins, WordCoding(dtype), effort: options.effort, with: &scratch),
            stored.count < best?.bytes.count ?? .max
        else { return best }
        return EncodedChunk(residual, stored)
    }

    /// Whether the chunk holds its initial values.
    func isInitial(_ bytes: RawSpan, start: Int) -> Bool {
        var initial = AlignedBytes(byteCount: 0)
        return fill(&initial, byteCount: bytes.byteCount, start: start)
            && ByteKernels.areEqual(initial.bytes, bytes)
    }

    private func allows(_ codec: Codec) -> Bool { options.codecs.contains(codec) }

    private func constant(_ bytes: RawSpan) -> EncodedChunk? {
        let unit = dtype.unitByteCount
        guard allows(.constant), unit < bytes.byteCount,
            ByteKernels.isPeriodic(bytes, period: unit)
        else { return nil }
        return EncodedChunk(.constant, [UInt8](copying: bytes.extracting(0..<unit)))
    }

    /// Fills the first bytes of `target`, which grows where it has to, with initial values.
    ///
    /// - Returns: whether there are any.
    private func fill(_ target: inout AlignedBytes, byteCount: Int, start: Int) -> Bool {
        guard allows(.initial) || allows(.initialResidual), dtype.bitCount >= 8, let initializer
        else { return false }
        target.makeRoom(forBytes: byteCount)
        var all = target.mutableBytes
        var bytes = all._mutatingExtracting(0..<byteCount)
        do {
            try initializer.fill(&bytes, from: UInt64(start / (dtype.bitCount / 8)))
        } catch {
            return false
        }
        return true
    }
}
