import LTFNCheckpoint

/// The names that safetensors has for dtypes.
enum SafetensorsElementType {
    /// In the order in which the reference writer lays tensors out.
    private static let table: [(dtype: DType, name: String)] = [
        (.u64, "U64"), (.i64, "I64"), (.f64, "F64"), (.c64, "C64"),
        (.f32, "F32"), (.u32, "U32"), (.i32, "I32"),
        (.bf16, "BF16"), (.f16, "F16"), (.u16, "U16"), (.i16, "I16"),
        (.f8e5m2fnuz, "F8_E5M2FNUZ"), (.f8e4m3fnuz, "F8_E4M3FNUZ"), (.f8e8m0, "F8_E8M0"),
        (.f8e4m3fn, "F8_E4M3"), (.f8e5m2, "F8_E5M2"), (.i8, "I8"), (.u8, "U8"),
        (.f6e3m2, "F6_E3M2"), (.f6e2m3, "F6_E2M3"), (.f4e2m1, "F4"), (.bool, "BOOL"),
    ]

    static let dtypes = Set(table.map(\.dtype))

    private static let byDType = Dictionary(
        uniqueKeysWithValues: table.enumerated().map { ($0.element.dtype, $0) })

    private static let byName = Dictionary(
        uniqueKeysWithValues: table.map { ($0.name, $0.dtype) })

    /// `BF16`, or nil when safetensors has no such type.
    static func name(of dtype: DType) -> String? { byDType[dtype]?.element.name }

    /// The place of a dtype in the layout.
    static func rank(of dtype: DType) -> Int { byDType[dtype]?.offset ?? table.count }

    static func dtype(named name: String) -> DType? { byName[name] }
}
