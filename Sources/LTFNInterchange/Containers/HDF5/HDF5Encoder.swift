import LTFNBytes
import LTFNCheckpoint

/// Writes structures of HDF5, in the newest form that its version 1.8 reads: superblock 2, object
/// headers of version 2, links as messages, values in one piece.
enum HDF5Encoder {
    /// What an object header holds.
    struct Message {
        var type: HDF5MessageType
        var content: ByteWriter
    }

    /// Where nothing is.
    static let nowhere = UInt64.max
    static let superblockByteCount = 48

    static func superblock(root: UInt64, end: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.append(HDF5Superblock.signature)
        for byte: UInt8 in [2, 8, 8, 0] { writer.u8(byte) }
        writer.u64(0)
        writer.u64(nowhere)
        writer.u64(end)
        writer.u64(root)
        return checked(writer)
    }

    private static func checked(_ writer: ByteWriter) -> [UInt8] {
        var writer = writer
        writer.u32(HDF5Checksum.lookup3(writer.bytes[...]))
        return writer.bytes
    }

    static func objectHeader(_ messages: [Message]) -> [UInt8] {
        var writer = ByteWriter()
        writer.string("OHDR")
        writer.u8(2)
        // The length that follows has four bytes.
        writer.u8(2)
        writer.u32(UInt32(messages.reduce(0) { $0 + 4 + $1.content.count }))
        for message in messages {
            writer.u8(UInt8(message.type.rawValue))
            writer.u16(UInt16(message.content.count))
            writer.u8(0)
            writer.append(message.content.bytes)
        }
        return checked(writer)
    }

    /// A group whose links are messages.
    static func linkInfo() -> Message {
        var writer = ByteWriter()
        writer.u16(0)
        writer.u64(nowhere)
        writer.u64(nowhere)
        return Message(type: .linkInfo, content: writer)
    }

    static func link(_ name: String, to address: UInt64) -> Message {
        var writer = ByteWriter()
        writer.u8(1)
        // A name of UTF-8, whose length has two bytes.
        writer.u8(0x11)
        writer.u8(1)
        writer.u16(UInt16(name.utf8.count))
        writer.string(name)
        writer.u64(address)
        return Message(type: .link, content: writer)
    }

    static func dataspace(_ dimensions: [Int]) -> ByteWriter {
        var writer = ByteWriter()
        writer.u8(2)
        writer.u8(UInt8(dimensions.count))
        writer.u8(0)
        writer.u8(dimensions.isEmpty ? 0 : 1)
        for dimension in dimensions { writer.u64(UInt64(dimension)) }
        return writer
    }

    /// Zeros for what is missing, which is nothing.
    static func fillValue() -> Message {
        var writer = ByteWriter()
        writer.u8(3)
        writer.u8(0x0A)
        return Message(type: .fillValue, content: writer)
    }

    static func layout(at address: UInt64, byteCount: Int) -> Message {
        var writer = ByteWriter()
        writer.u8(3)
        writer.u8(1)
        writer.u64(byteCount == 0 ? nowhere : address)
        writer.u64(UInt64(byteCount))
        return Message(type: .layout, content: writer)
    }

    /// An attribute that is a string in a heap.
    static func attribute(_ name: String, _ text: HDF5HeapWriter.Place) -> Message {
        var writer = ByteWriter()
        let (type, space) = (heapText(), dataspace([]))
        writer.u8(3)
        writer.u8(0)
        writer.u16(UInt16(name.utf8.count + 1))
        writer.u16(UInt16(type.count))
        writer.u16(UInt16(space.count))
        writer.u8(1)
        writer.string(name)
        writer.u8(0)
        writer.append(type.bytes)
        writer.append(space.bytes)
        writer.u32(UInt32(text.byteCount))
        writer.u64(text.byteCount == 0 ? 0 : text.address)
        writer.u32(UInt32(text.index))
        return Message(type: .attribute, content: writer)
    }
}

// Types.
extension HDF5Encoder {
    /// The names that ml_dtypes has for what HDF5 keeps as opaque bits; Keras says so of bfloat16.
    static let opaqueNames: [DType: String] = [
        .bf16: "bfloat16", .f8e4m3fn: "float8_e4m3fn", .f8e4m3fnuz: "float8_e4m3fnuz",
        .f8e5m2: "float8_e5m2", .f8e5m2fnuz: "float8_e5m2fnuz", .f8e8m0: "float8_e8m0fnu",
    ]

    static let dtypes: Set<DType> = Set(
        DType.allCases.filter { datatype($0) != nil })

    /// nil: HDF5 has no such type.
    static func datatype(_ dtype: DType) -> ByteWriter? {
        switch dtype {
        case .i8, .i16, .i32, .i64: integer(dtype.bitCount / 8, isSigned: true)
        case .u8, .u16, .u32, .u64: integer(dtype.bitCount / 8, isSigned: false)
        case .f16, .f32, .f64: float(dtype)
        case .c64, .c128: complex(dtype == .c64 ? .f32 : .f64)
        case .bool: truth()
        case .bits8, .bits16, .bits32, .bits64, .bits128: opaque(dtype.bitCount / 8)
        default: opaqueNames[dtype].map { _ in opaque(dtype.bitCount / 8) }
        }
    }

    private static func head(
        class number: UInt8, version: UInt8 = 1, bits: UInt32, byteCount: Int
    ) -> ByteWriter {
        var writer = ByteWriter()
        writer.u32(bits << 8 | UInt32(version << 4 | number))
        writer.u32(UInt32(byteCount))
        return writer
    }

    private static func integer(_ byteCount: Int, isSigned: Bool) -> ByteWriter {
        var writer = head(class: 0, bits: isSigned ? 8 : 0, byteCount: byteCount)
        writer.u16(0)
        writer.u16(UInt16(8 * byteCount))
        return writer
    }

    private static func float(_ dtype: DType) -> ByteWriter {
        let (exponent, mantissa): (UInt8, UInt8) =
            switch dtype {
            case .f16: (5, 10)
            case .f32: (8, 23)
            default: (11, 52)
            }
        let bitCount = dtype.bitCount
        // The leading 1 of the mantissa is not stored; the sign is the highest bit.
        var writer = head(
            class: 1, bits: UInt32(bitCount - 1) << 8 | 0x20, byteCount: bitCount / 8)
        writer.u16(0)
        writer.u16(UInt16(bitCount))
        for byte in [mantissa, exponent, 0, mantissa] { writer.u8(byte) }
        writer.u32(1 << UInt32(exponent - 1) - 1)
        return writer
    }

    private static func complex(_ part: DType) -> ByteWriter {
        let byteCount = part.bitCount / 8
        var writer = head(class: 6, version: 3, bits: 2, byteCount: 2 * byteCount)
        for (name, offset) in [("r", 0), ("i", byteCount)] {
            writer.string(name)
            writer.u8(0)
            writer.u8(UInt8(offset))
            writer.append(float(part).bytes)
        }
        return writer
    }

    /// An enumeration, as h5py writes truth values.
    private static func truth() -> ByteWriter {
        var writer = head(class: 8, bits: 2, byteCount: 1)
        writer.append(integer(1, isSigned: true).bytes)
        for name in ["FALSE", "TRUE"] {
            writer.string(name)
            writer.zeros(8 - name.utf8.count)
        }
        writer.u8(0)
        writer.u8(1)
        return writer
    }

    private static func opaque(_ byteCount: Int) -> ByteWriter {
        head(class: 5, bits: 0, byteCount: byteCount)
    }

    private static func heapText() -> ByteWriter {
        // A string, ended by a zero, of UTF-8.
        var writer = head(class: 9, bits: 0x0101, byteCount: 16)
        writer.append(integer(1, isSigned: false).bytes)
        return writer
    }
}

/// Strings that are being put into heaps.
struct HDF5HeapWriter {
    struct Place {
        var address: UInt64
        var index: Int
        var byteCount: Int
    }

    /// What all heaps have, one after the other.
    private(set) var bytes: [UInt8] = []
    private var current = ByteWriter()
    private var count = 0
    private let start: UInt64

    private static let headByteCount = 16
    private static let smallestByteCount = 4096
    private static let countLimit = 32_768

    init(at start: UInt64) {
        self.start = start
    }

    mutating func add(_ text: String) -> Place {
        let byteCount = text.utf8.count
        guard byteCount > 0 else { return Place(address: 0, index: 0, byteCount: 0) }
        if count == Self.countLimit { finish() }
        let address = start + UInt64(bytes.count)
        count += 1
        current.u16(UInt16(count))
        current.u16(1)
        current.u32(0)
        current.u64(UInt64(byteCount))
        current.string(text)
        current.pad(toMultipleOf: 8)
        return Place(address: address, index: count, byteCount: byteCount)
    }

    /// Ends a heap; what is left of it is an object that is free.
    mutating func finish() {
        guard count > 0 else { return }
        let byteCount = max(
            Self.smallestByteCount, Self.headByteCount + current.count + Self.headByteCount)
        let rest = byteCount - Self.headByteCount - current.count
        var writer = ByteWriter()
        writer.string("GCOL")
        writer.u32(1)
        writer.u64(UInt64(byteCount))
        writer.append(current.bytes)
        writer.u64(0)
        writer.u64(UInt64(rest))
        writer.zeros(rest - Self.headByteCount)
        bytes += writer.bytes
        current = ByteWriter()
        count = 0
    }
}
