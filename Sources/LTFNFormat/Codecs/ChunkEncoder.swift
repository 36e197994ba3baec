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

    /// - Parameters:
    ///   - start: the first byte of the chunk among those of the variable.
    ///   - base: as many bytes of the base file, if the variable is there.
    func encode(_ bytes: RawSpan, start: Int, base: AlignedBytes?) -> EncodedChunk {
        if let constant = constant(bytes) { return constant }
        let coding = WordCoding(dtype)
        var best: EncodedChunk?
        if let initial = initialValues(byteCount: bytes.byteCount, start: start) {
            if allows(.initial), ByteKernels.areEqual(initial.bytes, bytes) {
                return EncodedChunk(.initial, [])
            }
            if allows(.initialResidual),
                let residual = ResidualCodec.encode(
                    bytes, from: initial.bytes, coding, effort: options.effort)
            {
                best = EncodedChunk(.initialResidual, residual)
            }
        }
        if let base {
            if allows(.base), ByteKernels.areEqual(base.bytes, bytes) {
                return EncodedChunk(.base, [])
            }
            if allows(.baseResidual),
                let residual = ResidualCodec.encode(
                    bytes, from: base.bytes, coding, effort: options.effort),
                residual.count < best?.bytes.count ?? .max
            {
                best = EncodedChunk(.baseResidual, residual)
            }
        }
        let limit = best?.bytes.count ?? bytes.byteCount
        if allows(.planes),
            let planes = PlanesCodec.encode(bytes, coding, effort: options.effort, limit: limit)
        {
            best = EncodedChunk(.planes, planes)
        }
        return best ?? EncodedChunk(.raw, [UInt8](copying: bytes))
    }

    /// Whether the chunk holds its initial values.
    func isInitial(_ bytes: RawSpan, start: Int) -> Bool {
        initialValues(byteCount: bytes.byteCount, start: start).map {
            ByteKernels.areEqual($0.bytes, bytes)
        } ?? false
    }

    private func allows(_ codec: Codec) -> Bool { options.codecs.contains(codec) }

    private func constant(_ bytes: RawSpan) -> EncodedChunk? {
        let unit = dtype.unitByteCount
        guard allows(.constant), unit < bytes.byteCount,
            ByteKernels.isPeriodic(bytes, period: unit)
        else { return nil }
        return EncodedChunk(.constant, [UInt8](copying: bytes.extracting(0..<unit)))
    }

    private func initialValues(byteCount: Int, start: Int) -> AlignedBytes? {
        guard allows(.initial) || allows(.initialResidual), dtype.bitCount >= 8, let initializer
        else { return nil }
        var initial = AlignedBytes(byteCount: byteCount)
        var bytes = initial.mutableBytes
        do {
            try initializer.fill(&bytes, from: UInt64(start / (dtype.bitCount / 8)))
        } catch {
            return nil
        }
        return initial
    }
}
