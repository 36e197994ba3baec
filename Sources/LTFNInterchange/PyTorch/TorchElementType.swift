import LTFNCheckpoint

/// The names that PyTorch has for dtypes, and for storages of them.
enum TorchElementType {
    /// Elements as a tensor has them.
    enum Kind: Hashable {
        case dtype(DType)
        /// What it is, for a sentence: there are no such elements here.
        case unknown(String)
    }

    /// - Parameter storage: the class of the storage; nil: it is an untyped one.
    private struct Row {
        var name: String
        var storage: String?
        var kind: Kind

        init(_ name: String, _ storage: String?, _ dtype: DType) {
            self.name = name
            self.storage = storage
            kind = .dtype(dtype)
        }

        init(_ name: String, _ storage: String?, unknown: String) {
            self.name = name
            self.storage = storage
            kind = .unknown(unknown)
        }
    }

    private static let dequantizing = "Save tensor.dequantize()"

    private static let table =
        [
            Row("float32", "FloatStorage", .f32), Row("float64", "DoubleStorage", .f64),
            Row("float16", "HalfStorage", .f16), Row("bfloat16", "BFloat16Storage", .bf16),
            Row("int64", "LongStorage", .i64), Row("int32", "IntStorage", .i32),
            Row("int16", "ShortStorage", .i16), Row("int8", "CharStorage", .i8),
            Row("uint8", "ByteStorage", .u8), Row("bool", "BoolStorage", .bool),
            Row("complex64", "ComplexFloatStorage", .c64),
            Row("complex128", "ComplexDoubleStorage", .c128),
            Row("uint16", nil, .u16), Row("uint32", nil, .u32), Row("uint64", nil, .u64),
            Row("float8_e4m3fn", nil, .f8e4m3fn), Row("float8_e4m3fnuz", nil, .f8e4m3fnuz),
            Row("float8_e5m2", nil, .f8e5m2), Row("float8_e5m2fnuz", nil, .f8e5m2fnuz),
            Row("float8_e8m0fnu", nil, .f8e8m0), Row("bits8", nil, .bits8),
            Row("bits16", nil, .bits16),
            Row("qint8", "QInt8Storage", unknown: "quantized (qint8). \(dequantizing)"),
            Row("quint8", "QUInt8Storage", unknown: "quantized (quint8). \(dequantizing)"),
            Row("qint32", "QInt32Storage", unknown: "quantized (qint32). \(dequantizing)"),
            Row("quint4x2", "QUInt4x2Storage", unknown: "quantized (quint4x2). \(dequantizing)"),
            Row("complex32", nil, unknown: "complex32. Save tensor.to(torch.complex64)"),
            Row("quint2x4", "QUInt2x4Storage", unknown: "quantized (quint2x4). \(dequantizing)"),
        ]
        + [
            "bcomplex32", "float4_e2m1fn_x2", "bits1x8", "bits2x4", "bits4x2",
            "uint1", "uint2", "uint3", "uint4", "uint5", "uint6", "uint7",
            "int1", "int2", "int3", "int4", "int5", "int6", "int7",
        ].map { Row($0, nil, unknown: "of the dtype \($0)") }

    /// `float32`
    static var names: [String] { table.map(\.name) }

    /// `FloatStorage`
    static var storages: [String] { table.compactMap(\.storage) }

    static let dtypes: Set<DType> = Set(byDType.keys)

    private static let byDType: [DType: Row] = {
        var rows: [DType: Row] = [:]
        for row in table { if case .dtype(let dtype) = row.kind { rows[dtype] = row } }
        return rows
    }()

    private static let byName = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0.kind) })

    private static let byStorage = Dictionary(
        uniqueKeysWithValues: table.compactMap { row in row.storage.map { ($0, row.kind) } })

    /// - Parameter global: `torch.float32`
    static func kind(dtype global: String) -> Kind? {
        global.hasPrefix("torch.") ? byName[String(global.dropFirst("torch.".count))] : nil
    }

    /// - Parameter global: `torch.FloatStorage`, `torch.cuda.FloatStorage`
    static func kind(storage global: String) -> Kind? {
        global.split(separator: ".").last.flatMap { byStorage[String($0)] }
    }

    static func isUntyped(storage global: String) -> Bool {
        global == "torch.storage.UntypedStorage"
    }

    /// `float32`; nil when PyTorch has no such dtype.
    static func name(of dtype: DType) -> String? { byDType[dtype]?.name }

    /// `FloatStorage`; nil for a dtype whose storages are untyped.
    static func storage(of dtype: DType) -> String? { byDType[dtype]?.storage }

    /// How many bytes the other byte order reverses together: a complex number has two parts.
    static func swapGroup(of dtype: DType) -> Int {
        switch dtype {
        case .c64: 4
        case .c128: 8
        default: dtype.bitCount / 8
        }
    }
}
