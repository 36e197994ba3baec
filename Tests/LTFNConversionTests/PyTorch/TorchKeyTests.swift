import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("Names of PyTorch's tensors") struct TorchKeyTests {
    /// A dict with a tensor of one element under each key, the first element 0, the next 1.
    private func reader(_ keys: [Pickle.Code]) throws -> any CheckpointReader {
        let items = keys.enumerated().flatMap { $1 + element($0) }
        return try open(Pickle.ascii("}(") + items + Pickle.ascii("u"))
    }

    private func element(_ index: Int) -> Pickle.Code {
        Pickle.tensor(offset: Int64(index), shape: [1], strides: [1])
    }

    private func open(
        _ value: Pickle.Code, _ selection: ReadingSelection = .everything
    ) throws(FormatError) -> any CheckpointReader {
        try TorchFormat(selection: selection).open(
            MemorySource(Pickle.archive(value)), limits: .standard)
    }

    private func bytes(_ bytes: [UInt8]) -> Pickle.Code {
        Pickle.ascii("C") + [UInt8(bytes.count)] + bytes
    }

    /// The names, and the index of the element that is found under each.
    private func found(_ reader: any CheckpointReader) throws -> [String: UInt8] {
        var found: [String: UInt8] = [:]
        for (index, variable) in reader.manifest.variables.enumerated() {
            found[variable.name.string] = try reader.read(index).array[0] / 4
        }
        return found
    }

    @Test("keys that are spelled alike are told apart") func alike() throws {
        let one = Pickle.int(1)
        let nan = Pickle.ascii("G") + Pickle.little(Double.nan.bitPattern.byteSwapped)
        let comma = Pickle.tuple([Pickle.text("a, b")])
        for (first, second) in [
            (Pickle.tuple([one]), Pickle.tuple([Pickle.text("1")])), (one, bytes([0x31])),
            (nan, nan), (comma, Pickle.tuple([Pickle.text("a"), Pickle.text("b")])),
            (Pickle.ascii("N"), bytes(Pickle.ascii("None"))), (bytes([0xFF]), bytes([0xFE])),
        ] {
            let reader = try reader([first, second])
            let found = try found(reader)
            #expect(found.values.sorted() == [0, 1])
            #expect(found.keys.contains { $0.hasSuffix("~2") })
            #expect(reader.losses.map(\.subject) == [.name])
        }
    }

    @Test("a later value of a key replaces the earlier") func replaced() throws {
        let key = Pickle.tuple([Pickle.int(1), Pickle.text("a"), bytes([1])])
        #expect(try found(reader([key, key])).values.map { $0 } == [1])
    }

    @Test("keys of bytes are read as protocol 2 keeps them") func latin1() throws {
        let key = Pickle.call("_codecs", "encode", [Pickle.text("key"), Pickle.text("latin1")])
        #expect(try found(reader([key])) == ["key": 0])
    }

    @Test("a name that the file has is given to nothing else") func owned() throws {
        let inner = Pickle.dict([("b", element(0))])
        let pairs = [("a", inner), ("a.b", element(1)), ("a.b~2", element(2))]
        #expect(try found(open(Pickle.dict(pairs))) == ["a.b": 0, "a.b~3": 1, "a.b~2": 2])
    }

    @Test("tensors of a deque are read, given to it or appended") func deques() throws {
        let given = Pickle.call("collections", "deque", [Pickle.list([element(0)])])
        let appended =
            Pickle.call("collections", "deque", []) + Pickle.ascii("(") + element(1)
            + Pickle.ascii("e")
        let value = Pickle.dict([("a", given), ("b", appended)])
        #expect(try found(open(value)) == ["a.0": 0, "b.0": 1])
    }

    @Test("a tensor in what is not known is one that cannot be read") func unknown() throws {
        let range = Pickle.call("builtins", "range", [element(0)])
        let attribute =
            Pickle.call("collections", "OrderedDict", [])
            + Pickle.dict([("kept", element(0))]) + Pickle.ascii("b")
        let key = Pickle.tuple([element(0)])
        for value in [
            Pickle.dict([("x", range), ("w", element(1))]),
            Pickle.dict([("x", attribute), ("w", element(1))]),
            Pickle.ascii("}(") + key + Pickle.int(1) + Pickle.text("w") + element(1)
                + Pickle.ascii("u"),
        ] {
            let error = formatError { () throws(FormatError) in try open(value) }
            #expect(error?.code == .unsupportedFeature)
            var selection = ReadingSelection()
            selection.skipsUnreadable = true
            let reader = try open(value, selection)
            #expect(try found(reader) == ["w": 1])
            #expect(reader.losses.map(\.subject) == [.member])
        }
    }
}
