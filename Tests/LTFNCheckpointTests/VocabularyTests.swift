import LTFNBytes
import LTFNCheckpoint
import Testing

@Suite("Vocabulary")
struct VocabularyTests {
    @Test("A shape that overflows is refused, an empty one is not")
    func shapes() throws {
        #expect(try TensorShape([3, 3, 64, 128]).elementCount == 73_728)
        #expect(TensorShape.scalar.elementCount == 1)
        #expect(try TensorShape([Int.max, Int.max, 0]).elementCount == 0)
        #expect(throws: FormatError.self) { try TensorShape([Int.max, 2]) }
        #expect(throws: FormatError.self) { try TensorShape([-1]) }
    }

    @Test("Byte counts of packed dtypes round up")
    func byteCounts() {
        #expect(DType.f32.byteCount(elementCount: 3) == 12)
        #expect(DType.u4.byteCount(elementCount: 3) == 2)
        #expect(DType.f6e2m3.byteCount(elementCount: 3) == 3)
        #expect(DType.u8.byteCount(elementCount: .max) == .max)
        #expect(DType.u2.byteCount(elementCount: .max) == 1 << 61)
        #expect(DType.f6e2m3.byteCount(elementCount: .max) == 6_917_529_027_641_081_856)
        #expect(DType.f6e2m3.byteCount(elementCount: 5) == 4)
        #expect(DType.f32.byteCount(elementCount: .max) == nil)
    }

    @Test("Names are told apart by their bytes")
    func names() throws {
        let composed = try VariableName("caf\u{E9}")
        let decomposed = try VariableName("cafe\u{301}")
        #expect(composed != decomposed)
        #expect(composed.string == decomposed.string)
        #expect(throws: FormatError.self) { try VariableName("") }
        #expect(throws: FormatError.self) { try VariableName("a\u{1B}[2J") }
        #expect(throws: FormatError.self) {
            try VariableName(String(repeating: "x", count: 1025))
        }
    }

    @Test("A manifest puts variables in byte order and refuses doubles and dangling ties")
    func manifest() throws {
        let info = try TensorInfo(dtype: .f32, shape: TensorShape([2]))
        func variable(_ name: String, tiedTo: String? = nil) throws -> VariableInfo {
            VariableInfo(
                name: try VariableName(name), tensor: info,
                tiedTo: try tiedTo.map { try VariableName($0) })
        }
        let manifest = try Manifest(variables: [
            variable("b"), variable("a", tiedTo: "b"), variable("B"),
        ])
        #expect(manifest.variables.map(\.name.string) == ["B", "a", "b"])
        #expect(try manifest.index(of: VariableName("b")) == 2)
        #expect(throws: FormatError.self) {
            try Manifest(variables: [variable("a"), variable("a")])
        }
        #expect(throws: FormatError.self) { try Manifest(variables: [variable("a", tiedTo: "z")]) }
    }

    @Test("bfloat16 rounds to nearest, ties to even, and keeps NaN")
    func bfloat16() {
        #expect(BFloat16(1.0).bitPattern == 0x3F80)
        #expect(BFloat16(Float(bitPattern: 0x3F80_8000)).bitPattern == 0x3F80)
        #expect(BFloat16(Float(bitPattern: 0x3F81_8000)).bitPattern == 0x3F82)
        #expect(BFloat16(Float.greatestFiniteMagnitude).bitPattern == 0x7F80)
        #expect(Float(BFloat16(Float(bitPattern: 0x7F80_0001))).isNaN)
    }
}
