import FuzzSupport
import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("Hostile files of PyTorch") struct HostilePickleTests {
    private func open(
        _ bytes: [UInt8], _ limits: DecodingLimits = .standard
    ) throws(FormatError) -> any CheckpointReader {
        try TorchFormat().open(MemorySource(bytes), limits: limits)
    }

    /// The error of a file with the pickle of one value.
    private func error(_ value: Pickle.Code) -> FormatError? {
        let file = Pickle.archive(value)
        return formatError { () throws(FormatError) in try open(file) }
    }

    private func error(ofFile bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in try open(bytes) }
    }

    private func error(ofTensor tensor: Pickle.Code) -> FormatError? {
        error(Pickle.dict([("w", tensor)]))
    }

    @Test("what no checkpoint names is refused by its name, wherever it stands")
    func globals() {
        let attack = Pickle.call("os", "system", [Pickle.text("true")])
        for value in [
            attack, Pickle.dict([("w", Pickle.tensor()), ("x", attack)]),
            Pickle.dict([("optimizer", Pickle.list([Pickle.dict([("hook", attack)])]))]),
            // INST, OBJ and NEWOBJ instead of REDUCE.
            Pickle.ascii("(ios\nsystem\n"),
            Pickle.ascii("(") + Pickle.global("os", "system") + Pickle.ascii("o"),
            Pickle.global("os", "system") + Pickle.ascii(")") + [0x81],
            Pickle.text("os") + Pickle.text("system") + [0x93],
        ] {
            let error = error(value)
            #expect(error?.code == .unsupportedFeature)
            #expect(error?.message.contains("asks for os.system; only") == true)
        }
        let nested = error(Pickle.call("torch", "hub.load", []))
        #expect(nested?.message.contains("torch.hub.load") == true)
        let module = error(Pickle.call("torch.nn.modules.linear", "Linear", []))
        #expect(module?.message.contains("save its state_dict()") == true)
    }

    @Test("unknown instructions, protocols and endings are refused") func instructions() {
        #expect(error([0x82, 1])?.message.contains("0x82") == true)
        #expect(error([0x80, 6, 0x4E])?.code == .unsupportedVersion)
        #expect(error([])?.code == .corrupt)
        #expect(error(Pickle.ascii("NN"))?.code == .corrupt)
        #expect(error(Pickle.ascii("(N"))?.code == .corrupt)
        #expect(error(Pickle.ascii("}Na"))?.code == .corrupt)
        #expect(error(Pickle.ascii("](NNu"))?.code == .corrupt)
        #expect(error(Pickle.ascii("}(Nu"))?.code == .corrupt)
        #expect(error(Pickle.ascii("h\u{9}"))?.message.contains("kept value 9") == true)
        #expect(error(Pickle.ascii("NNR"))?.code == .corrupt)
        #expect(error(Pickle.ascii("Nb"))?.code == .corrupt)
        #expect(error(Pickle.ascii("0N"))?.code == .corrupt)
        #expect(error(Pickle.ascii("iab"))?.code == .truncated)
    }

    @Test("a value that contains itself is refused by name") func cycles() {
        for value in [
            // A list, a dict and an object in themselves, and one around the corner.
            Pickle.ascii("]q\0h\0a"), Pickle.ascii("}q\0Nh\0s"),
            Pickle.call("collections", "OrderedDict", []) + Pickle.ascii("q\0Nh\0s"),
            Pickle.ascii("]q\0]q\u{1}h\0ah\0h\u{1}a00"),
        ] {
            let error = error(value)
            #expect(error?.code == .unsupportedFeature)
            #expect(error?.message.contains("contains itself") == true)
        }
    }

    @Test("values that are used again and again are not unfolded") func bombs() {
        // Each list holds the one before ten times.
        var value = Pickle.list([Pickle.tensor()]) + Pickle.ascii("q\u{0}")
        for level in UInt8(1)..<30 {
            value += Pickle.ascii("](") + Array(repeating: [0x68, level - 1], count: 10).joined()
            value += Pickle.ascii("e") + [0x71, level]
        }
        // What is below the last list is dropped from the stack again.
        let root = Pickle.tuple([value])
        let first = error(root)
        #expect(first?.code == .limitExceeded)
        #expect(first?.message.contains("again and again") == true)
    }

    @Test("names that are used again and again are not written out") func texts() {
        // A long key on the way to many tensors.
        let long = String(repeating: "k", count: 1 << 20)
        let many = (0..<200).map { ("\($0)", Pickle.ascii("h\0")) }
        let tensor = Pickle.tensor() + Pickle.ascii("q\0")
        let keys = Pickle.tuple([tensor, Pickle.dict([(long, Pickle.dict(many))])])
        #expect(error(keys)?.code == .limitExceeded)
    }

    @Test("nesting ends at a limit") func depth() {
        for open in ["(", "]"] {
            let count = 100_000
            let nested =
                open == "("
                ? Array(repeating: UInt8(ascii: "("), count: count)
                    + Array(repeating: UInt8(ascii: "t"), count: count)
                : Array(repeating: UInt8(ascii: "]"), count: count)
                    + Array(repeating: UInt8(ascii: "a"), count: count - 1)
            #expect(error(Array(nested))?.code == .limitExceeded)
        }
        // Also along the way that a walk meets last.
        var value = Pickle.ascii("]q\0")
        for _ in 0..<400 { value += [0x85] }
        #expect(error(value)?.code == .limitExceeded)
    }

    @Test("lengths in a pickle that lie allocate nothing") func lengths() {
        for code: Pickle.Code in [
            Pickle.ascii("X") + [255, 255, 255, 255], [0x8D] + Array(repeating: 255, count: 8),
            [0x8E] + Array(repeating: 127, count: 8), [0x8B, 255, 255, 255, 255],
        ] {
            #expect(error(code)?.code == .truncated)
        }
        // A kept value of a number that no list has room for.
        let kept = Pickle.ascii("Nr") + [255, 255, 255, 255]
        #expect(error(kept) == nil)
    }

    @Test("a persistent id that is no storage is refused") func persistentIDs() {
        for id in [
            Pickle.text("os"), Pickle.tuple([Pickle.text("module"), Pickle.text("a")]),
            Pickle.tuple([]), Pickle.tuple([Pickle.text("storage"), Pickle.int(1)]),
            Pickle.tuple([
                Pickle.text("storage"), Pickle.global("torch", "FloatStorage"), Pickle.tuple([]),
                Pickle.text("cpu"), Pickle.int(6),
            ]),
        ] {
            #expect(error(ofTensor: Pickle.tensor(id + Pickle.ascii("Q")))?.code == .corrupt)
        }
        let alone = error(ofTensor: Pickle.storage())
        #expect(alone?.message.contains("storage without a tensor") == true)
    }

    @Test(
        "storages are members of the archive and nothing else",
        arguments: ["../data.pkl", "/etc/passwd", "1", "", "0\u{0}"])
    func keys(key: String) {
        let error = error(ofTensor: Pickle.tensor(Pickle.storage(key)))
        #expect(error?.code == .corrupt)
        #expect(error?.message.contains("no member") == true)
    }

    @Test("views that lead out of their storage are refused") func views() {
        let most = Int64.max
        for tensor in [
            Pickle.tensor(offset: 1), Pickle.tensor(offset: -1), Pickle.tensor(offset: most),
            Pickle.tensor(strides: [-3, 1]), Pickle.tensor(strides: [most, most]),
            Pickle.tensor(strides: [4, 1]), Pickle.tensor(strides: [1]),
            Pickle.tensor(shape: [-2, 3]), Pickle.tensor(shape: [7], strides: [1]),
            Pickle.tensor(Pickle.storage(count: -6)), Pickle.tensor(Pickle.storage(count: most)),
            Pickle.tensor(Pickle.storage(count: 7)), Pickle.tensor(Pickle.storage(count: 5)),
        ] {
            #expect(error(ofTensor: tensor)?.code == .corrupt)
        }
        let many = Pickle.tensor(shape: [most, most], strides: [0, 0])
        #expect(error(ofTensor: many)?.code == .limitExceeded)
        let ranks = Pickle.tensor(
            shape: Array(repeating: 1, count: 65), strides: Array(repeating: 0, count: 65))
        #expect(error(ofTensor: ranks)?.code == .limitExceeded)
    }

    @Test("a view that shows one value again and again is charged as all of them")
    func strideZero() throws {
        let bomb = Pickle.tensor(shape: [1 << 40], strides: [0])
        let bytes = Pickle.archive(Pickle.dict([("w", bomb)]))
        let reader = try open(bytes)
        let error = formatError { () throws(FormatError) in try reader.read(0) }
        #expect(error?.code == .limitExceeded)
        var budget = ExpansionBudget(.standard, fileByteCount: UInt64(bytes.count), reader: reader)
        let isAllowed = budget.spend(UInt64(reader.manifest.variables[0].tensor.byteCount))
        #expect(!isAllowed)
        let piece = try reader.read(0, bytes: 8..<16)
        #expect(piece.copy(of: 0..<8) == [0, 1, 2, 3, 0, 1, 2, 3])
    }

    @Test("one key cannot be two storages, and no member stands twice") func duplicates() {
        let value = Pickle.dict([
            ("a", Pickle.tensor()),
            ("b", Pickle.tensor(Pickle.storage(type: "LongStorage", count: 6))),
        ])
        #expect(error(value)?.code == .corrupt)
        let six = [("0", Pickle.six), ("0", Pickle.six)]
        let twice = error(ofFile: Pickle.archive(Pickle.dict([("w", Pickle.tensor())]), six))
        #expect(twice?.message.contains("Two members") == true)
        let other = ZipBuilder.Member("n/data.pkl", Pickle.file(Pickle.ascii("N")))
        let pickles = error(ofFile: Pickle.archive(Pickle.ascii("N"), and: [other]))
        #expect(pickles?.message.contains("two pickles") == true)
    }

    @Test("members that overlap are refused") func overlap() {
        var second = ZipBuilder.Member("m/data/0", Pickle.six)
        second.headerOffset = 0
        let pickle = Pickle.file(Pickle.dict([("w", Pickle.tensor())]))
        let zip = ZipBuilder([ZipBuilder.Member("m/data.pkl", pickle), second])
        #expect(error(ofFile: zip.bytes)?.code == .corrupt)
    }

    @Test("a byte order that is none, and a version of tomorrow, are refused") func versions() {
        let value = Pickle.ascii("N")
        #expect(error(ofFile: Pickle.archive(value, byteOrder: "middle"))?.code == .corrupt)
        let version = ZipBuilder.Member("m/version", Pickle.ascii("11\n"))
        let newer = error(ofFile: Pickle.archive(value, and: [version]))
        #expect(newer?.code == .unsupportedVersion)
    }
}
