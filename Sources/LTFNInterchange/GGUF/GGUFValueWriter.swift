import LTFNBytes
import LTFNCheckpoint

/// Writes values of the metadata as they are of a type.
struct GGUFValueWriter {
    private(set) var writer = ByteWriter()

    /// Whether a value of this type comes back as the same value.
    static func fits(_ value: MetadataValue, _ type: GGUFType) -> Bool {
        switch (type, value) {
        case (.plain(let plain), _): fits(value, plain)
        case (.list(.u8), .bytes), (.list(.i8), .bytes): true
        case (.list(.u8), _), (.list(.i8), _): false
        case (.list(.array), .list(let values)): values.isEmpty
        case (.list(let plain), .list(let values)): values.allSatisfy { fits($0, plain) }
        case (.lists(let types), .list(let values)):
            !types.isEmpty && types.count == values.count
                && zip(values, types).allSatisfy { $1.isArray && fits($0, $1) }
        default: false
        }
    }

    private static func fits(_ value: MetadataValue, _ type: GGUFValueType) -> Bool {
        switch (type, value) {
        case (.u8, .i64(let number)): UInt8(exactly: number) != nil
        case (.i8, .i64(let number)): Int8(exactly: number) != nil
        case (.u16, .i64(let number)): UInt16(exactly: number) != nil
        case (.i16, .i64(let number)): Int16(exactly: number) != nil
        case (.u32, .i64(let number)): UInt32(exactly: number) != nil
        case (.i32, .i64(let number)): Int32(exactly: number) != nil
        case (.i64, .i64), (.u64, .u64), (.f64, .f64), (.bool, .bool), (.string, .string): true
        case (.f32, .f64(let bits)): WidenedFloat.float(of: bits) != nil
        case (.string, .bytes(let bytes)): String(validating: bytes, as: UTF8.self) == nil
        default: false
        }
    }

    /// Writes the number of a type, and a value that fits it.
    mutating func write(_ value: MetadataValue, _ type: GGUFType) {
        switch type {
        case .plain(let plain):
            writer.u32(plain.rawValue)
            write(value, plain)
        case .list, .lists:
            writer.u32(GGUFValueType.array.rawValue)
            writeArray(value, type)
        }
    }

    mutating func string(_ bytes: some Collection<UInt8>) {
        writer.u64(UInt64(bytes.count))
        writer.append(Array(bytes))
    }

    private mutating func writeArray(_ value: MetadataValue, _ type: GGUFType) {
        switch (type, value) {
        case (.list(let plain), .bytes(let bytes)):
            writer.u32(plain.rawValue)
            string(bytes)
        case (.list(let plain), .list(let values)):
            writer.u32(plain.rawValue)
            writer.u64(UInt64(values.count))
            for value in values { write(value, plain) }
        case (.lists(let types), .list(let values)):
            writer.u32(GGUFValueType.array.rawValue)
            writer.u64(UInt64(values.count))
            for (value, type) in zip(values, types) { writeArray(value, type) }
        default: break
        }
    }

    private mutating func write(_ value: MetadataValue, _ type: GGUFValueType) {
        switch value {
        case .bool(let flag): writer.u8(flag ? 1 : 0)
        case .i64(let number):
            let bits = UInt64(bitPattern: number)
            switch type {
            case .u8, .i8: writer.u8(UInt8(truncatingIfNeeded: bits))
            case .u16, .i16: writer.u16(UInt16(truncatingIfNeeded: bits))
            case .u32, .i32: writer.u32(UInt32(truncatingIfNeeded: bits))
            default: writer.u64(bits)
            }
        case .u64(let number): writer.u64(number)
        case .f64(let bits):
            if type == .f32, let float = WidenedFloat.float(of: bits) {
                writer.u32(float)
            } else {
                writer.u64(bits)
            }
        case .string(let text): string(text.utf8)
        case .bytes(let bytes): string(bytes)
        case .list, .map: break
        }
    }
}
