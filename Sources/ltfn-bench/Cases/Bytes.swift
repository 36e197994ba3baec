import LTFNBytes

extension Benchmark {
    static let crc32c = digesting("bytes/crc32c") { _ = CRC32C.checksum($0) }
    static let crc32 = digesting("bytes/crc32") { bytes in
        var checksum = CRC32()
        checksum.update(bytes)
    }
    static let sha256 = digesting("bytes/sha256") { _ = SHA256.digest($0) }
    static let valueHash = digesting("bytes/value-hash") { _ = ValueHash.digest($0) }

    private static func digesting(
        _ name: String, _ work: @escaping @Sendable (RawSpan) -> Void
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes) { _ in
            let bytes = someExponents(count: 1 << 24)
            return Work {
                Sample(seconds: measure { work(bytes.rawSpan) }, work: Double(bytes.count))
            }
        }
    }

    static let inflateLiterals = inflating("bytes/inflate") { inflater, compressed, output in
        try inflater.decompress(compressed, into: &output)
    }

    /// What the fast decoder has to beat.
    static let inflateByZlib = inflating("bytes/inflate-zlib") { inflater, compressed, output in
        try inflater.decompressAnything(compressed, into: &output)
    }

    private static func inflating(
        _ name: String,
        _ work: @escaping @Sendable (Inflater, RawSpan, inout MutableRawSpan) throws -> Void
    ) -> Benchmark {
        Benchmark(name: name, unit: .bytes) { _ in
            let plain = someExponents(count: 1 << 20)
            let compressed = Deflate.compress(plain, strategy: .huffmanOnly)
            let inflater = Inflater()
            var output = [UInt8](repeating: 0, count: plain.count)
            return Work {
                let seconds = try measure {
                    for _ in 0..<8 {
                        var span = output.mutableRawSpan
                        try work(inflater, compressed.rawSpan, &span)
                    }
                }
                return Sample(seconds: seconds, work: Double(8 * plain.count))
            }
        }
    }

    /// Bytes as frequent as the exponents of weights: each half as likely as the one above.
    private static func someExponents(count: Int) -> [UInt8] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return 123 &- UInt8((state >> 33 | 1 << 20).trailingZeroBitCount)
        }
    }
}
