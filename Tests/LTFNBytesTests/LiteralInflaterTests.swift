import LTFNBytes
import TestSupport
import Testing

@Suite("Deflate of literals") struct LiteralInflaterTests {
    /// What a decoder makes of a stream: the bytes, or nil.
    private func decode(
        _ compressed: [UInt8], _ byteCount: Int,
        with decoder: (RawSpan, inout MutableRawSpan) throws -> Void
    ) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: byteCount)
        var output = bytes.mutableRawSpan
        do {
            try decoder(compressed.rawSpan, &output)
        } catch {
            return nil
        }
        return bytes
    }

    @Test("the fast decoder and zlib agree on every damaged stream")
    func damage() throws {
        var noise = TestBytes(seed: 11)
        let inflater = Inflater()
        var accepted = 0
        for round in 0..<20_000 {
            let alphabet = 1 + Int(noise.next() % 40)
            let plain = (0..<Int(noise.next() % 600)).map { _ in
                UInt8(truncatingIfNeeded: (noise.next() & noise.next()) % UInt64(alphabet))
            }
            let strategies = [DeflateStrategy.huffmanOnly, .huffmanOnly, .default]
            var stream = Deflate.compress(plain, level: 6, strategy: strategies[round % 3])
            if round % 4 != 0 {
                let index = Int(noise.next() % UInt64(stream.count))
                stream[index] ^= 1 << UInt8(noise.next() % 8)
            }
            if round % 8 == 7 { stream.removeLast() }
            let fast = decode(stream, plain.count) { try inflater.decompress($0, into: &$1) }
            let slow = decode(stream, plain.count) {
                try inflater.decompressAnything($0, into: &$1)
            }
            #expect((fast == slow) as Bool)
            if round % 4 == 0 { #expect((fast == plain) as Bool) }
            if fast != nil { accepted += 1 }
        }
        #expect(accepted > 5_000)
    }

    @Test("long codes, stored and fixed blocks decode")
    func shapes() throws {
        // Frequencies like the Fibonacci numbers give the longest codes.
        var skewed: [UInt8] = []
        var (low, high) = (1, 1)
        for symbol in UInt8(0)..<22 {
            skewed += [UInt8](repeating: symbol, count: low)
            (low, high) = (high, low + high)
        }
        var noise = TestBytes(seed: 5)
        for plain in [skewed, noise.bytes(70_000), [1, 2, 3], []] {
            let stream = Deflate.compress(plain, level: 6, strategy: .huffmanOnly)
            #expect((try Deflate.decompress(stream, exactly: plain.count) == plain) as Bool)
        }
    }
}
