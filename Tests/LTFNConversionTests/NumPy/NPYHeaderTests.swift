import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import TestSupport
import Testing

@Suite("The header of npy files") struct NPYHeaderTests {
    /// A file with this text in its header and so many zero bytes after it.
    private func file(_ text: String, values: Int = 0, version: UInt8 = 1) -> [UInt8] {
        var writer = ByteWriter()
        writer.append([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, version, 0])
        if version == 1 {
            writer.u16(UInt16(text.utf8.count))
        } else {
            writer.u32(UInt32(text.utf8.count))
        }
        writer.string(text)
        writer.zeros(values)
        return writer.bytes
    }

    private func error(_ bytes: [UInt8]) -> FormatError? {
        formatError { () throws(FormatError) in
            try NPYFormat().open(MemorySource(bytes), limits: .standard)
        }
    }

    @Test(
        "every way to write the same header is read",
        arguments: [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}",
            "{\"shape\":(2,3,),\"fortran_order\":False,\"descr\":\"<f4\"}\n",
            " {'descr' : '<f4' , 'fortran_order' : False , 'shape' : ( 2 , 3 ) }\t\n",
            "# comment\n{'descr': '<f4', # 'x'\n 'fortran_order': False, 'shape': (2, 3)}#",
            "{u'descr': u'<f4', r'fortran_order': False, U'shape': (2, 3)}",
            "({'de' 'scr': ('<f4'), 'fortran_order': False, 'shape': (0x2, 0b1_1)})",
            "{'descr': '>f8', 'shape': (+2, --3), 'descr': '<f4', 'fortran_order': False}",
            "\u{C}{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}\r\n",
        ])
    func spellings(text: String) throws {
        for version in 1...3 as ClosedRange<UInt8> {
            let reader = try NPYFormat().open(
                MemorySource(file(text, values: 24, version: version)), limits: .standard)
            #expect(reader.manifest.variables[0].tensor.shape.dimensions == [2, 3])
        }
    }

    @Test("Python 2's long integers stand in versions 1 and 2 alone") func longIntegers() throws {
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3 L), }\n"
        #expect(error(file(text, values: 24)) == nil)
        #expect(error(file(text, values: 24, version: 2)) == nil)
        #expect(error(file(text, values: 24, version: 3))?.code == .corrupt)
    }

    @Test("an array after records is found, one after objects is not") func recordSeries() throws {
        func array(_ descriptor: String, _ values: Int) -> [UInt8] {
            file(
                "{'descr': \(descriptor), 'fortran_order': False, 'shape': (2,)}", values: values)
        }
        func open(_ bytes: [UInt8], _ index: Int) throws(FormatError) -> any CheckpointReader {
            var selection = ReadingSelection.everything
            selection.arrayIndex = index
            return try NPYFormat(selection: selection).open(
                MemorySource(bytes), limits: .standard)
        }
        let record =
            "[('a', '<f4'), (('t', 'b'), '<i2', (2, 3)), ('', '|V2'), ('c', [('d', 'f8')])]"
        let bytes = array("'<f4'", 8) + array(record, 52) + array("'<U3'", 24) + array("'f8'", 16)
        #expect(try open(bytes, 3).manifest.variables[0].tensor.dtype == .f64)
        let chosen = formatError { () throws(FormatError) in try open(bytes, 1) }
        #expect(chosen?.message.contains("records") == true)
        let objects = bytes + array("'|O'", 9) + array("'f8'", 16)
        #expect(try open(objects, 0).manifest.variables[0].tensor.dtype == .f32)
        let behind = formatError { () throws(FormatError) in try open(objects, 5) }
        #expect(behind?.code == .unsupportedFeature)
        #expect(behind?.message.contains("Array 4 is |O [2]") == true)
    }

    @Test(
        "anything else is corrupt, and nothing is evaluated",
        arguments: [
            "", " ", "{}", "{", "()", "None", "1", "'x'",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
            "{'descr': '<f4', 'descr': '<f4', 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': None, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (02, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2*3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3) + ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': b'<f4', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}{}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 6)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (6_,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1__0,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0x,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0b2,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3) # }",
            "{'descr': f'<f4', 'fortran_order': False, 'shape': (2, 3)}",
            "{descr: '<f4', fortran_order: False, shape: (2, 3)}",
            "__import__('os').system('true')",
            String(repeating: "(", count: 5000), String(repeating: "[(", count: 4000),
        ])
    func grammar(text: String) {
        #expect(error(file(text, values: 24))?.code == .corrupt)
    }

    @Test(
        "types that cannot be held are named",
        arguments: [
            "|O", "O", "object", "<U3", "U", "|S1", "S", "c", "a3", "<M8[s]", "<m8", "<f16", "g",
            "longdouble", "<c32", "@i4", "<i3", "<V3", "V", "", "<f4x", "<f99999999999", ">",
            "<|f4",
            "<float32", "Float32", "f4 ", "B1", "l4", "u", "2f4", "(2,)f4", "f4,i4", "<E", "int4",
            "float4_e2m1fn", "V99999999999999999999", "<M8x", "é", "<é4",
        ])
    func types(descriptor: String) {
        let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (2, 3)}"
        #expect(error(file(text, values: 24))?.code == .unsupportedFeature)
    }

    @Test(
        "every spelling that NumPy resolves is read as NumPy reads it",
        arguments: [
            (
                DType.f32,
                ["<f4", ">f4", "=f4", "|f4", "f4", "f", "<f", ">f", "f04", "float32", "single"]
            ),
            (.f64, ["f8", "d", "<d", "double", "float", "float64"]),
            (.f16, ["e", "<e", ">e", "f2", "half", "float16"]),
            (.bool, ["?", "<?", ">?", "b1", "<b1", ">b1", "|b1", "bool", "bool_"]),
            (.i8, ["b", "<b", "i1", ">i1", "int8", "byte"]),
            (.u8, ["B", "u1", "<u1", "u01", "uint8", "ubyte"]),
            (.i16, ["h", "i2", "short", "int16"]), (.u16, ["H", "<H", "u2", "ushort", "uint16"]),
            (.i32, ["i", "<i", "i4", "intc", "int32"]), (.u32, ["I", "u4", "uintc", "uint32"]),
            (.i64, ["l", "q", "p", "n", "i8", "<i08", "int", "int_", "long", "intp", "longlong"]),
            (.u64, ["L", ">Q", "P", "N", "u8", "uint", "ulong", "uintp", "ulonglong"]),
            (.c64, ["F", "c8", "csingle", "complex64"]),
            (.c128, ["D", "c16", "cdouble", "complex"]), (.f8e5m2, ["<f1", "f1", "float8_e5m2"]),
            (.bf16, ["bfloat16"]), (.f8e4m3fn, ["float8_e4m3fn"]), (.f8e8m0, ["float8_e8m0fnu"]),
            (.bits8, ["|V1", "<V1", "V1"]), (.bits16, ["<V2", ">V2", "V2"]),
        ])
    func descriptors(dtype: DType, spellings: [String]) throws {
        let count = dtype.bitCount / 8
        for spelling in spellings {
            let text = "{'descr': '\(spelling)', 'fortran_order': False, 'shape': (1,)}"
            var bytes = file(text)
            bytes += (0..<count).map { $0 == 0 && dtype == .bool ? 1 : UInt8($0 + 1) }
            let reader = try NPYFormat().open(MemorySource(bytes), limits: .standard)
            #expect(reader.manifest.variables[0].tensor.dtype == dtype, "\(spelling)")
            let isTurned = spelling.hasPrefix(">") && !spelling.hasSuffix("V2")
            let values = Array(bytes.suffix(count))
            #expect(
                try reader.read(0).array == (isTurned ? values.reversed() : values), "\(spelling)")
        }
    }

    @Test("several arrays in a row: all are told, one is chosen") func series() throws {
        func array(_ descriptor: String, _ count: Int, _ fill: UInt8, _ byteCount: Int) -> [UInt8] {
            file("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(count),)}")
                + [UInt8](repeating: fill, count: byteCount)
        }
        let three = array("<f4", 2, 1, 8) + array("<U3", 1, 2, 12) + array("|u1", 3, 3, 3)
        func open(_ bytes: [UInt8], _ index: Int?) throws(FormatError) -> any CheckpointReader {
            var format = NPYFormat()
            format.selection.arrayIndex = index
            return try format.open(MemorySource(bytes), limits: .standard)
        }
        func error(_ bytes: [UInt8], _ index: Int?) -> FormatError? {
            formatError { () throws(FormatError) in try open(bytes, index) }
        }
        #expect(try open(three, 0).read(0).array == [UInt8](repeating: 1, count: 8))
        #expect(try open(three, 2).read(0).array == [3, 3, 3])
        #expect(try open(three, 2).read(0, bytes: 1..<3).copy(of: 0..<2) == [3, 3])
        #expect(error(three, 1)?.code == .unsupportedFeature)
        #expect(error(three, nil)?.message.contains("3 arrays") == true)
        #expect(error(three, nil)?.remedy == .chooseArray(count: 3))
        for index in [3, -1, Int.max, Int.min] { #expect(error(three, index)?.code == .corrupt) }
        // Every byte belongs to an array, whichever is chosen.
        #expect(error(three + [0], 0)?.code == .corrupt)
        #expect(error(Array(three.dropLast()), 0)?.code == .truncated)
        // What a pickle is long, nothing tells.
        let objects = array("<f4", 2, 1, 8) + array("|O", 1, 2, 40) + array("|u1", 3, 3, 3)
        #expect(try open(objects, 0).read(0).array == [UInt8](repeating: 1, count: 8))
        #expect(error(objects, 2)?.message.contains("cannot be found") == true)
        var limits = DecodingLimits()
        limits.variableCount = 2
        let crowded = formatError { () throws(FormatError) in
            try NPYFormat().open(MemorySource(three), limits: limits)
        }
        #expect(crowded?.code == .limitExceeded)
    }

    @Test("shapes that NumPy cannot make are not written") func shapes() throws {
        for (dimensions, fits) in [
            ([1 << 62, 0], false), ([0, 1 << 61], false), ([1 << 40, 1 << 40, 0], false),
            ([1 << 60, 0], true), ([0, 0], true), ([(1 << 61) - 1, 0], true),
        ] {
            let info = VariableInfo(
                name: try VariableName("arr_0"),
                tensor: try TensorInfo(dtype: .f32, shape: TensorShape(dimensions)))
            let manifest = try Manifest(variables: [info])
            for format in [NPYFormat(), NPZFormat()] as [any CheckpointFormat] {
                #expect(format.losses(writing: manifest).isEmpty == fits, "\(dimensions)")
            }
        }
    }

    @Test("records are refused") func records() {
        let text = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,)}"
        #expect(error(file(text, values: 24))?.code == .unsupportedFeature)
    }

    @Test("sizes that do not fit are errors before anything is allocated") func sizes() {
        func shape(_ shape: String, values: Int = 24) -> FormatError.Code? {
            error(
                file(
                    "{'descr': '<f4', 'fortran_order': True, 'shape': \(shape)}", values: values)
            )?.code
        }
        #expect(shape("(7,)") == .truncated)
        #expect(shape("(5,)") == .corrupt)
        #expect(shape("(9223372036854775807,)") == .limitExceeded)
        #expect(shape("(4611686018427387904, 4)") == .limitExceeded)
        #expect(shape("(4611686018427387904, 4, 0)", values: 0) == nil)
        #expect(shape("(2305843009213693951,)") == .truncated)
        let deep = "(" + String(repeating: "1, ", count: 65) + ")"
        #expect(shape(deep, values: 4) == .limitExceeded)
    }

    @Test("versions and lengths") func versions() {
        #expect(error(file("{}", version: 4))?.code == .unsupportedVersion)
        #expect(error(file("{}", version: 0))?.code == .unsupportedVersion)
        var minor = file("{}")
        minor[7] = 1
        #expect(error(minor)?.code == .unsupportedVersion)
        let long = file("{" + String(repeating: " ", count: 10_000) + "}", version: 2)
        #expect(error(long)?.code == .limitExceeded)
        var huge = file("{}", version: 3)
        huge.replaceSubrange(8..<12, with: [255, 255, 255, 255])
        #expect(error(huge)?.code == .limitExceeded)
        #expect(error([])?.code == .truncated)
        #expect(error(Array("not an array".utf8))?.code == .notThisFormat)
    }

    @Test("text of older versions is Latin-1, that of version 3 UTF-8") func encodings() {
        let text = "{'descr': '<f4', 'fortran_order': False, 'größe': (2, 3)}"
        #expect(error(file(text, values: 24, version: 3))?.code == .corrupt)
        var latin = file(text, values: 24)
        #expect(error(latin)?.code == .corrupt)
        latin[20] = 0xFF
        #expect(error(latin)?.code == .corrupt)
    }
}
