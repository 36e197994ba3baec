import Foundation
import LTFNBytes
import TestSupport
import Testing

/// Inputs of every kind of redundancy.
enum DeflateSamples {
    static let all: [[UInt8]] = {
        var noise = TestBytes(seed: 7)
        return [
            [], [42], Array("to be or not to be, that is the question".utf8),
            [UInt8](repeating: 0, count: 1_000_000), noise.bytes(100_000),
            // Skewed bytes, as exponents are.
            (0..<300_000).map { _ in UInt8(120 + (noise.next() & noise.next()) & 7) },
        ]
    }()
}

@Suite("Deflate") struct DeflateTests {
    @Test("compressed bytes come back, for every framing, strategy and level")
    func roundTrip() throws {
        for framing in [DeflateFraming.raw, .zlib, .gzip] {
            for strategy in [DeflateStrategy.default, .huffmanOnly, .rle] {
                for level in [0, 1, 6, 9] {
                    let deflater = Deflater(level: level, strategy: strategy, framing: framing)
                    let inflater = Inflater(framing: framing)
                    for bytes in DeflateSamples.all {
                        let compressed = deflater.compress(bytes.rawSpan)
                        #expect((deflater.compress(bytes.rawSpan) == compressed) as Bool)
                        var back = [UInt8](repeating: 1, count: bytes.count)
                        var output = back.mutableRawSpan
                        try inflater.decompress(compressed.rawSpan, into: &output)
                        #expect((back == bytes) as Bool)
                    }
                }
            }
        }
    }

    @Test(
        "Python's zlib and this one read each other",
        .enabled(if: Programs.hasPython, "python3 is not installed"))
    func python() throws {
        let directory = TemporaryFolder()
        for (name, framing, bits) in [
            ("raw", DeflateFraming.raw, -15), ("zlib", .zlib, 15), ("gzip", .gzip, 31),
        ] {
            for (index, bytes) in DeflateSamples.all.enumerated() {
                directory.put(bytes, "plain")
                directory.put(Deflate.compress(bytes, level: 7, framing: framing), "ours")
                let program = """
                    import sys, zlib
                    directory, bits = sys.argv[1], int(sys.argv[2])
                    plain = open(directory + "/plain", "rb").read()
                    d = zlib.decompressobj(bits)
                    assert d.decompress(open(directory + "/ours", "rb").read()) == plain
                    assert d.eof and not d.unused_data
                    c = zlib.compressobj(9, zlib.DEFLATED, bits)
                    open(directory + "/theirs", "wb").write(c.compress(plain) + c.flush())
                    print("equal")
                    """
                let answer = Programs.python(program, [directory.path, "\(bits)"])
                #expect(answer == "equal\n", "\(name) \(index)")
                let theirs = try #require(directory.get("theirs"))
                let back = try Deflate.decompress(theirs, exactly: bytes.count, framing: framing)
                #expect((back == bytes) as Bool)
            }
        }
    }

    @Test("too few bytes, too many, and bytes after the end are refused")
    func exactness() throws {
        let bytes = DeflateSamples.all[2]
        for framing in [DeflateFraming.raw, .zlib, .gzip] {
            let compressed = Deflate.compress(bytes, framing: framing)
            for wrong in [0, 1, bytes.count - 1, bytes.count + 1, bytes.count + 1000] {
                let error = formatError { () throws(FormatError) in
                    try Deflate.decompress(compressed, exactly: wrong, framing: framing)
                }
                #expect(error?.code == .corrupt)
            }
            let behind = formatError { () throws(FormatError) in
                try Deflate.decompress(compressed + [0], exactly: bytes.count, framing: framing)
            }
            #expect(behind?.code == .corrupt)
            #expect(behind?.offset == UInt64(compressed.count))
            for length in 0..<compressed.count {
                let error = formatError { () throws(FormatError) in
                    try Deflate.decompress(
                        Array(compressed[..<length]), exactly: bytes.count, framing: framing)
                }
                #expect(error?.code == .truncated, "\(framing) \(length)")
            }
        }
        #expect(try Deflate.decompress(Deflate.compress([]), exactly: 0) == [])
    }

    /// Not every bit counts: some pad the last byte, and gzip's header says things for people.
    @Test("under a checksum no flipped bit changes a byte unseen") func flips() throws {
        let bytes = DeflateSamples.all[2]
        for framing in [DeflateFraming.zlib, .gzip] {
            let compressed = Deflate.compress(bytes, framing: framing)
            var accepted = 0
            for bit in 0..<8 * compressed.count {
                var damaged = compressed
                damaged[bit / 8] ^= 1 << (bit % 8)
                do throws(FormatError) {
                    let back = try Deflate.decompress(
                        damaged, exactly: bytes.count, framing: framing)
                    #expect(back == bytes)
                    accepted += 1
                } catch {
                    #expect(error.code != .io)
                }
            }
            #expect(accepted <= (framing == .gzip ? 7 + 6 * 8 + 1 : 7))
        }
        var damaged = Deflate.compress(bytes, framing: .zlib)
        damaged[damaged.count - 1] ^= 1
        let error = formatError { () throws(FormatError) in
            try Deflate.decompress(damaged, exactly: bytes.count, framing: .zlib)
        }
        #expect(error?.code == .checksumMismatch)
    }

    @Test("what deflate cannot reach is refused before anything is allocated") func bombs() {
        for (stored, byteCount) in [(0, 3000), (100, 200_000), (100, Int.max), (5, -1)] {
            let error = formatError { () throws(FormatError) in
                try Deflate.decompress(
                    [UInt8](repeating: 0, count: stored), exactly: byteCount)
            }
            #expect(error?.code == .corrupt)
            #expect(error?.message == "\(stored) compressed bytes cannot hold \(byteCount) bytes.")
        }
    }

    @Test("the highest ratio that deflate reaches is accepted") func zeros() throws {
        let zeros = [UInt8](repeating: 0, count: 50_000_000)
        let compressed = Deflate.compress(zeros, level: 9)
        #expect(zeros.count / compressed.count > 1000)
        #expect(try Deflate.decompress(compressed, exactly: zeros.count) == zeros)
    }

    @Test("compression gives up beyond a limit") func limits() {
        let noise = DeflateSamples.all[4]
        let deflater = Deflater()
        let uncompressed = deflater.compress(noise.rawSpan, within: noise.count)
        #expect((uncompressed == nil) as Bool)
        #expect(deflater.compress(noise.rawSpan, within: -1) == nil)
        let whole = deflater.compress(noise.rawSpan)
        #expect((deflater.compress(noise.rawSpan, within: whole.count) == whole) as Bool)
        let shorter = deflater.compress(noise.rawSpan, within: whole.count - 1)
        #expect((shorter == nil) as Bool)
    }

    @Test("random and damaged bytes never trap") func fuzz() {
        var noise = TestBytes(seed: 11)
        let sources = DeflateSamples.all.prefix(3).map { Deflate.compress($0) }
        var accepted = 0
        for round in 0..<20_000 {
            var bytes = noise.bytes(Int.random(in: 0..<60, using: &noise))
            if round % 2 == 0, let source = sources.randomElement(using: &noise) {
                bytes = source
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &noise)] ^= 1 << (round / 2 % 8)
                }
            }
            let framing = [DeflateFraming.raw, .zlib, .gzip].randomElement(using: &noise)!
            let byteCount = Int.random(in: 0..<100, using: &noise)
            if let result = try? Deflate.decompress(bytes, exactly: byteCount, framing: framing) {
                #expect(result.count == byteCount)
                accepted += 1
            }
            _ = try? Gzip.decompress([0x1F, 0x8B, 8] + bytes, limit: 1000)
        }
        #expect(accepted < 20_000)
    }
}

@Suite("Gzip") struct GzipTests {
    private let text = Array("a small text, a small text, a small text".utf8)

    @Test("one member, several members, empty members") func members() throws {
        let one = Deflate.compress(text, framing: .gzip)
        let empty = Deflate.compress([], framing: .gzip)
        #expect(try Gzip.decompress(one, limit: 1000) == text)
        #expect(try Gzip.decompress(empty, limit: 0) == [])
        #expect(try Gzip.decompress(one + empty + one, limit: 1000) == text + text)
    }

    @Test(
        "files of gzip itself, with a name in the header",
        .enabled(if: Programs.exists("gzip"), "gzip is not installed"))
    func realFiles() throws {
        let directory = TemporaryFolder()
        for (index, bytes) in DeflateSamples.all.enumerated() {
            directory.put(bytes, "\(index)")
            #expect(Programs.run("/usr/bin/env", ["gzip", directory.path("\(index)")]).status == 0)
            let packed = try #require(directory.get("\(index).gz"))
            #expect(try Gzip.decompress(packed, limit: 2_000_000) == bytes)
            let all = try Gzip.decompress(packed + packed, limit: 2_000_000)
            #expect(all == bytes + bytes)
        }
    }

    @Test("every prefix is truncated, whatever follows the end is refused") func strictness() {
        let packed = Deflate.compress(text, framing: .gzip)
        for length in 0..<packed.count {
            for front in [[], packed] where !(front + packed[..<length]).isEmpty {
                let bytes = front + packed[..<length]
                if bytes.count == packed.count { continue }
                let error = formatError { () throws(FormatError) in
                    try Gzip.decompress(bytes, limit: 1000)
                }
                // Fewer than three bytes are not known to be gzip.
                let short: FormatError.Code = front.isEmpty ? .notThisFormat : .corrupt
                #expect(error?.code == (length < 3 ? short : .truncated), "\(length)")
                #expect(error?.format == "gzip")
            }
        }
        for tail in [[0x1F, 0x8B, 7, 0], Array("x".utf8)] as [[UInt8]] {
            let error = formatError { () throws(FormatError) in
                try Gzip.decompress(packed + tail, limit: 1000)
            }
            #expect(error?.code == .corrupt)
            #expect(error?.offset == UInt64(packed.count))
        }
    }

    @Test("zeros after a member are padding, in the middle too, and nothing else is")
    func padding()
        throws
    {
        let packed = Deflate.compress(text, framing: .gzip)
        for count in [1, 2, 7, 512, 100_000] {
            let zeros = [UInt8](repeating: 0, count: count)
            #expect(try Gzip.decompress(packed + zeros, limit: 1000) == text)
            let several = packed + zeros + packed + packed + zeros
            #expect(try Gzip.decompress(several, limit: 1000) == text + text + text)
            let error = formatError { () throws(FormatError) in
                try Gzip.decompress(packed + zeros + [1], limit: 1000)
            }
            #expect(error?.code == .corrupt)
            #expect(error?.offset == UInt64(packed.count + count))
        }
        #expect(throws: FormatError.self) { try Gzip.decompress([0] + packed, limit: 1000) }
    }

    @Test("checksum, length and limit are checked") func checks() {
        let packed = Deflate.compress(text, framing: .gzip)
        for index in packed.count - 8..<packed.count {
            var damaged = packed
            damaged[index] ^= 0x10
            let error = formatError { () throws(FormatError) in
                try Gzip.decompress(damaged, limit: 1000)
            }
            #expect(error?.code == .checksumMismatch)
        }
        let error = formatError { () throws(FormatError) in
            try Gzip.decompress(packed, limit: text.count - 1)
        }
        #expect(error?.code == .limitExceeded)
        let page = formatError { () throws(FormatError) in
            try Gzip.decompress(Array("<!doctype html>".utf8), limit: 1000)
        }
        #expect(page?.code == .notThisFormat)
    }
}
