import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import Testing

@Suite("Regions")
struct RegionTests {
    private static func error(_ index: Index, chunks: [UInt8]) throws -> FormatError? {
        let file = try index.file(chunks: chunks)
        return failure { try NativeReader(MemorySource(file)).verify() }
    }

    @Test(
        "A retired region begins where the one before it ends, or at a multiple of 64 (LTFN-R1 LTFN-R2)"
    )
    func retired() throws {
        let cases: [(places: [(start: UInt64, byteCount: UInt64)], rule: String?, offset: UInt64)] =
            [
                ([(64, 74)], nil, 0), ([(64, 1), (65, 73)], nil, 0),
                ([(64, 1), (128, 10)], nil, 0), ([(65, 73)], "LTFN-R2", 65),
                ([(64, 1), (127, 11)], "LTFN-R2", 127), ([(64, 1), (129, 9)], "LTFN-R1", 129),
                ([(64, 10), (73, 65)], "LTFN-R1", 73), ([(64, 73)], "LTFN-R1", 138),
            ]
        let bytes = [UInt8](repeating: 0, count: 74)
        for (places, rule, offset) in cases {
            var index = Index(
                manifest: try Manifest(variables: []), digests: [], storages: [], chunks: [])
            index.retired = places.map { start, byteCount in
                RetiredRegion(
                    offset: start, byteCount: byteCount,
                    checksum: CRC32C.checksum([UInt8](repeating: 0, count: Int(byteCount))),
                    kind: .chunks)
            }
            let error = try Self.error(index, chunks: bytes)
            #expect(error?.rule == rule, "\(places)")
            if rule != nil { #expect(error?.offset == offset, "\(places)") }
        }
    }

    @Test("A chunk that is not raw begins where the region before it ends (LTFN-R2)")
    func packed() throws {
        let infos = [try variable("a", .u8, [3]), try variable("b", .u8, [200])]
        let values: [[UInt8]] = [[1, 2, 3], [UInt8](repeating: 7, count: 200)]
        let file = try write(
            Checkpoint(
                manifest: Manifest(variables: infos),
                tensors: zip(infos, values).map { try tensor($0.tensor, $1) }))
        var index = try NativeReader(MemorySource(file)).index
        #expect(index.chunks.map(\.codec) == [.raw, .constant])
        #expect(try Self.error(index, chunks: [1, 2, 3, 7]) == nil)
        index.chunks[1].offset = 128
        let error = try Self.error(
            index, chunks: [1, 2, 3] + [UInt8](repeating: 0, count: 61) + [7])
        #expect(error?.rule == "LTFN-R2" && error?.offset == 128)
    }

    @Test("A constant chunk stores less than it decodes to (LTFN-D3 LTFN-C1)")
    func constant() throws {
        let file = try write(Samples.single(.f32, [1], [1, 2, 3, 4]))
        var index = try NativeReader(MemorySource(file)).index
        #expect(try Self.error(index, chunks: [1, 2, 3, 4]) == nil)
        index.chunks[0].codec = .constant
        #expect(try Self.error(index, chunks: [1, 2, 3, 4])?.rule == "LTFN-D3")
    }
}
