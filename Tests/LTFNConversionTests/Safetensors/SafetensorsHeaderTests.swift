import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("The header of safetensors files") struct SafetensorsHeaderTests {
    /// A file with this header and so many bytes of data.
    private func file(_ header: String, data: Int = 0) -> [UInt8] {
        var writer = ByteWriter()
        writer.u64(UInt64(header.utf8.count))
        writer.string(header)
        writer.zeros(data)
        return writer.bytes
    }

    private func manifest(_ bytes: [UInt8]) throws(FormatError) -> Manifest {
        try SafetensorsFormat().open(MemorySource(bytes), limits: .standard).manifest
    }

    private func code(_ header: String, data: Int = 0) -> FormatError.Code? {
        formatError { () throws(FormatError) in try manifest(file(header, data: data)) }?.code
    }

    private func tensor(
        _ name: String, _ dtype: String = "\"U8\"", _ shape: String = "[2]",
        _ offsets: String = "[0,2]"
    ) -> String {
        "\"\(name)\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    @Test("spaces, order and padding are free") func spellings() throws {
        #expect(code("{\(tensor("a"))}", data: 2) == nil)
        #expect(code("{ \(tensor("a")) } \t\n\r  ", data: 2) == nil)
        #expect(
            code(
                "{\"a\" : {\"data_offsets\" : [0, 2], \"shape\" : [2], \"dtype\" : \"U8\"}}",
                data: 2) == nil)
        let second = tensor("b", "\"U8\"", "[2]", "[2,4]")
        #expect(code("{\(second),\(tensor("a"))}", data: 4) == nil)
        let found = try manifest(
            file("{\"\\u0061\\ud83d\\ude00\":{\(tensor("x").dropFirst(5))}", data: 2))
        #expect(found.variables[0].name.string == "a😀")
    }

    @Test("the data are filled without holes, overlaps and a tail") func offsets() {
        func two(_ first: String, _ second: String, data: Int = 4) -> FormatError.Code? {
            code(
                "{\(tensor("a", "\"U8\"", "[2]", first)),\(tensor("b", "\"U8\"", "[2]", second))}",
                data: data)
        }
        #expect(two("[0,2]", "[2,4]") == nil)
        #expect(two("[0,2]", "[0,2]") == .corrupt)
        #expect(two("[0,2]", "[1,3]") == .corrupt)
        #expect(two("[0,2]", "[3,5]", data: 5) == .corrupt)
        #expect(two("[1,3]", "[3,5]", data: 5) == .corrupt)
        #expect(two("[0,2]", "[2,4]", data: 5) == .corrupt)
        #expect(two("[0,2]", "[2,4]", data: 3) == .truncated)
        #expect(two("[0,2]", "[2,5]", data: 5) == .corrupt)
        #expect(two("[2,0]", "[0,2]") == .corrupt)
        #expect(code("{}", data: 1) == .corrupt)
        #expect(code("{\(tensor("a", "\"U8\"", "[0]", "[0,0]"))}") == nil)
        #expect(code("{\(tensor("a", "\"U8\"", "[0]", "[1,1]"))}", data: 1) == .corrupt)
    }

    @Test(
        "what is not as the format says is corrupt",
        arguments: [
            "[]x", "{", "{}}", "{} x", "{\"a\"}", "{\"a\":1}", "{\"a\":null}", "{\"a\":[]}",
            "{\"a\":{}}", "{\"a\":{\"dtype\":\"U8\",\"shape\":[2]}}",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"more\":[0,2]}}",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"data_offsets\":[0,2]}}",
            "{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}",
            "{\"__metadata__\":1}", "{\"__metadata__\":[]}",
            "{\"__metadata__\":{\"a\":1}}", "{\"__metadata__\":{\"a\":null}}",
            "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}",
            "{\"__metadata__\":{},\"__metadata__\":{}}", "{\"\\ud800\":{}}", "{'a':1}", "{,}",
        ])
    func illegal(header: String) {
        let found = code(header, data: 2)
        #expect([.corrupt, .truncated, .notThisFormat].contains(found))
    }

    @Test("a key that stands twice is refused, however it is spelled") func duplicates() {
        #expect(code("{\(tensor("a")),\(tensor("a"))}", data: 2) == .corrupt)
        #expect(code("{\(tensor("a")),\(tensor("\\u0061"))}", data: 2) == .corrupt)
        // To other eyes the same name, but other bytes.
        let second = tensor("e\u{301}", "\"U8\"", "[2]", "[2,4]")
        #expect(code("{\(tensor("\u{e9}")),\(second)}", data: 4) == nil)
    }

    @Test("numbers are whole and fit") func numbers() {
        for shape in ["[2.0]", "[-2]", "[2e0]", "[\"2\"]", "[null]", "[true]", "2", "[[2]]", "{}"] {
            #expect(code("{\(tensor("a", "\"U8\"", shape))}", data: 2) == .corrupt, "\(shape)")
        }
        for offsets in ["[0]", "[0,2,4]", "[0.0,2]", "[-2,0]", "{}", "[0,\"2\"]"] {
            #expect(code("{\(tensor("a", "\"U8\"", "[2]", offsets))}", data: 2) == .corrupt)
        }
        let half = "9223372036854775808"
        #expect(code("{\(tensor("a", "\"U8\"", "[\(half)]"))}", data: 2) == .corrupt)
        #expect(
            code("{\(tensor("a", "\"U8\"", "[4611686018427387904,4]"))}", data: 2)
                == .limitExceeded)
        #expect(
            code("{\(tensor("a", "\"F32\"", "[4611686018427387904]"))}", data: 2)
                == .limitExceeded)
        #expect(
            code("{\(tensor("a", "\"U8\"", "[9223372036854775807]", "[0,9223372036854775807]"))}")
                == .truncated)
    }

    @Test("elements of less than a byte fill whole bytes") func packed() throws {
        #expect(code("{\(tensor("a", "\"F4\"", "[2,2]"))}", data: 2) == nil)
        #expect(code("{\(tensor("a", "\"F4\"", "[3]"))}", data: 2) == .corrupt)
        #expect(code("{\(tensor("a", "\"F6_E2M3\"", "[4]", "[0,3]"))}", data: 3) == nil)
        #expect(code("{\(tensor("a", "\"F6_E3M2\"", "[8]", "[0,6]"))}", data: 6) == nil)
        #expect(code("{\(tensor("a", "\"F6_E2M3\"", "[2]"))}", data: 2) == .corrupt)
    }

    @Test("unknown types and impossible names are named as such") func unsupported() {
        #expect(code("{\(tensor("a", "\"F128\""))}", data: 2) == .unsupportedFeature)
        #expect(code("{\(tensor("a", "\"u8\""))}", data: 2) == .unsupportedFeature)
    }

    @Test("what the reference reader passes over is read, and told of") func lenient() throws {
        func open(_ header: String, data: Int = 2) throws(FormatError) -> any CheckpointReader {
            let bytes = file(header, data: data)
            let format = SafetensorsFormat()
            #expect(format.recognizes(prefix: bytes, byteCount: UInt64(bytes.count)))
            return try format.open(MemorySource(bytes), limits: .standard)
        }
        #expect(try open(" \n\t\r{\(tensor("a"))}").manifest.variables.count == 1)
        #expect(try open("{\"__metadata__\":null,\(tensor("a"))}").manifest.metadata.isEmpty)
        let more = try open(
            "{\"a\":{\"more\":{\"x\":[1]},\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}")
        #expect(more.notes.count == 1 && more.notes[0].contains("\"more\""))
        #expect(more.losses.isEmpty)
    }

    @Test("names that no variable can have are changed, each to another, and told of")
    func names() throws {
        let long = String(repeating: "n", count: 1025)
        let spelled = ["", "unnamed", "a\\u0000", "a%00", "a\\n", long, long + "x", "b"]
        let tensors = spelled.enumerated().map {
            tensor($0.element, "\"U8\"", "[2]", "[\(2 * $0.offset),\(2 * $0.offset + 2)]")
        }
        let bytes = file("{\(tensors.joined(separator: ","))}", data: 2 * spelled.count)
        let reader = try SafetensorsFormat().open(MemorySource(bytes), limits: .standard)
        let names = reader.manifest.variables.map(\.name.string)
        #expect(Set(names).count == spelled.count)
        for same in ["unnamed", "a%00", "b", "a%0A"] { #expect(names.contains(same)) }
        #expect(reader.losses.count == 5)
        #expect(reader.losses.allSatisfy { $0.subject == .name && $0.variable != nil })
    }

    @Test("tensors of unknown types are all told, or left out by name") func unknownTypes() throws {
        let header =
            "{\(tensor("a", "\"F128\"")),\(tensor("b", "\"U8\"", "[2]", "[2,4]")),"
            + "\(tensor("c", "\"I4\"", "[4]", "[4,6]"))}"
        let bytes = file(header, data: 6)
        let error = formatError { () throws(FormatError) in try manifest(bytes) }
        #expect(error?.code == .unsupportedFeature)
        #expect(error?.message.contains("F128") == true && error?.message.contains("I4") == true)
        var format = SafetensorsFormat()
        format.selection.skipsUnreadable = true
        let reader = try format.open(MemorySource(bytes), limits: .standard)
        #expect(reader.manifest.variables.map(\.name.string) == ["b"])
        #expect(reader.losses.map(\.subject) == [.member, .member])
        format.selection = .everything
        format.selection.patterns = [GlobPattern("b*")]
        #expect(try format.open(MemorySource(bytes), limits: .standard).losses.isEmpty)
        // What is left out still has its place: holes and overlaps are errors.
        format.selection.skipsUnreadable = true
        let hole = file(header, data: 7)
        #expect(throws: FormatError.self) {
            try format.open(MemorySource(hole), limits: .standard)
        }
    }

    @Test("shapes that the reference reader cannot multiply are not written") func shapes() throws {
        for (dimensions, fits) in [
            ([1 << 62, 0], true), ([1 << 62, 8, 0], false), ([0, 1 << 62, 8], true),
        ] {
            let info = VariableInfo(
                name: try VariableName("w"),
                tensor: try TensorInfo(dtype: .u8, shape: TensorShape(dimensions)))
            let losses = SafetensorsFormat().losses(writing: try Manifest(variables: [info]))
            #expect(losses.isEmpty == fits, "\(dimensions)")
        }
    }

    @Test("the length of the header is checked before anything is allocated") func lengths() {
        func code(_ length: UInt64, _ rest: [UInt8] = []) -> FormatError.Code? {
            var writer = ByteWriter()
            writer.u64(length)
            writer.append(rest)
            return formatError { () throws(FormatError) in try manifest(writer.bytes) }?.code
        }
        #expect(code(100_000_001) == .limitExceeded)
        #expect(code(.max) == .limitExceeded)
        #expect(code(100_000_000) == .truncated)
        #expect(code(3, [0x7B, 0x7D]) == .truncated)
        #expect(code(0) == .notThisFormat)
        #expect(code(1, [0x7B]) == .truncated)
        #expect(code(2, [0x20, 0x7B]) == .truncated)
        #expect(code(2, [0x20, 0x20]) == .notThisFormat)
    }
}
