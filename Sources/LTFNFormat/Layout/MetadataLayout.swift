import LTFNBytes
import LTFNCheckpoint

/// A map of metadata on disk.
enum MetadataLayout {
    private enum Tag {
        static let bool: UInt8 = 1
        static let i64: UInt8 = 2
        static let u64: UInt8 = 3
        static let f64: UInt8 = 4
        static let string: UInt8 = 5
        static let bytes: UInt8 = 6
        static let list: UInt8 = 7
        static let map: UInt8 = 8
    }

    /// - Throws: `notRepresentable` when lists and maps are nested too deep.
    static func write(
        _ metadata: Metadata, to writer: inout ByteWriter, depth: Int = 0
    ) throws(FormatError) {
        writer.u64(UInt64(metadata.entries.count))
        for entry in metadata.entries {
            writer.text(entry.key.string)
            try write(entry.value, to: &writer, depth: depth)
        }
    }

    private static func write(
        _ value: MetadataValue, to writer: inout ByteWriter, depth: Int
    ) throws(FormatError) {
        switch value {
        case .bool(let value):
            writer.u8(Tag.bool)
            writer.u8(value ? 1 : 0)
        case .i64(let value):
            writer.u8(Tag.i64)
            writer.i64(value)
        case .u64(let value):
            writer.u8(Tag.u64)
            writer.u64(value)
        case .f64(let bits):
            writer.u8(Tag.f64)
            writer.u64(bits)
        case .string(let value):
            writer.u8(Tag.string)
            writer.text(value)
        case .bytes(let value):
            writer.u8(Tag.bytes)
            writer.u64(UInt64(value.count))
            writer.append(value)
        case .list(let values):
            writer.u8(Tag.list)
            try checkDepth(depth + 1)
            writer.u64(UInt64(values.count))
            for value in values { try write(value, to: &writer, depth: depth + 1) }
        case .map(let metadata):
            writer.u8(Tag.map)
            try checkDepth(depth + 1)
            try write(metadata, to: &writer, depth: depth + 1)
        }
    }

    private static func checkDepth(_ depth: Int) throws(FormatError) {
        guard depth <= MetadataValue.maximumDepth else {
            throw FormatError(
                .notRepresentable, format: NativeFormat.formatName, rule: "LTFN-M4",
                "Metadata nests more than \(MetadataValue.maximumDepth) lists and maps.")
        }
    }

    static func read(
        from reader: inout RecordReader, depth: Int = 0
    ) throws(FormatError) -> Metadata {
        // A key takes 8 bytes at least, a value 2.
        let count = try reader.count(minimumByteCount: 10, of: "metadata entries")
        var metadata = Metadata()
        for _ in 0..<count {
            let start = reader.offset
            let key = try reader.string()
            let isBehind = try metadata.append(key) { () throws(FormatError) in
                try readValue(from: &reader, depth: depth)
            }
            guard isBehind else {
                throw reader.broken(
                    "LTFN-M1", at: start,
                    "A metadata key is not after the one before it in the order of bytes.")
            }
        }
        return metadata
    }

    private static func readValue(
        from reader: inout RecordReader, depth: Int
    ) throws(FormatError) -> MetadataValue {
        let start = reader.offset
        let tag = try reader.u8()
        // Every value has a block of its own.
        try reader.charge(0)
        if tag == Tag.list || tag == Tag.map, depth >= MetadataValue.maximumDepth {
            throw reader.broken(
                "LTFN-M4", at: start,
                "Metadata nests more than \(MetadataValue.maximumDepth) lists and maps.")
        }
        switch tag {
        case Tag.bool: return .bool(try readBool(from: &reader))
        case Tag.i64: return .i64(try reader.i64())
        case Tag.u64: return .u64(try reader.u64())
        case Tag.f64: return .f64(bits: try reader.u64())
        case Tag.string: return .string(try reader.string())
        case Tag.bytes:
            return .bytes(
                try reader.bytes(try reader.count(minimumByteCount: 1, of: "metadata bytes")))
        case Tag.list:
            let count = try reader.count(minimumByteCount: 2, of: "list values")
            var values: [MetadataValue] = []
            for _ in 0..<count {
                try values.makeRoomForOne()
                values.append(try readValue(from: &reader, depth: depth + 1))
            }
            return .list(values)
        case Tag.map: return .map(try read(from: &reader, depth: depth + 1))
        default:
            throw reader.broken(
                "LTFN-M2", at: start, "A metadata value has the tag \(tag); expected 1 to 8.")
        }
    }

    private static func readBool(from reader: inout RecordReader) throws(FormatError) -> Bool {
        let start = reader.offset
        let value = try reader.u8()
        guard value <= 1 else {
            throw reader.broken(
                "LTFN-M3", at: start, "A metadata bool is \(value); expected 0 or 1.")
        }
        return value == 1
    }
}

extension ByteWriter {
    /// A string with its length.
    mutating func text(_ text: String) {
        u64(UInt64(text.utf8.count))
        string(text)
    }
}
