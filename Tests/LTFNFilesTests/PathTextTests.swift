import LTFNBytes
import LTFNFiles
import TestSupport
import Testing

@Suite("Paths as text") struct PathTextTests {
    private func bytes(_ text: String) -> [UInt8] {
        PathText.cString(text).dropLast().map { UInt8(bitPattern: $0) }
    }

    @Test("text is itself", arguments: ["", "model.ltfn", "größe/😀", "e\u{301}", "\u{10FFFF}"])
    func plain(text: String) {
        #expect(PathText.text(Array(text.utf8)).utf8.elementsEqual(text.utf8))
        #expect(bytes(text) == Array(text.utf8))
    }

    @Test("any bytes come back, and no two are the same text") func anyBytes() {
        var seen: Set<[UInt8]> = []
        var samples = (1...255).map { [UInt8($0)] }
        // Cut characters, surrogates, overlong forms, and the characters that stand for bytes.
        samples += [
            [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xF4, 0x8F, 0xBA, 0x80],
            [0xF4, 0x8F, 0xBB, 0xBF], [0x61, 0xFF, 0xC3, 0xA9, 0xFE, 0x62],
            [0xF5, 0x80, 0x80, 0x80],
        ]
        for sample in samples {
            let text = PathText.text(sample)
            #expect(bytes(text) == sample, "\(sample)")
            #expect(seen.insert(Array(text.utf8)).inserted)
        }
    }

    @Test("a terminal is shown the bytes") func escaping() {
        #expect(TerminalText.escaped(PathText.text([0x61, 0xFF, 0x80])) == "a\\xFF\\x80")
    }

    @Test("files with such names are written, found and read") func files() throws {
        let directory = TemporaryFolder()
        let path = directory.path + "/" + PathText.text([0x61, 0xFF, 0x2E, 0x62])
        let writer = try DurableFileWriter(path: path)
        try writer.write([1, 2, 3])
        try writer.commit()
        #expect(try FileSource(path: path).read(at: 0, byteCount: 3) == [1, 2, 3])
        #expect(
            try Directory.names(in: directory.path).map(bytes) == [[0x61, 0xFF, 0x2E, 0x62]])
    }
}
