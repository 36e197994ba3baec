import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

/// Every instruction set against the reference, one word at a time.
@Suite("Plane kernels")
struct PlaneKernelTests {
    static let counts = [0, 1, 2, 7, 15, 16, 17, 31, 63, 64, 65, 1000, 4097]

    static func word(_ bytes: [UInt8], _ index: Int, _ width: Int) -> UInt64 {
        (0..<width).reduce(0) { $0 | UInt64(bytes[index * width + $1]) << UInt64(8 * $1) }
    }

    /// Words with many equal exponents, and every special value.
    static func words(_ dtype: DType, _ count: Int, seed: UInt64) -> [UInt8] {
        let width = WordCoding(dtype).byteCount
        var random = TestBytes(seed: seed)
        return (0..<count).flatMap { index -> [UInt8] in
            let noise = random.next()
            let word: UInt64 =
                switch index % 5 {
                case 0: noise
                case 1: noise & 0x807F_FFFF | 0x3D00_0000
                case 2: 0
                case 3: noise & 0xFF
                default: ~0
                }
            return (0..<width).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
    }

    @Test("Planes are those of the reference (LTFN-C5)", arguments: DType.allCases)
    func planes(dtype: DType) {
        let coding = WordCoding(dtype)
        for kernels in PlaneKernels.supported {
            for count in Self.counts {
                let words = Self.words(dtype, count, seed: UInt64(count + 1))
                var planes = [UInt8](repeating: 1, count: words.count)
                var target = planes.mutableRawSpan
                kernels.split(
                    words.rawSpan, coding, into: &target,
                    at: (0..<coding.byteCount).map { $0 * count })
                var expected = [UInt8](repeating: 0, count: words.count)
                for index in 0..<count {
                    let y = coding.transformed(Self.word(words, index, coding.byteCount))
                    for plane in 0..<coding.byteCount {
                        expected[plane * count + index] = UInt8(
                            truncatingIfNeeded: y >> UInt64(8 * plane))
                    }
                }
                #expect(planes == expected, "\(kernels) \(count)")
                var joined = [UInt8](repeating: 1, count: words.count)
                var span = joined.mutableRawSpan
                let places = (0..<coding.byteCount).map {
                    $0 % 2 == 0
                        ? PlaneKernels.PlanePlace.stored($0 * count) : .scratch($0 * count)
                }
                kernels.join(stored: planes, scratch: planes, places: places, coding, into: &span)
                #expect(joined == words, "\(kernels) \(count)")
            }
        }
    }

    @Test("A transformed word is restored (LTFN-C5)", arguments: DType.allCases)
    func inverse(dtype: DType) {
        let coding = WordCoding(dtype)
        let bytes = Self.words(dtype, 1000, seed: 5)
        for index in 0..<1000 {
            let word = Self.word(bytes, index, coding.byteCount)
            #expect(coding.restored(coding.transformed(word)) == word)
            let origin = Self.word(bytes, (index * 7) % 1000, coding.byteCount)
            let change = coding.change(to: word, from: origin)
            #expect(coding.changed(origin, by: change) == word)
        }
    }

    /// Symbols and tails by the text of the specification.
    static func residual(
        _ words: [UInt8], from origins: [UInt8], _ coding: WordCoding
    ) -> (symbols: [UInt8], tails: [UInt8], bitCount: Int) {
        var symbols: [UInt8] = []
        var bits: [Bool] = []
        for index in 0..<words.count / coding.byteCount {
            let origin = word(origins, index, coding.byteCount)
            let change = coding.change(to: word(words, index, coding.byteCount), from: origin)
            let length = 64 - change.leadingZeroBitCount
            symbols.append(length == 0 ? 0 : UInt8(length + coding.scale(of: origin)))
            for bit in 0..<max(0, length - 1) { bits.append(change >> UInt64(bit) & 1 == 1) }
        }
        var tails = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (place, bit) in bits.enumerated() where bit {
            tails[place / 8] |= 1 << UInt8(place % 8)
        }
        return (symbols, tails, bits.count)
    }

    @Test(
        "Residuals are those of the reference, and lead back (LTFN-C8)", arguments: DType.allCases)
    func residuals(dtype: DType) {
        let coding = WordCoding(dtype)
        for kernels in PlaneKernels.supported {
            for count in Self.counts {
                let origins = Self.words(dtype, count, seed: 3)
                let words = zip(origins, Self.words(dtype, count, seed: 4)).enumerated().map {
                    $0 % 3 == 0 ? $1.0 : $1.1
                }
                let expected = Self.residual(words, from: origins, coding)
                var symbols = [UInt8](repeating: 1, count: count)
                var tails = [UInt8](
                    repeating: 1, count: PlaneKernels.tailByteLimit(forWordsOf: words.count))
                var symbolBytes = symbols.mutableRawSpan
                var tailBytes = tails.mutableRawSpan
                let bitCount = kernels.residual(
                    from: origins.rawSpan, to: words.rawSpan, coding, symbols: &symbolBytes,
                    tails: &tailBytes)
                #expect(symbols == expected.symbols, "\(kernels) \(count)")
                #expect(bitCount == expected.bitCount)
                #expect(tails.starts(with: expected.tails))
                var changed = origins
                var span = changed.mutableRawSpan
                let outcome = kernels.apply(
                    symbols: symbols.rawSpan, tails: expected.tails.rawSpan, to: &span, coding
                )
                #expect(outcome == .applied && changed == words, "\(kernels) \(count)")
            }
        }
    }

    @Test("Symbols and tails without meaning change nothing (LTFN-C6 LTFN-C7)")
    func refusals() {
        let coding = WordCoding(.f32)
        let origins = Self.words(.f32, 100, seed: 3)
        var random = TestBytes(seed: 9)
        for kernels in PlaneKernels.supported {
            for _ in 0..<200 {
                var words = origins
                var span = words.mutableRawSpan
                let symbols = random.bytes(100)
                let outcome = kernels.apply(
                    symbols: symbols.rawSpan, tails: random.bytes(150).rawSpan, to: &span, coding)
                #expect(outcome != .applied && words == origins)
            }
        }
    }
}
