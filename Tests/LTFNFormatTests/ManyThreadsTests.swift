import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("What several threads do together")
struct ManyThreadsTests {
    @Test("Whichever thread hashes, values are hashed in their order (LTFN-V13 LTFN-W1)")
    func digest() throws {
        var random = TestBytes(seed: 91)
        let bytes = random.bytes(1 << 23)
        let checkpoint = try Samples.single(.u8, [bytes.count], bytes)
        let expected = ValueHash.digest(bytes)
        for _ in 0..<8 {
            // Chunks that take less time to encode than to hash.
            let file = try write(
                checkpoint, options(chunk: 1 << 14, codecs: [.raw], threads: 4))
            let found = try NativeReader(MemorySource(file)).index.digest(0)
            #expect(found == expected)
        }
    }

    @Test("Of what is damaged, the first is said (LTFN-D6)", arguments: [1, 2, 5])
    func firstError(threads: Int) throws {
        let file = try write(RoundTripTests.crowd(), options(chunk: 1 << 15))
        let index = try NativeReader(MemorySource(file)).index
        var damaged = file
        for number in [41, 33, 47] {
            let chunk = index.chunks[index.chunkRange(number).lowerBound]
            #expect(chunk.codec != .reference)
            damaged[Int(chunk.offset) + 5] ^= 1
        }
        let reader = try NativeReader(MemorySource(damaged), threadCount: threads)
        let error = failure { _ = try reader.read([50, 33, 41, 47]) }
        #expect(error?.rule == "LTFN-D6" && error?.variable == "v133")
    }

    @Test("Read together, variables ask for no more than one by one (LTFN-D8)")
    func allowance() throws {
        let (initial, _) = try InitialValueTests.trained(.f32, count: 20_000, step: 0)
        var limits = DecodingLimits()
        limits.expandedByteCount = 0
        let reader = try NativeReader(MemorySource(try write(initial)), limits: limits)
        let alone = failure { _ = try reader.read(0) }
        let together = failure { _ = try reader.read([0]) }
        #expect(alone?.rule == "LTFN-D8" && alone?.variable == "w")
        #expect(together == alone)
    }
}
