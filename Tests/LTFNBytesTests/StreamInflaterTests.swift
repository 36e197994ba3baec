import LTFNBytes
import TestSupport
import Testing

@Suite("StreamInflater") struct StreamInflaterTests {
    private let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) }

    @Test(
        "the same bytes come out however input and output are cut",
        arguments: [1, 3, 100, 20_000], [1, 7, 4096, 20_000])
    func cuts(inputPiece: Int, outputPiece: Int) throws {
        let compressed = Deflate.compress(bytes) + [9, 9]
        let inflater = StreamInflater()
        var result: [UInt8] = []
        var position = 0
        while true {
            let input = Array(compressed[position..<min(compressed.count, position + inputPiece)])
            let progress = try inflater.decompress(input, upTo: outputPiece)
            #expect(progress.bytes.count <= outputPiece)
            position += progress.consumed
            result += progress.bytes
            if progress.isAtEnd { break }
        }
        #expect(result == bytes)
        #expect(position == compressed.count - 2)
    }

    @Test("damage is an error") func damage() {
        let error = formatError { () throws(FormatError) in
            _ = try StreamInflater().decompress([0xFF, 0xFF, 0xFF], upTo: 10)
        }
        #expect(error?.code == .corrupt)
    }
}
