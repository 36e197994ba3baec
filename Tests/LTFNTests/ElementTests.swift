import LTFN
import Testing

@Suite("Elements of every dtype as numbers")
struct ElementTests {
    private func tensor(_ dtype: DType, _ count: Int, _ bytes: [UInt8]) throws -> TensorData {
        try TensorData(dtype: dtype, shape: [count], bytes: bytes)
    }

    @Test("Floats of 16 bits are not read as half as many of 32")
    func narrow() throws {
        let brain = try tensor(.bf16, 4, [0x80, 0x3F, 0x00, 0xC0, 0x80, 0x7F, 0xC0, 0x7F])
        let floats = try brain.floats()
        #expect(floats[..<3] == [1, -2, .infinity])
        #expect(floats[3].isNaN)
        let half = try tensor(.f16, 3, [0x00, 0x3C, 0x01, 0x00, 0xFF, 0x7B])
        #expect(try half.floats() == [1, 0x1p-24, 65504])
        #expect(try half.doubles() == [1, 0x1p-24, 65504])
    }

    @Test("Integers convert, and are rounded only where they must be")
    func integers() throws {
        #expect(try tensor(.i8, 3, [0xFF, 0x80, 0x7F]).floats() == [-1, -128, 127])
        #expect(try tensor(.bool, 3, [0, 1, 2]).floats() == [0, 1, 1])
        #expect(try tensor(.u16, 1, [0xFF, 0xFF]).floats() == [65535])
        let large = try tensor(.i64, 1, [1, 0, 0, 0, 0, 0, 0, 0x80])
        #expect(try large.doubles() == [Double(Int64.min + 1)])
        // 2^25 + 3: rounding to float64 first would do no harm, rounding twice would for others.
        let odd = try tensor(.u32, 1, [3, 0, 0, 2])
        #expect(try odd.floats() == [Float(33_554_435)])
        #expect(try odd.doubles() == [33_554_435])
    }

    @Test("Elements of less than a byte are unpacked from the low bits on")
    func packed() throws {
        #expect(try tensor(.i4, 3, [0x8F, 0x07]).floats() == [-1, -8, 7])
        #expect(try tensor(.u2, 5, [0b11_10_01_00, 0b10]).floats() == [0, 1, 2, 3, 2])
        #expect(try tensor(.f6e2m3, 4, [0x08, 0x00, 0x00]).floats() == [1, 0, 0, 0])
    }

    @Test("Stored bits are only given as the type that they are of")
    func stored() throws {
        let brain = try tensor(.bf16, 2, [0x80, 0x3F, 0x00, 0xC0])
        #expect(try brain.elements(as: BFloat16.self).map(\.bitPattern) == [0x3F80, 0xC000])
        let error = #expect(throws: FormatError.self) { try brain.elements(as: Float.self) }
        #expect(error?.code == .notRepresentable)
        #expect(error?.message.contains("bf16") == true)
        let complex = try tensor(.c64, 1, [UInt8](repeating: 0, count: 8))
        #expect(throws: FormatError.self) { try complex.floats() }
    }

    @Test("Every dtype of numbers has as many numbers as elements")
    func all() throws {
        for dtype in DType.allCases where dtype.isReal {
            for count in [0, 1, 3, 8] {
                let bytes = [UInt8](repeating: 0, count: dtype.byteCount(elementCount: count) ?? 0)
                let tensor = try tensor(dtype, count, bytes)
                #expect(try tensor.floats().count == count)
                #expect(try tensor.doubles().count == count)
            }
        }
    }
}
