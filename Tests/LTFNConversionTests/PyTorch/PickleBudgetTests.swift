import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("What a pickle of PyTorch may make") struct PickleBudgetTests {
    private let long = String(repeating: "k", count: 1 << 20)

    private func open(_ value: Pickle.Code) throws(FormatError) -> any CheckpointReader {
        try TorchFormat().open(MemorySource(Pickle.archive(value)), limits: .standard)
    }

    private func error(_ value: Pickle.Code) -> FormatError? {
        formatError { () throws(FormatError) in try open(value) }
    }

    /// A tuple: the value, which is kept as 0, and what recalls it.
    private func keeping(_ value: Pickle.Code, _ others: [Pickle.Code]) -> Pickle.Code {
        Pickle.tuple([value + Pickle.ascii("q\0")] + others)
    }

    @Test("a long key is not looked at again and again") func keys() {
        let items = Array(repeating: Pickle.ascii("h\0N"), count: 200).joined()
        let value = keeping(
            Pickle.text(long), [Pickle.ascii("}(") + items + Pickle.ascii("u")])
        #expect(error(value)?.code == .limitExceeded)
    }

    @Test("keys of storages and names of classes are short") func names() {
        let key = Pickle.tensor(Pickle.storage(String(repeating: "0", count: 257)))
        #expect(error(key)?.message.contains("257 bytes") == true)
        let named = Pickle.text("__torch__") + Pickle.text(long) + [0x93]
        #expect(error(named)?.code == .limitExceeded)
        let part = Pickle.text("__torch__." + long.prefix(4000)) + Pickle.ascii("q\0")
        let many = Array(repeating: Pickle.ascii("h\0h\0") + [0x93], count: 10_000)
        #expect(error(Pickle.tuple([part] + many))?.code == .limitExceeded)
    }

    @Test("what is beyond the metadata is left out, with one note") func metadata() throws {
        let text = try open(
            keeping(Pickle.text(long), Array(repeating: Pickle.ascii("h\0"), count: 10)))
        #expect(text.manifest.metadata.entries.count == 3)
        #expect(text.notes.count == 1)
        #expect(text.notes.first?.hasPrefix("8 plain values") == true)
        let count = 70_000
        let lists = try open(Pickle.tuple(Array(repeating: Pickle.ascii("]"), count: count)))
        #expect(lists.manifest.metadata.entries.count == 65_536)
        #expect(lists.notes.count == 1)
        let short = Pickle.text(String(repeating: "t", count: 1000))
        let inner = Array(repeating: Pickle.ascii("h\0"), count: 10_000)
        let list = try open(keeping(short, [Pickle.list(inner)]))
        #expect(list.manifest.metadata.entries.count == 1)
    }

    @Test("constants are kept once, and counted as often as they come") func constants() throws {
        let values = try open(Pickle.tuple(Array(repeating: Pickle.ascii("N"), count: 100_000)))
        #expect(values.notes.first?.contains("100,000 values") == true)
    }

    @Test("a tensor of many names is kept once, and wrapped a few times") func tensors() throws {
        let reader = try open(
            keeping(Pickle.tensor(), Array(repeating: Pickle.ascii("h\0"), count: 1000)))
        #expect(reader.manifest.variables.filter { $0.tiedTo != nil }.count == 1000)
        #expect(try reader.read(1000).array == Pickle.six)
        let wrapped = (0..<9).reduce(Pickle.tensor()) { inner, _ in
            Pickle.call("torch._utils", "_rebuild_parameter", [inner, [0x89], Pickle.dict([])])
        }
        #expect(error(wrapped)?.message.contains("more than 8 times") == true)
    }

    @Test("of many tensors that cannot be read the first are named") func unreadable() {
        let bad = Pickle.call("torch._utils", "_rebuild_qtensor", [])
        let value = Pickle.dict((0..<500).map { ("a\($0)", bad) })
        let message = error(value)?.message ?? ""
        #expect(message.hasPrefix("500 tensors"))
        #expect(message.contains("\"a7\"") && message.contains("And 492 more."))
        #expect(message.utf8.count < 1000)
    }

    private func packed(_ name: String, _ bytes: [UInt8]) -> ZipBuilder.Member {
        var member = ZipBuilder.Member(name, bytes)
        member.method = 8
        member.stored = Deflate.compress(bytes)
        return member
    }

    @Test("a packed pickle is not much longer than its file") func pickles() {
        let pickle = Pickle.file(Pickle.text(String(repeating: "a", count: 9 << 20)))
        let zip = ZipBuilder([packed("m/data.pkl", pickle)])
        let error = formatError { () throws(FormatError) in
            try TorchFormat().open(MemorySource(zip.bytes), limits: .standard)
        }
        #expect(error?.code == .limitExceeded)
    }

    @Test("a packed storage is not unpacked again for each view") func views() throws {
        let count = 1 << 16
        let views = (0..<50).map { index in
            Pickle.tensor(
                Pickle.storage(count: Int64(count)), offset: Int64(count - 1 - index), shape: [1],
                strides: [1])
        }
        let zip = ZipBuilder([
            ZipBuilder.Member("m/data.pkl", Pickle.file(Pickle.tuple(views))),
            packed("m/data/0", Array(repeating: 0, count: 4 * count)),
        ])
        let bytes = zip.bytes
        var limits = DecodingLimits.standard
        limits.expandedByteCount = 0
        let reader = try TorchFormat().open(MemorySource(bytes), limits: limits)
        let allowed = Int(limits.expansion(ofFileWith: UInt64(bytes.count))) / (4 * count)
        #expect(allowed < 50)
        let error = formatError { () throws(FormatError) in
            for index in 0..<50 { _ = try reader.read(index) }
        }
        #expect(error?.code == .limitExceeded)
    }
}
