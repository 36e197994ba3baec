import LTFNBytes
import TestSupport
import Testing

@Suite("JSON") struct JSONTests {
    private func read(_ text: String) throws(FormatError) -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }

    @Test("values are read as what they are") func values() throws {
        let cases: [(String, JSONValue)] = [
            ("null", nil), (" true\n", true), ("false", false), ("0", 0), ("-1", -1),
            ("9223372036854775807", .int(.max)), ("-9223372036854775808", .int(.min)),
            ("9223372036854775808", .uint(1 << 63)), ("18446744073709551615", .uint(.max)),
            ("1.0", 1.0), ("1e2", 100.0), ("-1.5E-3", -0.0015), ("0.1", 0.1), ("1E+2", 100.0),
            ("\"\"", ""), ("\"a\\u0000\\n\\/\\\\\\\"\"", "a\0\n/\\\""),
            ("\"\\uD83D\\ude00é\\u00e9\"", "😀éé"), ("[]", []), ("[ 1 , [ ] ]", [1, []]),
            ("{}", [:]), ("{\"a\":{\"b\":[null]}, \"\":0}", ["a": ["b": [nil]], "": 0]),
        ]
        for (text, value) in cases {
            #expect(try read(text) == value, "\(text)")
        }
        // Minus zero is no integer; equality does not see its sign.
        guard case .double(let zero) = try read("-0") else {
            Issue.record("-0 is not a double")
            return
        }
        #expect(zero.sign == .minus)
        for (text, value) in [("-0", 0), ("[-0]", [0]), ("-0.0", -0.0), ("-0e0", -0.0)]
            as [(String, JSONValue)]
        {
            #expect(try JSONReader.read(Array(text.utf8), minusZero: .integer) == value, "\(text)")
        }
        #expect(try read("{\"a\":1,\"b\":2}")["b"] == 2)
        #expect(try read("{\"a\":1}")["b"] == nil)
    }

    @Test("everything else is refused, at its byte") func refusals() {
        let cases: [(String, FormatError.Code, UInt64)] = [
            ("", .truncated, 0), ("  ", .truncated, 2), ("[1,", .truncated, 3),
            ("[1", .truncated, 2), ("{", .truncated, 1), ("{\"a\"", .truncated, 4),
            ("{\"a\":", .truncated, 5), ("\"abc", .truncated, 4), ("\"\\", .truncated, 2),
            ("\"\\u00", .truncated, 5), ("tru", .truncated, 3), ("-", .truncated, 1),
            ("1.", .truncated, 2), ("1e", .truncated, 2), ("1 2", .corrupt, 2),
            ("[1,]", .corrupt, 3), ("[,1]", .corrupt, 1), ("[1 2]", .corrupt, 3),
            ("{\"a\":1,}", .corrupt, 7), ("{a:1}", .corrupt, 1), ("{'a':1}", .corrupt, 1),
            ("{\"a\" 1}", .corrupt, 5), ("{\"a\":1 \"b\":2}", .corrupt, 7), ("01", .corrupt, 1),
            ("+1", .corrupt, 0), (".5", .corrupt, 0), ("1.e5", .corrupt, 2),
            ("0x10", .corrupt, 1), ("NaN", .corrupt, 0), ("Infinity", .corrupt, 0),
            ("-Infinity", .corrupt, 1), ("nul", .truncated, 3), ("nulL", .corrupt, 3),
            ("True", .corrupt, 0), ("\"\t\"", .corrupt, 1), ("\"\\x41\"", .corrupt, 2),
            ("\"\\u12G4\"", .corrupt, 5), ("\"\\uD800\"", .corrupt, 2),
            ("\"\\uDC00\"", .corrupt, 2), ("\"\\uD800\\u0041\"", .corrupt, 2),
            ("\"\\uD800\\n\"", .corrupt, 2), ("[1]]", .corrupt, 3), ("\u{FEFF}1", .corrupt, 0),
            ("1\0", .corrupt, 1), ("// x\n1", .corrupt, 0), ("\u{A0}1", .corrupt, 0),
            ("18446744073709551616", .notRepresentable, 0),
            ("[-9223372036854775809]", .notRepresentable, 1), ("1e400", .notRepresentable, 0),
            ("{\"a\":1,\"a\":1}", .corrupt, 7), ("{\"a\":1,\"\\u0061\":1}", .corrupt, 7),
        ]
        for (text, code, offset) in cases {
            let error = formatError { () throws(FormatError) in try read(text) }
            #expect(error?.code == code, "\(text): \(String(describing: error))")
            #expect(error?.offset == offset, "\(text): \(String(describing: error))")
            #expect(error?.format == "json")
        }
        let invalid: [[UInt8]] = [
            [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xC3, 0xA9],
            [0x22, 0x5C, 0x6E, 0x80, 0x22],
        ]
        for bytes in invalid {
            let error = formatError { () throws(FormatError) in try JSONReader.read(bytes) }
            #expect(error?.code == .corrupt)
        }
    }

    @Test("keys are told apart by their bytes, in small objects and large") func keys() throws {
        // é composed and decomposed are equal as Swift strings.
        #expect(try read("{\"\u{E9}\":1,\"e\u{301}\":2}")["e\u{301}"] == 2)
        for count in [3, 8, 9, 10, 100] {
            let names = (0..<count).map { "\"k\($0)\":0" }
            let object = "{" + names.joined(separator: ",") + "}"
            #expect(throws: Never.self) { try read(object) }
            for twice in [0, count / 2, count - 1] {
                let doubled = "{" + (names + [names[twice]]).joined(separator: ",") + "}"
                let error = formatError { () throws(FormatError) in try read(doubled) }
                #expect(error?.code == .corrupt)
            }
        }
    }

    @Test("depth and length are limited") func limits() throws {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for (depth, isAllowed) in [(64, true), (65, false), (100_000, false)] {
                let text =
                    String(repeating: open, count: depth) + (open == "[" ? "" : "0")
                    + String(repeating: close, count: depth)
                if isAllowed {
                    #expect(throws: Never.self) { try read(text) }
                } else {
                    let error = formatError { () throws(FormatError) in try read(text) }
                    #expect(error?.code == .limitExceeded)
                }
            }
        }
        let error = formatError { () throws(FormatError) in
            try JSONReader.read(Array("[1, 2]".utf8), limit: 5, at: 8, format: "safetensors")
        }
        #expect(error?.code == .limitExceeded)
        #expect(error?.offset == 8)
        #expect(error?.format == "safetensors")
    }

    @Test("integers that many readers would round are strings in a document for any reader")
    func wideIntegers() {
        let limit = 1 << 53 as Int64
        let value: JSONValue = [
            .int(limit - 1), .int(1 - limit), .int(limit), .int(-limit), .int(.min), .uint(.max),
        ]
        #expect(
            value.rendered(.pretty) == """
                [9007199254740991, -9007199254740991, "9007199254740992", "-9007199254740992", \
                "-9223372036854775808", "18446744073709551615"]
                """)
        #expect(value.rendered(.compact).hasSuffix(",18446744073709551615]"))
    }

    @Test("text is compact or pretty, keys are sorted, schema comes first") func writing() {
        let value: JSONValue = [
            "b": [1, 2.5, nil], "a": [:], "schema": "ltfn/1", "z": [["x": true], []],
            "é": .uint(.max), "e\u{301}": .double(.nan), "tab\t\"": "\u{1B}\\\u{202E}\u{E0001}",
        ]
        #expect(
            value.rendered()
                == "{\"schema\":\"ltfn/1\",\"a\":{},\"b\":[1,2.5,null],\"e\u{301}\":null,"
                + "\"tab\\t\\\"\":\"\\u001b\\\\\\u202e\\udb40\\udc01\","
                + "\"z\":[{\"x\":true},[]],\"é\":18446744073709551615}")
        #expect(
            (["n": [1, 2], "o": [["k": 1]], "e": []] as JSONValue).rendered(.pretty)
                == """
                {
                  "e": [],
                  "n": [1, 2],
                  "o": [
                    {
                      "k": 1
                    }
                  ]
                }
                """)
        for number in [
            0.1, 1e-7, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 100, -0.0,
        ] {
            let text = JSONValue.double(number).rendered()
            #expect(Double(text) == number)
        }
        #expect(JSONValue.double(0.1).rendered() == "0.1")
        #expect(JSONValue.double(-.infinity).rendered() == "null")
    }

    @Test("what is written is read back, in both layouts") func roundTrip() throws {
        var noise = TestBytes(seed: 5)
        for _ in 0..<300 {
            let value = randomValue(depth: 4, &noise)
            for layout in [JSONValue.Layout.compact, .pretty] {
                let text = value.rendered(layout)
                #expect(try read(text).rendered(layout) == text)
            }
        }
    }

    private func randomValue(depth: Int, _ noise: inout TestBytes) -> JSONValue {
        switch noise.next() % (depth == 0 ? 6 : 8) {
        case 0: return nil
        case 1: return .bool(noise.next() % 2 == 0)
        case 2: return .int(Int64(bitPattern: noise.next()))
        case 3: return .uint(noise.next() | 1 << 63)
        case 4: return .double(Double(bitPattern: noise.next() & ~(1 << 62)))
        case 5: return .string(String(decoding: noise.bytes(9), as: UTF8.self))
        case 6:
            return .array((0..<noise.next() % 4).map { _ in randomValue(depth: depth - 1, &noise) })
        default:
            return .object(
                (0..<noise.next() % 12).map {
                    JSONMember("\($0)é", randomValue(depth: depth - 1, &noise))
                })
        }
    }

    @Test(
        "Python's json reads the same values",
        .enabled(if: Programs.hasPython, "python3 is not installed"))
    func python() throws {
        var noise = TestBytes(seed: 6)
        let directory = TemporaryFolder()
        let values = (0..<200).map { _ in randomValue(depth: 5, &noise) }
        for layout in [JSONValue.Layout.compact, .pretty] {
            let text = JSONValue.array(values).rendered(layout)
            directory.put(Array(text.utf8), "ours.json")
            let program = """
                import json, sys
                path = sys.argv[1] + "/ours.json"
                value = json.loads(open(path, encoding="utf-8", newline="").read())
                compact = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
                open(sys.argv[1] + "/theirs.json", "w").write(compact)
                """
            #expect(Programs.python(program, [directory.path]) != nil)
            let theirs = try #require(directory.get("theirs.json"))
            let back = try JSONReader.read(theirs)
            #expect(back.rendered(layout) == text)
        }
    }

    @Test("a document written piece by piece is the rendered one, templates filled or not")
    func pieces() {
        let members = [
            JSONMember("b", .string("é\u{1B}")), JSONMember("a", .int(1)),
            JSONMember("name", .null), JSONMember("z", [1, ["k": 2]]),
        ]
        let template = JSONTemplate(members, gap: "name")
        let names = ["plain", "", "a \"quoted\" \\ one", "\u{202E}turned\n", "日本\u{E9}"]
        let elements = names.map { name -> JSONValue in
            .object(members.map { $0.key == "name" ? JSONMember("name", .string(name)) : $0 })
        }
        let whole: JSONValue = ["a": [], "list": .array(elements + elements), "z": true]
        var text = ""
        let write = { (piece: String) in text += piece }
        var document = JSONDocument(["a": []], to: write)
        document.beginArray("list", to: write)
        for element in elements { document.append(element, to: write) }
        for name in names { document.append(template, filledWith: name, to: write) }
        document.endArray(to: write)
        document.finish(["z": true], to: write)
        #expect(text == whole.rendered(.pretty) + "\n")
    }

    @Test("random and damaged text never traps") func fuzz() {
        var noise = TestBytes(seed: 8)
        let seed = Array(
            "{\"a\":[1,2.5e3,-0,null,true],\"\\u00e9\\uD83D\\uDE00\":{\"x\":\"y\"}}".utf8)
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<3 {
                let index = Int.random(in: 0..<bytes.count, using: &noise)
                switch noise.next() % 3 {
                case 0: bytes[index] = UInt8(truncatingIfNeeded: noise.next())
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes.randomElement(using: &noise)!, at: index)
                }
            }
            if let value = try? JSONReader.read(bytes) {
                let text = value.rendered()
                #expect((try? read(text))?.rendered() == text)
            }
        }
        for length in 0..<seed.count {
            #expect(throws: FormatError.self) { try JSONReader.read(Array(seed[..<length])) }
        }
    }
}
