import FuzzSupport
import LTFNBytes
import LTFNFormats
import Testing

@Suite("NumPy's arrays as bytes")
struct ByteArraysTests {
    private func npy(_ descriptor: String, _ shape: String, _ values: [UInt8]) -> [UInt8] {
        let text = "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(shape), }\n"
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
            + values
    }

    private func npz(_ members: [(String, [UInt8])]) -> [UInt8] {
        ZipBuilder(members.map { ZipBuilder.Member($0.0 + ".npy", $0.1) }).bytes
    }

    @Test("the array of a name, or the only one, whatever integers it holds")
    func found() throws {
        let images = npy("|u1", "(1, 2, 2)", [1, 2, 3, 255])
        let labels = npy("<i8", "(2,)", [7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0])
        let archive = npz([("x_test", images), ("y_test", labels)])
        let x = try ByteArrays.read(archive, names: ["x_test"], byteLimit: 100)
        #expect(x.name == "x_test" && x.shape == [1, 2, 2] && x.elements == [1, 2, 3, 255])
        let y = try ByteArrays.read(archive, names: ["none", "y_test"], byteLimit: 100)
        #expect(y.name == "y_test" && y.shape == [2] && y.elements == [7, 9])
        for single in [npz([("arr_0", labels)]), labels] {
            let only = try ByteArrays.read(single, names: ["y_test"], byteLimit: 100)
            #expect(only.name == "arr_0" && only.elements == [7, 9])
        }
        let bigEndian = npy(">i2", "(2,)", [0, 7, 0, 9])
        #expect(try ByteArrays.read(bigEndian, names: [], byteLimit: 4).elements == [7, 9])
    }

    @Test("what is no number from 0 to 255, not there or too large is an error")
    func refused() {
        let cases: [([UInt8], FormatError.Code)] = [
            (npy("<f4", "(1,)", [0, 0, 0, 0]), .unsupportedFeature),
            (npy("|i1", "(1,)", [0x80]), .corrupt),
            (npy("<u2", "(1,)", [0, 1]), .corrupt),
            (npy("|u1", "(101,)", [UInt8](repeating: 0, count: 101)), .limitExceeded),
            (npz([("a", npy("|u1", "(1,)", [0])), ("b", npy("|u1", "(1,)", [0]))]), .corrupt),
            (npz([]), .corrupt),
        ]
        for (file, code) in cases {
            do throws(FormatError) {
                _ = try ByteArrays.read(file, names: ["x_test"], byteLimit: 100)
                Issue.record("This was read: \(file)")
            } catch {
                #expect(error.code == code, "\(error)")
            }
        }
    }
}
