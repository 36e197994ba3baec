import LTFNBytes
import LTFNCheckpoint

/// Something that an object says of itself beside its values.
struct HDF5Attribute {
    var name: String
    /// nil: it has no place in metadata.
    var value: MetadataValue?

    /// All attributes of an object.
    ///
    /// - Throws: `corrupt`, `truncated`, `checksumMismatch`, `unsupportedVersion`, `io`.
    static func all(
        of header: HDF5ObjectHeader, in file: inout HDF5File
    ) throws(FormatError) -> [HDF5Attribute] {
        var attributes: [HDF5Attribute] = []
        for message in header.messages {
            var cursor = message.content
            switch message.type {
            case .attribute where message.isShared:
                attributes.append(HDF5Attribute(name: "", value: nil))
            case .attribute: attributes.append(try HDF5Attribute(&cursor, in: &file))
            case .attributeInfo: try addDense(&cursor, to: &attributes, in: &file)
            default: continue
            }
        }
        return attributes
    }

    private static func addDense(
        _ cursor: inout HDF5Cursor, to attributes: inout [HDF5Attribute],
        in file: inout HDF5File
    ) throws(FormatError) {
        try cursor.expect(version: 0...0, of: "what an object says of its attributes")
        if try cursor.u8() & 1 != 0 { try cursor.skip(2) }
        guard let address = try cursor.address() else { return }
        let names = try cursor.place(of: "the names of attributes")
        var heap = try HDF5FractalHeap(at: address, in: &file)
        let tree = try HDF5Tree2(at: names, kinds: 8...8, in: &file)
        try tree.forEachRecord(in: &file) { record, file throws(FormatError) in
            let id = try record.bytes.bytes(max(0, record.remaining - 9))
            let isShared = try record.u8() & 2 != 0
            try attributes.makeRoomForOne()
            if isShared {
                attributes.append(HDF5Attribute(name: "", value: nil))
            } else {
                var value = try heap.value(id, in: &file)
                attributes.append(try HDF5Attribute(&value, in: &file))
            }
        }
    }

    private init(name: String, value: MetadataValue?) {
        self.name = name
        self.value = value
    }

    private init(
        _ cursor: inout HDF5Cursor, in file: inout HDF5File
    ) throws(FormatError) {
        let version = try cursor.expect(version: 1...3, of: "an attribute")
        let flags = try cursor.u8()
        let nameByteCount = try cursor.u16()
        let typeByteCount = try cursor.u16()
        let spaceByteCount = try cursor.u16()
        if version == 3 { try cursor.skip(1) }
        func part(_ byteCount: Int) throws(FormatError) -> HDF5Cursor {
            let part = try cursor.part(byteCount)
            if version == 1 { try cursor.pad(after: byteCount) }
            return part
        }
        var nameBytes = try part(nameByteCount)
        name = String(
            decoding: try nameBytes.rest().prefix { $0 != 0 }, as: UTF8.self)
        var type = try part(typeByteCount)
        var space = try part(spaceByteCount)
        try file.keep(cursor.remaining + name.utf8.count)
        guard version == 1 || flags & 3 == 0 else { return }
        value = try HDF5Elements(
            HDF5Datatype(&type), HDF5Dataspace(&space)
        ).metadata(&cursor, in: &file)
    }
}

/// A few elements that metadata can hold.
struct HDF5Elements {
    private let type: HDF5Datatype
    private let space: HDF5Dataspace

    /// The most elements of a list.
    private static let countLimit = 65_536

    init(_ type: HDF5Datatype, _ space: HDF5Dataspace) {
        self.type = type
        self.space = space
    }

    /// How many bytes they take; nil: they are not to be read.
    var byteCount: Int? {
        guard let dimensions = space.dimensions, dimensions.count <= 1,
            (dimensions.first ?? 1) <= Self.countLimit
        else { return nil }
        let (product, overflow) = type.byteCount.multipliedReportingOverflow(
            by: dimensions.first ?? 1)
        return overflow ? nil : product
    }

    /// One element, or a list of several.
    ///
    /// - Returns: nil when metadata have no place for it.
    /// - Throws: `truncated`, `corrupt`, `limitExceeded`, `io`.
    func metadata(
        _ cursor: inout HDF5Cursor, in file: inout HDF5File
    ) throws(FormatError) -> MetadataValue? {
        guard byteCount != nil, let dimensions = space.dimensions else { return nil }
        guard let count = dimensions.first else { return try element(&cursor, in: &file) }
        var elements: [MetadataValue] = []
        for _ in 0..<count {
            guard let element = try element(&cursor, in: &file) else { return nil }
            try file.keep(MemoryLayout<MetadataValue>.stride)
            elements.append(element)
        }
        return .list(elements)
    }

    private func element(
        _ cursor: inout HDF5Cursor, in file: inout HDF5File
    ) throws(FormatError) -> MetadataValue? {
        switch type.kind {
        case .other: return nil
        case .heapText:
            var reference = try cursor.part(type.byteCount)
            return Self.text(try file.text(HDF5HeapReference(&reference))[...])
        case .text(let padding):
            let bytes = try cursor.bytes.bytes(type.byteCount)
            switch padding {
            case .terminated: return Self.text(bytes.prefix { $0 != 0 })
            case .zeros: return Self.text(Self.trimmed(bytes, 0))
            case .spaces: return Self.text(Self.trimmed(bytes, UInt8(ascii: " ")))
            }
        case .numbers(let dtype, let isBigEndian):
            let bytes = try cursor.bytes.bytes(type.byteCount)
            return Self.number(dtype, isBigEndian ? bytes : bytes.reversed())
        }
    }

    private static func trimmed(_ bytes: [UInt8], _ byte: UInt8) -> ArraySlice<UInt8> {
        bytes[..<(bytes.lastIndex { $0 != byte }.map { $0 + 1 } ?? 0)]
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> MetadataValue {
        String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(Array(bytes))
    }

    /// - Parameter bytes: the highest first.
    private static func number(_ dtype: DType, _ bytes: [UInt8]) -> MetadataValue? {
        guard bytes.count <= 8 else { return nil }
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch dtype {
        case .bool: return .bool(bits != 0)
        case .i8: return .i64(Int64(Int8(truncatingIfNeeded: bits)))
        case .i16: return .i64(Int64(Int16(truncatingIfNeeded: bits)))
        case .i32: return .i64(Int64(Int32(truncatingIfNeeded: bits)))
        case .i64: return .i64(Int64(bitPattern: bits))
        case .u8, .u16, .u32: return .i64(Int64(bits))
        case .u64: return .u64(bits)
        case .f16: return .f64(Double(float(UInt16(bits))))
        case .f32: return .f64(Double(Float(bitPattern: UInt32(bits))))
        case .f64: return .f64(Double(bitPattern: bits))
        default: return nil
        }
    }

    /// A half as a float: every platform has the wider type.
    private static func float(_ bits: UInt16) -> Float {
        let sign: Float = bits >> 15 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 31)
        let mantissa = Float(bits & 0x3FF)
        switch exponent {
        case 0: return sign * mantissa * Float(sign: .plus, exponent: -24, significand: 1)
        case 31: return mantissa == 0 ? sign * .infinity : .nan
        default:
            return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + mantissa)
        }
    }
}
