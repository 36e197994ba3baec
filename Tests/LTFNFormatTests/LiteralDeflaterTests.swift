import LTFNBytes
import LTFNFormat
import TestSupport
import Testing

@Suite("Deflating planes")
struct LiteralDeflaterTests {
    /// Bytes of many kinds of distribution.
    static func samples() -> [[UInt8]] {
        var random = TestBytes(seed: 51)
        var samples: [[UInt8]] = [[], [7], [7, 8], [UInt8](repeating: 9, count: 1000)]
        for count in [3, 100, 5000, 300_000] {
            samples.append(random.bytes(count))
            samples.append(
                (0..<count).map { _ in UInt8((random.next() & random.next()).nonzeroBitCount) })
            samples.append(
                (0..<count).map { _ in UInt8(min(255, random.next().leadingZeroBitCount * 9)) })
            samples.append((0..<count).map { UInt8(truncatingIfNeeded: $0 >> 10) })
        }
        // Fibonacci numbers give the deepest trees: deeper than 15 bits.
        var fibonacci: [UInt8] = []
        var (a, b) = (1, 1)
        for symbol in 0..<25 {
            fibonacci += [UInt8](repeating: UInt8(symbol), count: a)
            (a, b) = (b, a + b)
        }
        samples.append(fibonacci)
        return samples
    }

    @Test("zlib inflates what the writer deflates (LTFN-C3)")
    func inflates() throws {
        for sample in Self.samples() {
            let stream = LiteralDeflater.compress(sample.rawSpan)
            let same = try Deflate.decompress(stream, exactly: sample.count) == sample
            #expect(same, "\(sample.count) bytes")
            var output = [UInt8](repeating: 0, count: sample.count)
            var span = output.mutableRawSpan
            try Inflater().decompressAnything(stream.rawSpan, into: &span)
            let equal = output == sample
            #expect(equal, "\(sample.count) bytes")
        }
    }

    @Test("The streams are about as short as zlib's (LTFN-W1)")
    func shortness() {
        // The distribution of the others moves, which zlib's shorter blocks follow closer.
        for sample in Self.samples() where sample.count.isMultiple(of: 5000) && sample.count > 0 {
            guard sample[0] != sample[999] || sample.count == 5000 else { continue }
            let zlib = Deflate.compress(sample, strategy: .huffmanOnly)
            let own = LiteralDeflater.compress(sample.rawSpan)
            #expect(own.count <= zlib.count + zlib.count / 100, "\(own.count) \(zlib.count)")
        }
    }
}
