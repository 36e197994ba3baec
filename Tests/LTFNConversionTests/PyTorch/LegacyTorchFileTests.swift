import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("Files of PyTorch before 1.6") struct LegacyTorchFileTests {
    private let tensor = Pickle.dict([("w", Pickle.tensor())])

    private func open(_ bytes: [UInt8]) throws(FormatError) -> any CheckpointReader {
        try TorchFormat().open(MemorySource(bytes), limits: .standard)
    }

    private func error(_ bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in try open(bytes) }
    }

    @Test("storages stand in the order of the list of keys") func order() throws {
        let value = Pickle.dict([
            ("a", Pickle.tensor(Pickle.storage("7"))),
            ("b", Pickle.tensor(Pickle.storage("5", count: 1), shape: [1], strides: [1])),
        ])
        let storages =
            Pickle.little(UInt64(1)) + [9, 8, 7, 6] + Pickle.little(UInt64(6)) + Pickle.six
        let reader = try open(Pickle.legacy(value, keys: ["5", "7"], storages))
        #expect(try reader.read(0).array == Pickle.six)
        #expect(try reader.read(1).array == [9, 8, 7, 6])
        #expect(TorchFormat().recognizes(prefix: Pickle.legacy(value, []), byteCount: 9))
    }

    @Test("a view of a storage begins where it says") func views() throws {
        let view = Pickle.tuple([Pickle.text("1"), Pickle.int(2), Pickle.int(3)])
        let storage = Pickle.storage(view: view)
        let six = Pickle.little(UInt64(6)) + Pickle.six
        let part = Pickle.tensor(storage, shape: [3], strides: [1])
        let reader = try open(Pickle.legacy(Pickle.dict([("w", part)]), six))
        #expect(try reader.read(0).array == Array(Pickle.six[8..<20]))
        let far = Pickle.tensor(storage, shape: [4], strides: [1])
        #expect(error(Pickle.legacy(Pickle.dict([("w", far)]), six))?.code == .corrupt)
        for (offset, count) in [(-1, 1), (0, 7), (5, 2), (Int64.max, 1)] as [(Int64, Int64)] {
            let bad = Pickle.tuple([Pickle.text("1"), Pickle.int(offset), Pickle.int(count)])
            let file = Pickle.legacy(
                Pickle.dict([("w", Pickle.tensor(Pickle.storage(view: bad)))]), six)
            #expect(error(file)?.code == .corrupt)
        }
    }

    @Test("counts that lie, and lists of keys that do not fit, are refused") func counts() {
        let six = Pickle.little(UInt64(6)) + Pickle.six
        for count in [0, 5, 7, 1 << 61, .max] as [UInt64] {
            #expect(error(Pickle.legacy(tensor, Pickle.little(count) + Pickle.six)) != nil)
        }
        #expect(error(Pickle.legacy(tensor, six.dropLast()))?.code == .truncated)
        #expect(error(Pickle.legacy(tensor, []))?.code == .truncated)
        #expect(error(Pickle.legacy(tensor, keys: [], []))?.message.contains("no storage") == true)
        #expect(error(Pickle.legacy(tensor, keys: ["1"], six))?.code == .corrupt)
        #expect(error(Pickle.legacy(tensor, keys: ["0", "0"], six + six))?.code == .corrupt)
    }

    @Test("bytes after the end are told") func tail() throws {
        let six = Pickle.little(UInt64(6)) + Pickle.six
        let reader = try open(Pickle.legacy(tensor, six + [0]))
        #expect(reader.notes.contains { $0.contains("after the end") })
    }
}
