import LTFNBytes
import Testing

@Suite("CRC-32") struct CRC32Tests {
    /// Bit by bit, from the polynomial.
    private func reference(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    @Test("the check value of the CRC catalogue") func check() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.checksum([]) == 0)
    }

    @Test(
        "agrees with the polynomial, however the bytes are cut",
        arguments: ChecksumBody.allCases.filter(\.supportsCRC32C))
    func cuts(body: ChecksumBody) {
        let bytes = (0..<13_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
        for count in Array(0..<150) + [1000, 1536, 1543, 12_288, 13_000] {
            let expected = reference(Array(bytes.prefix(count)))
            for cut in Set([0, 1, count / 2, count]) where cut <= count {
                var checksum = CRC32()
                checksum.update(bytes.rawSpan.extracting(..<cut), body: body)
                checksum.update(bytes.rawSpan.extracting(cut..<count), body: body)
                #expect(checksum.value == expected)
            }
        }
    }
}
