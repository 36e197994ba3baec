import LTFNBytes
import TestSupport
import Testing

@Suite("The digest of values") struct ValueHashTests {
    private static let bodies = LeafBody.allCases.filter(\.isSupported)
    /// About none, one and several leaves, one group of lanes and more.
    private static let lengths = [
        0, 1, 63, 64, 4095, 4096, 4097, 8191, 8192, 8193, 12_288, 16_384, 20_000, 32_768, 40_960,
        65_536, 69_632, 73_728, 77_825, 1_100_000,
    ]
    private static let data = (0..<1_100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &+ $0 / 7) }

    @Test(
        "agrees with Python's hashlib, in one piece and in many",
        .enabled(if: Programs.hasPython, "python3 is not installed"), arguments: bodies)
    func lengths(body: LeafBody) throws {
        let program = """
            import hashlib
            data = bytes((i * i + i // 7) % 256 for i in range(1100000))
            for n in [\(Self.lengths.map(String.init).joined(separator: ","))]:
                leaves = [hashlib.sha256(data[i:min(i + 4096, n)]).digest() for i in range(0, n, 4096)]
                whole = b"".join(leaves) if len(leaves) > 1 else data[:n]
                print(hashlib.sha256(whole).hexdigest())
            """
        let expected = try #require(Programs.python(program)).split(separator: "\n")
        try #require(expected.count == Self.lengths.count)
        for (length, digest) in zip(Self.lengths, expected) {
            for pieceLength in [max(1, length), 4096, 3000, 10_000, length < 9000 ? 1 : 5000] {
                var hash = ValueHash(body: body)
                for start in stride(from: 0, to: length, by: pieceLength) {
                    let end = min(length, start + pieceLength)
                    hash.update(Self.data.rawSpan.extracting(start..<end))
                    if length < 9000 { _ = hash.finalize() }
                }
                #expect(hash.finalize().description == digest, "\(length) bytes by \(pieceLength)")
            }
        }
    }

    @Test("leaves that were hashed elsewhere give the same digest")
    func elsewhere() {
        for length in Self.lengths {
            let bytes = Array(Self.data[..<length])
            for count in [1, 3, 16, 40].map({ $0 * ValueHash.leafByteCount }) {
                var hash = ValueHash()
                for start in stride(from: 0, to: length, by: count) {
                    let part = bytes.rawSpan.extracting(start..<min(length, start + count))
                    hash.add(ValueHash.Leaves(of: part))
                }
                #expect(hash.finalize() == ValueHash.digest(bytes))
            }
        }
    }
}

@Suite("The digest of bytes that are the same again and again")
struct RepeatedValueHashTests {
    @Test("it is that of the bytes", arguments: [1, 2, 3, 4, 16], [0, 5, 4096, 5000])
    func repeated(unitByteCount: Int, before: Int) {
        let unit = (0..<unitByteCount).map { UInt8($0 + 1) }
        let first = (0..<before).map { UInt8(truncatingIfNeeded: $0) }
        for byteCount in [0, 1, 100, 4096, 5000, 300 * 4096 + 7] {
            var (short, long) = (ValueHash(), ValueHash())
            short.update(first.rawSpan)
            long.update(first.rawSpan)
            short.update(repeating: unit, byteCount: byteCount)
            let bytes = (0..<byteCount).map { unit[$0 % unit.count] }
            long.update(bytes.rawSpan)
            // More may follow.
            short.update(unit.rawSpan)
            long.update(unit.rawSpan)
            #expect(short.finalize() == long.finalize(), "\(byteCount) bytes")
        }
    }
}
