import LTFNBytes
import TestSupport
import Testing

@Suite("CRC-32C") struct CRC32CTests {
    private static let bodies = ChecksumBody.allCases.filter(\.supportsCRC32C)

    @Test("published vectors", arguments: bodies) func vectors(body: ChecksumBody) {
        // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
        let vectors: [([UInt8], UInt32)] = [
            ([], 0), (Array("123456789".utf8), 0xE306_9283),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            (Array(0...31), 0x46DD_794E), (Array((0...31).reversed()), 0x113F_DB5C),
        ]
        for (bytes, expected) in vectors {
            var crc = CRC32C()
            crc.update(bytes.rawSpan, body: body)
            #expect(crc.value == expected)
        }
    }

    /// Division of polynomials bit by bit, as the definition has it.
    private func definition(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var remainder: UInt32 = ~0
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 {
                remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0x82F6_3B78 : 0)
            }
        }
        return ~remainder
    }

    @Test("every length, start and cut agrees with the definition", arguments: bodies)
    func definition(body: ChecksumBody) {
        var noise = TestBytes(seed: 1)
        let bytes = noise.bytes(40_000)
        let lengths =
            Array(0..<70) + [
                511, 512, 1535, 1536, 1537, 3072, 12_287, 12_288, 12_289, 24_576, 39_990,
            ]
        for length in lengths {
            for start in [0, 1, 7] {
                let range = start..<start + length
                let cut = length / 3
                var whole = CRC32C()
                whole.update(bytes.rawSpan.extracting(range), body: body)
                #expect(whole.value == definition(bytes[range]), "\(length) from \(start)")
                var crc = CRC32C()
                crc.update(bytes.rawSpan.extracting(start..<start + cut), body: body)
                crc.update(bytes.rawSpan.extracting(start + cut..<range.upperBound), body: body)
                #expect(crc.value == whole.value, "\(length) from \(start)")
            }
        }
    }

    @Test("a checksum can be continued from its value") func continuing() {
        var crc = CRC32C(continuing: CRC32C.checksum(Array("1234".utf8)))
        crc.update(Array("56789".utf8))
        #expect(crc.value == 0xE306_9283)
    }
}

@Suite("SHA-256") struct SHA256Tests {
    private static let bodies = ChecksumBody.allCases.filter(\.supportsSHA256)

    @Test("published vectors", arguments: bodies) func vectors(body: ChecksumBody) {
        // FIPS 180-2, appendix B, and the digest of nothing.
        let vectors = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ]
        for (text, expected) in vectors {
            var hash = SHA256(body: body)
            hash.update(Array(text.utf8))
            #expect(hash.finalize().description == expected)
        }
    }

    @Test(
        "every length agrees with Python's hashlib",
        .enabled(if: Programs.hasPython, "python3 is not installed"), arguments: bodies)
    func lengths(body: ChecksumBody) throws {
        let program = """
            import hashlib
            data = bytes((i * i + i // 7) % 256 for i in range(400))
            for n in range(400): print(hashlib.sha256(data[:n]).hexdigest())
            """
        let expected = try #require(Programs.python(program)).split(separator: "\n")
        try #require(expected.count == 400)
        let data = (0..<400).map { UInt8(($0 * $0 + $0 / 7) % 256) }
        for (length, digest) in expected.enumerated() {
            var hash = SHA256(body: body)
            hash.update(Array(data[..<length]))
            #expect(hash.finalize().description == digest)
            var pieces = SHA256(body: body)
            for start in stride(from: 0, to: length, by: 37) {
                pieces.update(Array(data[start..<min(start + 37, length)]))
                _ = pieces.finalize()
            }
            #expect(pieces.finalize().description == digest)
        }
    }

    @Test("hexadecimal digits and back") func hex() {
        let digest = SHA256.digest(Array("abc".utf8))
        #expect(SHA256Digest(hex: digest.description) == digest)
        #expect(SHA256Digest(hex: digest.description.uppercased()) == digest)
        let text = digest.description
        for wrong in [
            "", String(text.dropLast()), text + "0", "g" + text.dropFirst(),
            "é" + text.dropFirst(2),
        ] {
            #expect(SHA256Digest(hex: wrong) == nil)
        }
    }
}
