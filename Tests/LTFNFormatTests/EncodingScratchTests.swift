import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// Chunks are encoded one after the other in the same memory, which is not emptied in between.
@Suite("Memory that chunks are encoded in")
struct EncodingScratchTests {
    private static let chunkByteCount = 1 << 16

    /// The stored bytes of the second of two chunks, where the first holds `front`.
    private static func second(
        of checkpoint: Checkpoint, behind front: [UInt8], _ codecs: Set<Codec>
    ) throws -> [UInt8] {
        let info = checkpoint.manifest.variables[0]
        var bytes = checkpoint.tensors[0].bytes
        bytes.replaceBytes(at: 0, with: front)
        let tensor = try TensorData(info: info.tensor, bytes: bytes)
        let changed = try Checkpoint(manifest: checkpoint.manifest, tensors: [tensor])
        let file = try write(changed, options(chunk: chunkByteCount, codecs: codecs))
        let index = try NativeReader(MemorySource(file)).index
        #expect(index.chunkRange(0).count == 2)
        let chunk = index.chunks[index.chunkRange(0).lowerBound + 1]
        #expect(codecs.contains(chunk.codec))
        let same = areEqual(changed, try load(file))
        #expect(same)
        return Array(file[Int(chunk.offset)..<Int(chunk.offset + chunk.storedByteCount)])
    }

    @Test(
        "A chunk is stored the same, whatever was encoded before it (LTFN-W1)",
        arguments: [Codec.planes, .initialResidual])
    func anyOrder(codec: Codec) throws {
        let (_, trained) = try InitialValueTests.trained(.f32, count: 3000, step: 1e-4)
        // The memory of a constant chunk stay as they are.
        let codecs: Set<Codec> = [codec, .constant]
        let constant = [UInt8](repeating: 0, count: Self.chunkByteCount)
        var random = TestBytes(seed: 5)
        let noise = random.bytes(Self.chunkByteCount)
        let expected = try Self.second(of: trained, behind: constant, codecs)
        #expect(try Self.second(of: trained, behind: noise, codecs) == expected)
        #expect(try Self.second(of: trained, behind: [], codecs) == expected)
    }
}
