import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormats
import LTFNInterchange
import TestSupport
import Testing

/// Indexes that nobody's writer makes, with checksums that fit.
@Suite("Hostile checkpoints of TensorFlow") struct TensorFlowHostileTests {
    typealias Block = TableBuilder.Block
    typealias Entry = TableBuilder.Entry

    private static let values: [UInt8] = Array(1...8)
    private static let entry = Bundle.entry(values, shape: [2])
    private static let data = "m.data-00000-of-00001"

    private func open(
        _ table: TableBuilder, data: [UInt8] = values
    ) throws(FormatError) -> any CheckpointReader {
        try TensorFlowFormat().open(
            MemoryFileSet(["m.index": table.bytes, Self.data: data], name: "m.index"),
            limits: .standard)
    }

    private func error(_ table: TableBuilder) -> FormatError? {
        formatError { () throws(FormatError) in
            let reader = try open(table)
            for index in reader.manifest.variables.indices { _ = try reader.read(index) }
        }
    }

    private func error(_ entries: [Entry], header: [UInt8] = Bundle.header()) -> FormatError? {
        error(TableBuilder(entries, header: header))
    }

    @Test("what the builder makes is sound") func sound() throws {
        #expect(error([Entry("w", Self.entry)]) == nil)
        let reader = try open(TableBuilder([Entry("w", Self.entry)]))
        #expect(try reader.read(0).array == Self.values)
    }

    // Blocks.

    @Test(
        "blocks that lead back, into the index, out of the file, or over one another are refused",
        arguments: [
            (0, 30), (20, 30), (100_000, 10), (UInt64.max, 1), (1, UInt64.max), (60, 1 << 40),
        ]
            as [(UInt64, UInt64)])
    func handles(offset: UInt64, byteCount: UInt64) {
        var second = Block([Entry("w", Self.entry)])
        second.handle = (offset, byteCount)
        let table = TableBuilder([Block([Entry("", Bundle.header())]), second])
        #expect(error(table)?.code == .corrupt)
    }

    @Test("a checksum of a block that is wrong, and a way of packing that is unknown")
    func trailers() {
        var block = Block([Entry("", Bundle.header()), Entry("w", Self.entry)])
        block.checksumIsWrong = true
        #expect(error(TableBuilder([block]))?.code == .checksumMismatch)
        block.checksumIsWrong = false
        block.kind = 2
        #expect(error(TableBuilder([block]))?.code == .unsupportedFeature)
    }

    @Test("lengths of keys and values that lie are refused") func lengths() {
        let header = Entry("", Bundle.header())
        func code(_ entry: Entry) -> FormatError.Code? {
            error(TableBuilder([Block([header, entry])]))?.code
        }
        #expect(code(Entry([0x77], Self.entry, shared: 1)) == .corrupt)
        #expect(code(Entry([0x77], Self.entry, shared: 1 << 31)) == .corrupt)
        #expect(code(Entry([0x77], Self.entry, shared: 1 << 40)) == .corrupt)
        #expect(code(Entry([0x77], Self.entry, told: 1 << 20)) == .truncated)
        #expect(code(Entry([0x77], Self.entry, told: .max)) == .corrupt)
        var block = Block([header])
        block.bytes.replaceSubrange((block.bytes.count - 4)..., with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(error(TableBuilder([block]))?.code == .corrupt)
    }

    @Test("keys that do not ascend, or stand twice, are refused, within a block and over two")
    func order() {
        let (v, w) = (Entry("v", Self.entry), Entry("w", Self.entry))
        let header = Entry("", Bundle.header())
        #expect(error([w, v])?.code == .corrupt)
        #expect(error([w, w])?.code == .corrupt)
        #expect(error(TableBuilder([Block([header, w]), Block([v])]))?.code == .corrupt)
        #expect(error(TableBuilder([Block([header, v]), Block([w])])) == nil)
    }

    @Test("keys that share their beginnings again and again stay in proportion to the table")
    func sharing() {
        var entries = [Entry("", Bundle.header())]
        entries.append(Entry([UInt8](repeating: 0x61, count: 65_000), Self.entry))
        for _ in 0..<500 { entries.append(Entry([0x61], Self.entry, shared: 65_000)) }
        #expect(error(TableBuilder([Block(entries)]))?.code == .corrupt)
        entries.removeLast(500)
        for number in 0..<600 {
            let tail = [UInt8(0x62 + number / 128), UInt8(number % 128)]
            entries.append(Entry(tail, [], shared: 64_000))
        }
        #expect(error(TableBuilder([Block(entries)]))?.code == .limitExceeded)
    }

    @Test("packed blocks that claim much, or refer to what is before them") func packed() {
        let bomb = Bytes.varint(0xFFFF_FFFF) + [0x00, 0x61]
        #expect(error(TableBuilder([Block(packed: bomb)]))?.code == .corrupt)
        #expect(
            error(TableBuilder([Block(packed: [8, 0x00, 0x61, 0x01, 0x09])]))?.code == .corrupt)
        #expect(
            error(TableBuilder([Block(packed: [8, 0x00, 0x61, 0x01, 0x00])]))?.code == .corrupt)
    }

    // Entries.

    @Test("headers that cannot be") func headers() {
        let w = [Entry("w", Self.entry)]
        #expect(error(w, header: Bundle.header(shards: 0))?.code == .corrupt)
        #expect(error(w, header: Bundle.header(shards: -1))?.code == .corrupt)
        #expect(error(w, header: Bundle.header(order: 2))?.code == .corrupt)
        #expect(error(w, header: [])?.code == .corrupt)
        let newer = Bytes.number(1, 1) + Bytes.message(3, Bytes.number(2, 9))
        #expect(error(w, header: newer)?.code == .unsupportedVersion)
        #expect(error(TableBuilder([Block(w)]))?.code == .notThisFormat)
        let first = error(w, header: Bytes.message(1, Bytes.message(1, [])))
        #expect(first?.code == .unsupportedFeature)
        #expect(first?.message.contains("V1") == true)
    }

    @Test("files, places and lengths that contradict what else is known are refused")
    func entries() {
        func code(_ entry: [UInt8]) -> FormatError.Code? { error([Entry("w", entry)])?.code }
        let values = Self.values
        #expect(code(Bundle.entry(values, shape: [2], shard: 1)) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [2], shard: -1)) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [2], shard: .max)) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [3])) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [-1])) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [2], byteCount: .max)) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [2], byteCount: -8)) == .corrupt)
        #expect(code(Bundle.entry(values, shape: [2], offset: 1)) == .truncated)
        #expect(code(Bundle.entry(values, shape: [2], offset: .max)) == .truncated)
        #expect(code(Bundle.entry(values, shape: [2], offset: -1)) == .corrupt)
        let huge: [Int64] = [1 << 40, 1 << 40]
        #expect(code(Bundle.entry(values, shape: huge)) == .limitExceeded)
        #expect(
            code(Bundle.entry(values, shape: [1 << 50], byteCount: 1 << 52)) == .truncated)
        let axes = [Int64](repeating: 1, count: 65)
        #expect(code(Bundle.entry(values, shape: axes)) == .limitExceeded)
        #expect(code(Bundle.entry([0] + values.dropFirst(), shape: [2])) == .checksumMismatch)
    }

    @Test(
        "dtypes that cannot be read are refused by name",
        arguments: [
            (11, "qint8"), (29, "int4"), (27, "float8_e4m3b11fnuz"), (101, "number 101"),
        ])
    func dtypes(number: Int64, name: String) {
        let found = error([Entry("w", Bundle.entry(Self.values, dtype: number, shape: [8]))])
        #expect(found?.code == .unsupportedFeature)
        #expect(found?.message.contains(name) == true)
    }

    // Slices.

    private func sliced(
        _ told: [(start: Int64, length: Int64)], _ held: [(start: Int64, length: Int64)]? = nil
    ) -> FormatError? {
        var entries = (held ?? told).map { slice in
            let values = Self.values.prefix(Int(slice.length) * 4)
            return Entry(
                Bundle.key("w", slice), Bundle.entry(Array(values), shape: [slice.length]))
        }
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return error(entries + [Entry("w", Bundle.partitioned(shape: [3], told))])
    }

    @Test("slices that overlap, leave holes, lead out or are missing are refused") func slices() {
        #expect(sliced([(0, 1), (1, 2)]) == nil)
        #expect(sliced([(0, 2), (1, 2)])?.code == .corrupt)
        #expect(sliced([(0, 1), (2, 1)])?.code == .corrupt)
        #expect(sliced([(0, 1)])?.code == .corrupt)
        #expect(sliced([(0, 2), (2, 2)])?.code == .corrupt)
        #expect(sliced([(0, 1), (1, 2)], [(0, 1)])?.code == .corrupt)
        #expect(sliced([(0, 1), (0, 1), (1, 2)], [(0, 1), (1, 2)])?.code == .corrupt)
        #expect(sliced([(0, -1)], [])?.code == .corrupt)
    }

    // Files.

    @Test("files of values that are links out of the folder are refused") func links() throws {
        let (inside, outside) = (TemporaryFolder(), TemporaryFolder())
        inside.put(TableBuilder([Entry("w", Self.entry)]).bytes, "m.index")
        outside.put(Self.values, "values")
        try FileManager.default.createSymbolicLink(
            atPath: inside.path(Self.data), withDestinationPath: outside.path("values"))
        let error = formatError { () throws(FormatError) in try ModelFile(inside.path("m")) }
        #expect(error?.code == .io)
        #expect(error?.message.contains("leads out of its folder") == true)
    }
}
