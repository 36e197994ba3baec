import Foundation
import LTFNBytes
import LTFNCheckpoint
import LTFNFormat
import TestSupport
import Testing

@Suite("ltfn-inspect get")
struct GetTests {
    /// `model.ltfn` with one variable of every dtype, and some others.
    private static func folder() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        var checkpoint = Checkpoint()
        func add(_ name: String, _ dtype: DType, _ shape: [Int], _ bytes: [UInt8]) throws {
            let tensor = try TensorData(dtype: dtype, shape: shape, bytes: bytes)
            try checkpoint.add(
                VariableInfo(name: VariableName(name), tensor: tensor.info), tensor)
        }
        for dtype in DType.allCases {
            let count = try #require(dtype.byteCount(elementCount: 12))
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 73 &+ 5) }
            try add(
                dtype.rawValue, dtype, [2, 2, 3],
                dtype == .bool ? bytes.map { $0 & 1 } : bytes)
        }
        let special: [Float] = [.nan, .infinity, -.infinity, -0.0, 0.1, .leastNonzeroMagnitude]
        let tensor = try TensorData(shape: [6], floats: special)
        try checkpoint.add(VariableInfo(name: VariableName("special"), tensor: tensor.info), tensor)
        try add("empty", .f32, [2, 0], [])
        try add("scalar", .i64, [], [0, 0, 0, 0, 0, 0, 0, 0x80])
        try add("w[0]", .u8, [2], [7, 8])
        try add("one, \u{202E}name", .u8, [1], [9])
        try add("five", .u8, [1, 1, 1, 1, 1], [9])
        let sink = MemorySink()
        try NativeFormat().write(checkpoint, to: sink)
        try folder.write(sink.bytes, "model.ltfn")
        return folder
    }

    private func get(_ arguments: String..., in folder: TemporaryFolder) -> Outcome {
        Programs.run("ltfn-inspect", ["get", "model.ltfn"] + arguments, in: folder)
    }

    @Test(
        "prints values so that they read back as the same",
        arguments: [
            ("special", "nan  inf  -inf  -0.0  0.1  1e-45\n"), ("scalar", "-9223372036854775808\n"),
            ("special[4]", "0.1\n"), ("special[1::2]", "inf  -0.0  1e-45\n"), ("w[0]", "7  8\n"),
            ("w[0][1]", "8\n"), ("one, \u{202E}name", "9\n"), ("empty", ""),
            ("bool[0]", "true  false   true\nfalse   true  false\n"),
            ("i2[1]", "0  1  -1\n1  1  -2\n"), ("u8[:, 0, 0]", "5  187\n"),
            (
                "i8[..., :2]",
                "# [0, :, :]\n  5   78\n-32   41\n\n# [1, :, :]\n-69    4\n-106  -33\n"
            ),
            ("bits16[0, 0]", "0x4e05  0xe097  0x7229\n"),
        ])
    func text(variable: String, expected: String) throws {
        let outcome = get(variable, in: try Self.folder())
        #expect(outcome.status == 0, "\(outcome.errors)")
        let plain = { (text: String) in
            text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                line.split(separator: " ").joined(separator: " ")
            }
        }
        #expect(plain(outcome.output) == plain(expected), "\(outcome.output)")
        #expect(outcome.errors.isEmpty)
    }

    @Test("writes csv and JSON, and each number that is not finite is counted")
    func documents() throws {
        let folder = try Self.folder()
        #expect(get("u8", "--to", "csv", in: folder).lines.count == 4)
        #expect(get("u8[0]", "--to", "csv", in: folder).output == "5,78,151\n224,41,114\n")
        #expect(get("u8[0, 0]", "--to", "csv", in: folder).output == "5\n78\n151\n")
        let json = get("special", "--json", in: folder)
        let document = try JSONReader.read(Array(json.output.utf8))
        #expect(document["schema"] == "ltfn.inspect.get/1")
        #expect(document["slice"] == .null)
        #expect(document["values_not_finite"]?["nan"] == 1)
        #expect(document["values_not_finite"]?["negative_infinity"] == 1)
        guard case .array(let values)? = document["values"] else {
            Issue.record("There are no values.")
            return
        }
        #expect(values.prefix(3).allSatisfy { $0 == .null })
        #expect(values[4] == .double(0.1))
        #expect(get("special", "-o", "x.json", "-q", in: folder).output.isEmpty)
        #expect(try folder.read("x.json") == Array(json.output.utf8))
        let beside = get("special[4]", "--json=y.json", in: folder)
        #expect(beside.output == "0.1\n")
        #expect(try JSONReader.read(folder.read("y.json"))["slice"] == "[4]")
        for (name, text) in [("empty", "[]"), ("scalar", "\"-9223372036854775808\"")] {
            let json = get(name, "--json", in: folder)
            #expect(json.output.contains("\"values\": \(text),"), "\(json.output)")
        }
    }

    @Test(
        "refuses what is not there with one sentence, and 64",
        arguments: [
            ("special[6]", "expected -6 to 5"), ("special[0, 0]", "expected at most 1"),
            ("speciel", "did you mean \"special\""), ("special[::0]", "expected 1 or more"),
            ("special[", "No variable is called"), ("", "Which variable is meant"),
            ("f32[\u{1B}[31m]", "No variable is called"), ("f32[\u{1B}]", "nothing that a slice"),
        ])
    func refused(variable: String, sentence: String) throws {
        let outcome = get(variable, in: try Self.folder())
        #expect(outcome.status == 64)
        expectOneSentence(outcome, from: "ltfn-inspect", with: sentence)
    }

    @Test("outputs have a form, replace nothing unasked, and are none of the inputs")
    func outputs() throws {
        let folder = try Self.folder()
        for (arguments, status) in [
            (["f32", "-o", "x.txt"], 64), (["f32", "-o", "npy"], 64), (["f32", "-o", ""], 64),
            (["f32", "--to", "tiff"], 64), (["f32", "-o", "model.ltfn", "--to", "csv", "-f"], 64),
            (["c64", "-o", "x.png"], 65), (["five", "-o", "x.png"], 65),
            (["empty", "-o", "x.png"], 65), (["f32", "-o", "no/x.npy"], 73),
        ] as [([String], Int32)] {
            let outcome = Programs.run(
                "ltfn-inspect", ["get", "model.ltfn"] + arguments, in: folder)
            #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
            #expect(folder.names == ["model.ltfn"], "\(arguments)")
        }
        try folder.write([1], "x.csv")
        #expect(get("f32", "-o", "x.csv", in: folder).status == 73)
        #expect(try folder.read("x.csv") == [1])
        let outcome = get("f32", "-o", "x.csv", "--force", in: folder)
        #expect(outcome.status == 0 && outcome.output.hasPrefix("x.csv: f32 [2, 2, 3], "))
    }

    @Test("a damaged file leaves no output behind")
    func damaged() throws {
        let folder = try Self.folder()
        var bytes = try folder.read("model.ltfn")
        // Within the values, which come first.
        for place in 64..<min(900, bytes.count / 2) { bytes[place] ^= 0x55 }
        try folder.write(bytes, "model.ltfn")
        let outcome = get("f64", "-o", "x.npy", in: folder)
        #expect(outcome.status == 65, "\(outcome.errors)")
        #expect(folder.names == ["model.ltfn"])
    }

    @Test(
        "NumPy reads the arrays and slices them alike",
        .enabled(if: Programs.python != nil, "LTFN_PYTHON names no Python with NumPy"))
    func arrays() throws {
        let folder = try Self.folder()
        for dtype in DType.allCases where dtype != .bool {
            let whole = get(dtype.rawValue, "-o", "\(dtype).whole.npy", in: folder)
            let part = get("\(dtype)[1, ::1, -2:]", "-o", "\(dtype).part.npy", in: folder)
            let csv = get("\(dtype)[1]", "-o", "\(dtype).csv", in: folder)
            #expect(whole.status == 0 && part.status == 0 && csv.status == 0, "\(whole.errors)")
        }
        let script = """
            import glob, numpy as np
            count = 0
            for name in glob.glob("*.whole.npy"):
                whole = np.load(name)
                assert whole.shape == (2, 2, 3), name
                assert np.load(name.replace("whole", "part")).tobytes() == whole[1, ::1, -2:].tobytes(), name
                if whole.dtype.kind != "V":
                    kind = whole.dtype if whole.dtype.kind in "iu" else complex if whole.dtype.kind == "c" else float
                    table = np.loadtxt(name.replace("whole.npy", "csv"), delimiter=",", dtype=kind)
                    assert np.array_equal(table.astype(whole.dtype), whole[1], equal_nan=True), name
                count += 1
            print(count)
            """
        try folder.write(Array(script.utf8), "check.py")
        let python = try #require(Programs.python)
        let check = Programs.shell("'\(python)' check.py", in: folder)
        #expect(check.output == "\(DType.allCases.count - 1)\n", "\(check.errors)")
    }

    @Test(
        "filters are drawn where they belong, zero gray, what is not finite red",
        .enabled(if: Programs.python != nil, "LTFN_PYTHON names no Python with NumPy"))
    func images() throws {
        let folder = TemporaryFolder()
        var checkpoint = Checkpoint()
        // HWIO: the value of an element is 100·output + 10·row + column.
        var floats: [Float] = []
        for row in 0..<2 {
            for column in 0..<3 {
                for output in 0..<4 { floats.append(Float(100 * output + 10 * row + column)) }
            }
        }
        floats[5] = .nan
        let tensor = try TensorData(shape: [2, 3, 1, 4], floats: floats)
        try checkpoint.add(VariableInfo(name: VariableName("k"), tensor: tensor.info), tensor)
        let sink = MemorySink()
        try NativeFormat().write(checkpoint, to: sink)
        try folder.write(sink.bytes, "model.ltfn")
        let outcome = get("k", "-o", "k.png", in: folder)
        #expect(outcome.output.contains("4 images of 2 x 3"), "\(outcome)")
        #expect(outcome.output.contains("red 1 value not finite"))
        let script = """
            import struct, zlib
            data = open("k.png", "rb").read()
            assert data[:8] == b"\\x89PNG\\r\\n\\x1a\\n"
            place, chunks = 8, {}
            while place < len(data):
                length, kind = struct.unpack(">I4s", data[place:place + 8])
                body = data[place + 8:place + 8 + length]
                assert zlib.crc32(kind + body) == struct.unpack(">I", data[place + 8 + length:place + 12 + length])[0]
                chunks[kind] = body
                place += 12 + length
            width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
            assert (depth, colour) == (8, 3)
            rows = zlib.decompress(chunks[b"IDAT"])
            assert len(rows) == height * (width + 1)
            palette = [tuple(chunks[b"PLTE"][i:i + 3]) for i in range(0, len(chunks[b"PLTE"]), 3)]
            pixel = lambda y, x: palette[rows[y * (width + 1) + 1 + x]]
            for output in range(4):
                for row in range(2):
                    for column in range(3):
                        y = 4 + output // 2 * (2 * 16 + 4) + row * 16
                        x = 4 + output % 2 * (3 * 16 + 4) + column * 16
                        value = 100 * output + 10 * row + column
                        gray = round(round(value / 312 * 252) * 255 / 252)
                        wanted = (220, 40, 40) if (output, row, column) == (1, 0, 1) else (gray,) * 3
                        for dy in (0, 15):
                            for dx in (0, 15):
                                assert pixel(y + dy, x + dx) == wanted, (output, row, column, pixel(y, x), wanted)
            assert (width, height) == (3 * 4 + 2 * 48, 3 * 4 + 2 * 32), (width, height)
            print("same")
            """
        try folder.write(Array(script.utf8), "check.py")
        let python = try #require(Programs.python)
        let check = Programs.shell("'\(python)' check.py", in: folder)
        #expect(check.output == "same\n", "\(check.errors)")
    }

    @Test("the names of variables are completed from the file")
    func completion() throws {
        let folder = try Self.folder()
        let outcome = Programs.run(
            "ltfn-inspect", "---complete", "get", "model.ltfn", "spec", in: folder)
        #expect(outcome.output.contains("special"), "\(outcome)")
    }
}
