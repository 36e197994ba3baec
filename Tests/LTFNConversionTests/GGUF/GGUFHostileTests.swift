import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("Hostile files of GGUF") struct GGUFHostileTests {
    private typealias Builder = GGUFBuilder

    private func code(_ tensors: [Builder.Bytes], _ count: Int = 32) -> FormatError.Code? {
        Builder.error(Builder.file(tensors, valueByteCount: count))?.code
    }

    private func code(keys: [Builder.Bytes]) -> FormatError.Code? {
        Builder.error(Builder.file(keys: keys))?.code
    }

    @Test("other versions and the other byte order are named") func versions() {
        for version in [0, 1, 4, 0xFFFF_FFFF] as [UInt32] {
            let error = Builder.error(GGUFBuilder(version: version).bytes)
            #expect(error?.code == .unsupportedVersion)
            #expect(error?.message.contains("version \(version)") == true)
        }
        let turned = Builder.error(GGUFBuilder(version: 0x0300_0000).bytes)
        #expect(turned?.code == .unsupportedFeature)
        #expect(turned?.message.contains("big-endian") == true)
        #expect(Builder.error(Array("GGUX\u{3}\0\0\0".utf8))?.code == .notThisFormat)
    }

    @Test("counts that no file of that length can have are refused at once") func counts() {
        var builder = Builder()
        for count in [1, 1 << 20, 1 << 62, .max] as [UInt64] {
            builder.keyCount = count
            #expect(Builder.error(builder.bytes)?.code == .truncated)
        }
        builder.keyCount = nil
        builder.tensorCount = 1 << 20
        #expect(Builder.error(builder.bytes)?.code == .truncated)
        builder.tensorCount = .max
        #expect(Builder.error(builder.bytes)?.code == .limitExceeded)
    }

    @Test("lengths of strings and arrays that lie are refused") func lengths() {
        for length in [1000, 1 << 40, 1 << 63, .max] as [UInt64] {
            #expect(code(keys: [{ $0.u64(length) }]) == .truncated)
            #expect(code(keys: [Builder.key("k", 8) { $0.u64(length) }]) == .truncated)
            for type in 0...12 as ClosedRange<UInt32> {
                let array = Builder.key("k", 9) { writer in
                    writer.u32(type)
                    writer.u64(length)
                }
                #expect(code(keys: [array]) == .truncated)
            }
            #expect(code([{ $0.u64(length) }]) == .truncated)
        }
    }

    @Test("arrays in arrays in arrays are not followed without end") func nesting() {
        let deep = Builder.key("k", 9) { writer in
            for _ in 0..<50_000 {
                writer.u32(9)
                writer.u64(1)
            }
            writer.u32(0)
            writer.u64(0)
        }
        #expect(code(keys: [deep]) == .limitExceeded)
    }

    @Test("values of the metadata are of a known type, and truths are 0 or 1") func values() {
        #expect(code(keys: [Builder.key("k", 13) { $0.u64(0) }]) == .unsupportedFeature)
        #expect(code(keys: [Builder.key("k", 7) { $0.u8(1) }]) == nil)
        #expect(code(keys: [Builder.key("k", 7) { $0.u8(2) }]) == .corrupt)
        #expect(
            code(keys: [Builder.key("k", 7) { $0.u8(1) }, Builder.key("k", 7) { $0.u8(0) }])
                == .corrupt)
    }

    @Test("the alignment is a power of two of the right type") func alignment() {
        func code(_ type: UInt32, _ value: @escaping Builder.Bytes) -> FormatError.Code? {
            self.code(keys: [Builder.key("general.alignment", type, value)])
        }
        #expect(code(4) { $0.u32(32) } == nil)
        for value in [0, 3, 33, .max] as [UInt32] { #expect(code(4) { $0.u32(value) } == .corrupt) }
        #expect(code(10) { $0.u64(32) } == .corrupt)
        #expect(code(8) { $0.u64(0) } == .corrupt)
        // The values would begin far behind the end.
        #expect(code(4) { $0.u32(1 << 31) } == .truncated)
    }

    @Test("shapes that no tensor has are refused") func shapes() {
        #expect(code([Builder.tensor("w", [], rank: .max)]) == .limitExceeded)
        #expect(code([Builder.tensor("w", [1 << 63])]) == .limitExceeded)
        #expect(code([Builder.tensor("w", [1 << 62, 4])]) == .limitExceeded)
        #expect(code([Builder.tensor("w", [1 << 61])]) == .limitExceeded)
        #expect(code([Builder.tensor("w", [1 << 40])]) == .truncated)
        #expect(code([Builder.tensor("w", [0, 1 << 62, 1 << 62])], 0) == nil)
        #expect(code([Builder.tensor("w", [1 << 63 - 1], type: 12)]) == .corrupt)
        #expect(code([Builder.tensor("w", [1 << 63 - 256], type: 15)]) == .limitExceeded)
    }

    @Test("values follow one another without holes and overlaps") func places() {
        func pair(_ offset: UInt64) -> [Builder.Bytes] {
            [Builder.tensor("a", [8]), Builder.tensor("b", [8], at: offset)]
        }
        #expect(code(pair(32), 64) == nil)
        #expect(code(pair(16), 64) == .corrupt)
        #expect(code(pair(33), 96) == .corrupt)
        #expect(code(pair(64), 96) == .corrupt)
        #expect(code(pair(.max), 64) == .corrupt)
        #expect(code([Builder.tensor("a", [8], at: 32)], 64) == .corrupt)
        #expect(code(pair(32), 63) == .truncated)
        #expect(code(pair(32), 65) == .corrupt)
        // In any order.
        #expect(code([Builder.tensor("b", [8], at: 32), Builder.tensor("a", [8])], 64) == nil)
        #expect(code([Builder.tensor("w"), Builder.tensor("w")]) == .corrupt)
    }

    @Test("tensors of the same bytes are tied when they are the same") func ties() throws {
        let same = Builder.file(
            [Builder.tensor("a", [8]), Builder.tensor("b", [8]), Builder.tensor("c", [8])])
        let reader = try Builder.open(same)
        #expect(reader.manifest.variables.compactMap(\.tiedTo?.string).count == 2)
        let checkpoint = try Checkpoint(reading: reader)
        #expect(Set(checkpoint.tensors.map(\.array)).count == 1)
        #expect(code([Builder.tensor("a", [8]), Builder.tensor("b", [8], type: 26)]) == .corrupt)
    }

    @Test("padding that is missing at the end is told") func padding() throws {
        for count in 8...32 {
            let reader = try Builder.open(Builder.file([Builder.tensor()], valueByteCount: count))
            #expect(reader.notes.isEmpty == (count == 32))
            #expect(try reader.read(0).array == Array(0..<8))
        }
        #expect(code([Builder.tensor()], 7) == .truncated)
    }

    @Test("types that are not known are named, and can be left out") func types() throws {
        for (type, word) in [(99, "99"), (4, "Q4_2"), (31, "Q4_0_4_4")] as [(UInt32, String)] {
            let file = Builder.file(
                [Builder.tensor("a", [8]), Builder.tensor("b", [8], type: type, at: 32)],
                valueByteCount: 64)
            let error = Builder.error(file)
            #expect(error?.code == .unsupportedFeature)
            #expect(error?.variable == "b")
            #expect(error?.message.contains(word) == true)
            #expect(error?.remedy == .skipUnreadable(count: 1))
            var selection = ReadingSelection()
            selection.skipsUnreadable = true
            let reader = try GGUFFormat(selection: selection).open(
                MemorySource(file), limits: .standard)
            #expect(reader.manifest.variables.map(\.name.string) == ["a"])
            #expect(reader.losses.map(\.subject) == [.member])
        }
    }

    @Test("rows of blocks are whole") func rows() {
        #expect(code([Builder.tensor("w", [31], type: 2)]) == .corrupt)
        #expect(code([Builder.tensor("w", [], type: 2)]) == .corrupt)
        #expect(code([Builder.tensor("w", [32], type: 2)]) == nil)
        #expect(code([Builder.tensor("w", [128], type: 12)], 144) == .corrupt)
    }

    @Test("names that are not possible get others") func names() throws {
        let reader = try Builder.open(Builder.file([Builder.tensor("a\nb")]))
        #expect(reader.manifest.variables[0].name.string == "a%0Ab")
        #expect(reader.losses.map(\.subject) == [.name])
        let broken: Builder.Bytes = { writer in
            writer.u64(1)
            writer.u8(0xFF)
            writer.u32(0)
            writer.u32(0)
            writer.u64(0)
        }
        #expect(code([broken]) == .corrupt)
    }
}
