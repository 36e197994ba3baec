import LTFNBytes
import LTFNCheckpoint
import LTFNInterchange
import Testing

@Suite("The header of npy files") struct NPYHeaderTests {
    /// A file with this text in its header and so many zero bytes behind it.
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
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n",
        ])
    func spellings(text: String) throws {
        for version in 1...3 as ClosedRange<UInt8> {
            let reader = try NPYFormat().open(
                MemorySource(file(text, values: 24, version: version)), limits: .standard)
            #expect(reader.manifest.variables[0].tensor.shape.dimensions == [2, 3])
        }
    }

    @Test(
        "anything else is corrupt, and nothing is evaluated",
        arguments: [
            "", " ", "{}", "{", "()", "None", "1", "'x'",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'shape': (2, 3)}",
            "{'descr': '<f4', 'descr': '<f4', 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': None, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (True, 6)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (02, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0x6,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1_0,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2*3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3) + ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '\\x3cf4', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': b'<f4', 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}{}",
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
            "|O", "<U3", "|S1", "<M8[s]", "<m8", "<f16", "<c32", "<f1", "f4", "=f4", "|f4", "@i4",
            "<i3", "<V3", "<i", "", "<f4x", "<f99999999999", ">",
        ])
    func types(descriptor: String) {
        let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (2, 3)}"
        #expect(error(file(text, values: 24))?.code == .unsupportedFeature)
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
