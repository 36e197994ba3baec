import LTFNBytes
import LTFNCheckpoint

/// Reads values of the metadata, and what type they are of.
struct GGUFValueReader {
    private var tally = AvailableMemory.Tally()

    /// How deep arrays may stand in arrays.
    private static let depthLimit = 32

    /// - Throws: `corrupt`, `truncated`, `limitExceeded`, `unsupportedFeature`, `io`.
    mutating func value(
        _ cursor: inout GGUFCursor
    ) throws(FormatError) -> (value: MetadataValue, type: GGUFType) {
        let type = try Self.type(&cursor)
        if type == .array { return try array(&cursor, depth: 1) }
        return (try plain(type, &cursor), .plain(type))
    }

    private static func type(_ cursor: inout GGUFCursor) throws(FormatError) -> GGUFValueType {
        let start = cursor
        let number: UInt32 = try cursor.number()
        guard let type = GGUFValueType(rawValue: number) else {
            throw start.error(
                .unsupportedFeature,
                "A value of the metadata has the type \(number), which is not known; expected 0 to "
                    + "12.")
        }
        return type
    }

    /// A value that is no array.
    private mutating func plain(
        _ type: GGUFValueType, _ cursor: inout GGUFCursor
    ) throws(FormatError) -> MetadataValue {
        switch type {
        case .u8: return .i64(Int64(try cursor.number(as: UInt8.self)))
        case .i8: return .i64(Int64(Int8(bitPattern: try cursor.number())))
        case .u16: return .i64(Int64(try cursor.number(as: UInt16.self)))
        case .i16: return .i64(Int64(Int16(bitPattern: try cursor.number())))
        case .u32: return .i64(Int64(try cursor.number(as: UInt32.self)))
        case .i32: return .i64(Int64(Int32(bitPattern: try cursor.number())))
        case .i64: return .i64(Int64(bitPattern: try cursor.number()))
        case .u64: return .u64(try cursor.number())
        case .f32: return .f64(bits: WidenedFloat.bits(of: try cursor.number()))
        case .f64: return .f64(bits: try cursor.number())
        case .bool:
            let start = cursor
            let byte: UInt8 = try cursor.number()
            guard byte < 2 else {
                throw start.error(
                    .corrupt, "A truth value of the metadata is \(byte); expected 0 or 1.")
            }
            return .bool(byte == 1)
        case .string:
            let bytes = try cursor.string()
            try tally.add(bytes.count)
            // Tokens of a vocabulary may be parts of characters.
            return String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
        case .array:
            throw cursor.error(.corrupt, "An array is no plain value.")
        }
    }

    private mutating func array(
        _ cursor: inout GGUFCursor, depth: Int
    ) throws(FormatError) -> (value: MetadataValue, type: GGUFType) {
        guard depth <= Self.depthLimit else {
            throw cursor.error(
                .limitExceeded,
                "Arrays of the metadata stand in arrays more than \(Self.depthLimit) deep.")
        }
        let type = try Self.type(&cursor)
        let count: UInt64 = try cursor.number()
        try cursor.expect(count, of: type.minimumByteCount, "values of an array")
        switch type {
        case .u8, .i8: return (.bytes(try cursor.bytes(count)), .list(type))
        case .array where count > 0: return try arrays(count, &cursor, depth: depth)
        default:
            var values: [MetadataValue] = []
            for _ in 0..<count {
                try tally.add(MemoryLayout<MetadataValue>.stride)
                try values.makeRoomForOne()
                values.append(try plain(type, &cursor))
            }
            return (.list(values), .list(type))
        }
    }

    private mutating func arrays(
        _ count: UInt64, _ cursor: inout GGUFCursor, depth: Int
    ) throws(FormatError) -> (value: MetadataValue, type: GGUFType) {
        var values: [MetadataValue] = []
        var types: [GGUFType] = []
        for _ in 0..<count {
            try tally.add(4 * MemoryLayout<MetadataValue>.stride)
            try values.makeRoomForOne()
            try types.makeRoomForOne()
            let (value, type) = try array(&cursor, depth: depth + 1)
            values.append(value)
            types.append(type)
        }
        return (.list(values), .lists(types))
    }
}

/// A float32 among numbers of 64 bits. What is no number keeps its bits, too, which a conversion by
/// the processor would change.
enum WidenedFloat {
    /// The float64 of the same value.
    static func bits(of bits: UInt32) -> UInt64 {
        let float = Float(bitPattern: bits)
        guard float.isNaN else { return Double(float).bitPattern }
        return UInt64(bits & 0x8000_0000) << 32 | 0x7FF << 52 | UInt64(bits & 0x7F_FFFF) << 29
    }

    /// The float32 of the same value; nil: there is none.
    static func float(of bits: UInt64) -> UInt32? {
        let double = Double(bitPattern: bits)
        let float =
            double.isNaN
            ? UInt32(bits >> 32) & 0x8000_0000 | 0x7F80_0000
                | UInt32(truncatingIfNeeded: bits >> 29) & 0x7F_FFFF
            : Float(double).bitPattern
        return self.bits(of: float) == bits ? float : nil
    }
}
