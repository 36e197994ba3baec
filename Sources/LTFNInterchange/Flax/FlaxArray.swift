import LTFNBytes
import LTFNCheckpoint

/// An array as Flax packs it: its shape, the name of its dtype, its values.
struct FlaxArray {
    var dtypeName: String
    var dimensions: [Int]
    /// Where the values stand.
    var values: Range<UInt64>

    /// The types that Flax gives its extensions.
    static let array: Int8 = 1
    static let complex: Int8 = 2
    static let scalar: Int8 = 3

    /// Reads what an extension of either type holds.
    ///
    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `io`.
    init(_ reader: MessagePackReader, limits: DecodingLimits) throws(FormatError) {
        var reader = reader
        guard case .array(3) = try reader.next() else {
            throw reader.error(
                .corrupt, "An array is not packed as its shape, its dtype and its values.")
        }
        guard case .array(let rank) = try reader.next() else {
            throw reader.error(.corrupt, "The shape of an array is no list of numbers.")
        }
        guard rank <= UInt64(max(limits.rank, 0)) else {
            throw reader.error(
                .limitExceeded, "An array has \(rank) axes; \(limits.rank) are allowed.")
        }
        dimensions = []
        for _ in 0..<rank {
            guard case .int(let extent) = try reader.next(), extent >= 0,
                let dimension = Int(exactly: extent)
            else { throw reader.error(.corrupt, "The shape of an array is no list of numbers.") }
            dimensions.append(dimension)
        }
        dtypeName = try Self.text(&reader)
        values = try Self.values(&reader)
        guard reader.remaining == 0 else {
            throw reader.error(.corrupt, "\(reader.remaining) bytes follow the values of an array.")
        }
    }

    private static func text(_ reader: inout MessagePackReader) throws(FormatError) -> String {
        switch try reader.next() {
        case .string(let count), .bytes(let count):
            guard count <= 64, let text = String(validating: try reader.bytes(count), as: UTF8.self)
            else { break }
            return text
        default: break
        }
        throw reader.error(.corrupt, "The dtype of an array is no name.")
    }

    private static func values(
        _ reader: inout MessagePackReader
    ) throws(FormatError) -> Range<UInt64> {
        switch try reader.next() {
        case .bytes(let count), .string(let count): return try reader.skip(count)
        default: throw reader.error(.corrupt, "The values of an array are no bytes.")
        }
    }

    /// What NumPy and ml_dtypes call the dtypes whose values are stored as ours are. Those of less
    /// than a byte are not: they take a byte each.
    private static let dtypes: [String: DType] = [
        "bool": .bool, "int8": .i8, "int16": .i16, "int32": .i32, "int64": .i64, "uint8": .u8,
        "uint16": .u16, "uint32": .u32, "uint64": .u64, "float16": .f16, "bfloat16": .bf16,
        "float32": .f32, "float64": .f64, "complex64": .c64, "complex128": .c128,
        "float8_e4m3fn": .f8e4m3fn, "float8_e4m3fnuz": .f8e4m3fnuz, "float8_e5m2": .f8e5m2,
        "float8_e5m2fnuz": .f8e5m2fnuz, "float8_e8m0fnu": .f8e8m0,
    ]

    static let allDTypes = Set(dtypes.values)

    /// What the array is.
    ///
    /// - Throws: `unsupportedFeature` for other dtypes; `corrupt` when there are more or fewer
    ///   values; `limitExceeded`.
    func info(shape dimensions: [Int]? = nil) throws(FormatError) -> TensorInfo {
        guard let dtype = Self.dtypes[dtypeName] else {
            throw FormatError(
                .unsupportedFeature,
                "Its dtype is \(dtypeName), which cannot be read; expected numbers of whole bytes.")
        }
        return try TensorInfo(dtype: dtype, shape: TensorShape(dimensions ?? self.dimensions))
    }

    var byteCount: UInt64 { values.upperBound - values.lowerBound }
}
