import LTFNBytes
import LTFNCheckpoint

/// What the elements of a data set or an attribute are.
struct HDF5Datatype: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case numbers(DType, isBigEndian: Bool)
        /// Text of `byteCount` bytes, and what it is filled up with.
        case text(Padding)
        /// Text that stands in a heap.
        case heapText
        /// What cannot be read: the end of a sentence.
        case other(String)
    }

    enum Padding: Int, Hashable, Sendable {
        case terminated = 0
        case zeros = 1
        case spaces = 2
    }

    var kind: Kind
    /// Of an element.
    var byteCount: Int

    /// What in other types they may be made of.
    private static let depthLimit = 8

    /// - Throws: `unsupportedVersion`, `truncated`, `corrupt`.
    init(_ cursor: inout HDF5Cursor) throws(FormatError) {
        try self.init(&cursor, depth: 0)
    }

    private init(_ cursor: inout HDF5Cursor, depth: Int) throws(FormatError) {
        guard depth < Self.depthLimit else {
            throw cursor.error(
                .corrupt, "A type is made of types more than \(Self.depthLimit) deep.")
        }
        let first = try cursor.u8()
        let version = first >> 4
        guard (1...5).contains(version) else {
            throw cursor.error(
                .unsupportedVersion, "A type is of version \(version); 1 to 5 can be read.")
        }
        let bits = Int(try cursor.number(3))
        byteCount = try cursor.u32()
        kind = .other("")
        guard byteCount > 0 else {
            throw cursor.error(.corrupt, "A type has elements of no bytes.")
        }
        switch first & 15 {
        case 0: kind = try Self.integer(bits, byteCount, &cursor)
        case 1: kind = try Self.float(bits, byteCount, &cursor)
        case 2: kind = .other("a time")
        case 3:
            kind =
                Padding(rawValue: bits & 15).map { .text($0) } ?? .other("text of an unknown kind")
        case 4: kind = try Self.bitField(bits, byteCount, &cursor)
        case 5:
            kind = Self.opaque(byteCount)
            try cursor.skip(min(bits & 0xFF, cursor.remaining))
        case 6: kind = try Self.compound(bits & 0xFFFF, byteCount, version, &cursor, depth)
        case 7: kind = .other("references to other objects")
        case 8: kind = try Self.enumeration(bits & 0xFFFF, version, &cursor, depth)
        case 9: kind = bits & 15 == 1 ? .heapText : .other("sequences of variable length")
        case 10: kind = .other("arrays within an array")
        case 11: kind = .other("complex numbers of a type of their own")
        default: kind = .other("of class \(first & 15), which is not known")
        }
    }
}

// Numbers.
extension HDF5Datatype {
    private static func integer(
        _ bits: Int, _ byteCount: Int, _ cursor: inout HDF5Cursor
    ) throws(FormatError) -> Kind {
        let (offset, precision) = (try cursor.u16(), try cursor.u16())
        let isSigned = bits & 8 != 0
        let known: [Int: DType] =
            isSigned ? [1: .i8, 2: .i16, 4: .i32, 8: .i64] : [1: .u8, 2: .u16, 4: .u32, 8: .u64]
        guard let dtype = known[byteCount], offset == 0, precision == 8 * byteCount else {
            return .other("integers of \(precision) bits in \(byteCount) bytes")
        }
        return .numbers(dtype, isBigEndian: bits & 1 != 0)
    }

    private static func bitField(
        _ bits: Int, _ byteCount: Int, _ cursor: inout HDF5Cursor
    ) throws(FormatError) -> Kind {
        let kind = try integer(bits & 1, byteCount, &cursor)
        if case .other = kind { return .other("bit fields of \(byteCount) bytes") }
        return kind
    }

    /// Where the parts of a floating-point number are, in bits.
    private struct FloatLayout: Hashable {
        var sign: Int
        var exponent: Int
        var exponentCount: Int
        var mantissa: Int
        var mantissaCount: Int
        var bias: Int
    }

    private static let floats: [FloatLayout: DType] = [
        FloatLayout(
            sign: 15, exponent: 10, exponentCount: 5, mantissa: 0, mantissaCount: 10, bias: 15):
            .f16,
        FloatLayout(
            sign: 15, exponent: 7, exponentCount: 8, mantissa: 0, mantissaCount: 7, bias: 127):
            .bf16,
        FloatLayout(
            sign: 31, exponent: 23, exponentCount: 8, mantissa: 0, mantissaCount: 23, bias: 127):
            .f32,
        FloatLayout(
            sign: 63, exponent: 52, exponentCount: 11, mantissa: 0, mantissaCount: 52, bias: 1023):
            .f64,
    ]

    private static func float(
        _ bits: Int, _ byteCount: Int, _ cursor: inout HDF5Cursor
    ) throws(FormatError) -> Kind {
        let (offset, precision) = (try cursor.u16(), try cursor.u16())
        let (exponent, exponentCount) = (try cursor.u8(), try cursor.u8())
        let (mantissa, mantissaCount) = (try cursor.u8(), try cursor.u8())
        let layout = FloatLayout(
            sign: bits >> 8 & 0xFF, exponent: exponent, exponentCount: exponentCount,
            mantissa: mantissa, mantissaCount: mantissaCount, bias: try cursor.u32())
        // The leading 1 of the mantissa is not stored, and the bytes are in one of two orders.
        guard let dtype = floats[layout], offset == 0, precision == 8 * byteCount,
            dtype.bitCount == precision, bits >> 4 & 3 == 2, bits & 0x40 == 0
        else { return .other("floating-point numbers of \(precision) bits in \(byteCount) bytes") }
        return .numbers(dtype, isBigEndian: bits & 1 != 0)
    }

    private static func opaque(_ byteCount: Int) -> Kind {
        let known: [Int: DType] = [1: .bits8, 2: .bits16, 4: .bits32, 8: .bits64, 16: .bits128]
        return known[byteCount].map { .numbers($0, isBigEndian: false) }
            ?? .other("opaque elements of \(byteCount) bytes")
    }
}

// Types that are made of others.
extension HDF5Datatype {
    /// A compound type is a complex number when it has two members, `r` and `i`.
    private static func compound(
        _ count: Int, _ byteCount: Int, _ version: Int, _ cursor: inout HDF5Cursor, _ depth: Int
    ) throws(FormatError) -> Kind {
        let other = Kind.other("a compound type of \(count) members")
        guard count == 2 else { return other }
        var parts: [Kind] = []
        for (name, place) in [("r", 0), ("i", byteCount / 2)] {
            guard try memberName(version, &cursor) == Array(name.utf8) else { return other }
            let offset = try cursor.number(version < 3 ? 4 : Self.byteCount(of: byteCount))
            // Axes of a member, which version 2 has no more.
            let rank = version == 1 ? try cursor.u8() : 0
            if version == 1 { try cursor.skip(27) }
            guard rank == 0, offset == UInt64(place) else { return other }
            parts.append(try HDF5Datatype(&cursor, depth: depth + 1).kind)
        }
        guard parts[0] == parts[1], case .numbers(let dtype, let isBigEndian) = parts[0] else {
            return other
        }
        switch (dtype, byteCount) {
        case (.f32, 8): return .numbers(.c64, isBigEndian: isBigEndian)
        case (.f64, 16): return .numbers(.c128, isBigEndian: isBigEndian)
        default: return other
        }
    }

    /// What an enumeration counts with; truth values are one with the members FALSE and TRUE.
    private static func enumeration(
        _ count: Int, _ version: Int, _ cursor: inout HDF5Cursor, _ depth: Int
    ) throws(FormatError) -> Kind {
        let base = try HDF5Datatype(&cursor, depth: depth + 1)
        guard case .numbers(let dtype, _) = base.kind else {
            return .other("an enumeration of no integers")
        }
        guard dtype.bitCount == 8, count == 2 else { return base.kind }
        var names: [[UInt8]] = []
        for _ in 0..<count { names.append(try memberName(version, &cursor)) }
        let values = try cursor.bytes.bytes(count)
        let isTruth = names == [Array("FALSE".utf8), Array("TRUE".utf8)] && values == [0, 1]
        return isTruth ? .numbers(.bool, isBigEndian: false) : base.kind
    }

    private static func memberName(
        _ version: Int, _ cursor: inout HDF5Cursor
    ) throws(FormatError) -> [UInt8] {
        var name: [UInt8] = []
        while true {
            let byte = try cursor.bytes.u8()
            if byte == 0 { break }
            name.append(byte)
        }
        if version < 3 { try cursor.pad(after: name.count + 1) }
        return name
    }

    /// How many bytes a number up to `limit` takes.
    private static func byteCount(of limit: Int) -> Int {
        (Int.bitWidth - limit.leadingZeroBitCount + 7) / 8
    }
}
