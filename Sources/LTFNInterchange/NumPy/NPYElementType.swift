import LTFNBytes
import LTFNCheckpoint

/// The element type of an npy file: `<f4`, `|b1`, `>c16`.
struct NPYElementType: Hashable {
    var dtype: DType
    /// How many bytes must be turned round together; 1 when the bytes are in order.
    var swapGroup: Int

    /// Parses a type descriptor.
    ///
    /// - Throws: `unsupportedFeature` for a type that checkpoints do not hold.
    init(descriptor: String) throws(FormatError) {
        let bytes = Array(descriptor.utf8)
        // `|O` alone has no size.
        guard bytes.count >= 2, let byteCount = Self.number(bytes[2...]) else {
            throw Self.unsupported(descriptor, "it has no byte order, kind and size")
        }
        let isBigEndian = bytes[0] == UInt8(ascii: ">")
        guard let dtype = Self.dtype(kind: bytes[1], byteCount: byteCount) else {
            throw Self.unsupported(descriptor, Self.explanation(kind: bytes[1]))
        }
        let group = Self.byteOrderUnit(of: dtype)
        switch bytes[0] {
        case UInt8(ascii: "<"), UInt8(ascii: ">"): break
        case UInt8(ascii: "|") where group == 1: break
        default:
            throw Self.unsupported(descriptor, "it does not say in which order the bytes are")
        }
        self.dtype = dtype
        swapGroup = isBigEndian ? group : 1
    }

    /// The descriptor that NumPy itself writes for little-endian values, or nil when it has none.
    static func descriptor(of dtype: DType) -> String? {
        switch dtype {
        case .bool: "|b1"
        case .i8: "|i1"
        case .u8: "|u1"
        case .i16: "<i2"
        case .i32: "<i4"
        case .i64: "<i8"
        case .u16: "<u2"
        case .u32: "<u4"
        case .u64: "<u8"
        case .f16: "<f2"
        case .f32: "<f4"
        case .f64: "<f8"
        case .c64: "<c8"
        case .c128: "<c16"
        case .bits8: "|V1"
        case .bits16: "|V2"
        case .bits32: "|V4"
        case .bits64: "|V8"
        case .bits128: "|V16"
        default: nil
        }
    }

    /// The opaque type that can hold the bits of a dtype without a descriptor of its own.
    static func opaqueStandIn(for dtype: DType) -> DType? {
        switch dtype {
        case .bf16: .bits16
        case .f8e4m3fn, .f8e4m3fnuz, .f8e5m2, .f8e5m2fnuz, .f8e8m0: .bits8
        default: nil
        }
    }

    private static func dtype(kind: UInt8, byteCount: Int) -> DType? {
        switch (kind, byteCount) {
        case (UInt8(ascii: "b"), 1): .bool
        case (UInt8(ascii: "i"), 1): .i8
        case (UInt8(ascii: "i"), 2): .i16
        case (UInt8(ascii: "i"), 4): .i32
        case (UInt8(ascii: "i"), 8): .i64
        case (UInt8(ascii: "u"), 1): .u8
        case (UInt8(ascii: "u"), 2): .u16
        case (UInt8(ascii: "u"), 4): .u32
        case (UInt8(ascii: "u"), 8): .u64
        case (UInt8(ascii: "f"), 2): .f16
        case (UInt8(ascii: "f"), 4): .f32
        case (UInt8(ascii: "f"), 8): .f64
        case (UInt8(ascii: "c"), 8): .c64
        case (UInt8(ascii: "c"), 16): .c128
        case (UInt8(ascii: "V"), 1): .bits8
        case (UInt8(ascii: "V"), 2): .bits16
        case (UInt8(ascii: "V"), 4): .bits32
        case (UInt8(ascii: "V"), 8): .bits64
        case (UInt8(ascii: "V"), 16): .bits128
        default: nil
        }
    }

    private static func byteOrderUnit(of dtype: DType) -> Int {
        switch dtype {
        case .bits8, .bits16, .bits32, .bits64, .bits128: 1
        // The real and the imaginary part are turned round each on its own.
        case .c64: 4
        case .c128: 8
        default: dtype.bitCount / 8
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count <= 4 else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func explanation(kind: UInt8) -> String {
        switch kind {
        case UInt8(ascii: "O"): "its elements are Python objects in a pickle, which is never run"
        case UInt8(ascii: "S"), UInt8(ascii: "U"), UInt8(ascii: "a"): "its elements are text"
        case UInt8(ascii: "M"), UInt8(ascii: "m"): "its elements are dates or durations"
        case UInt8(ascii: "f"), UInt8(ascii: "c"): "there is no float of this width here"
        default: "it is none of b1, i1 to i8, u1 to u8, f2 to f8, c8, c16, V1 to V16"
        }
    }

    static func unsupported(_ descriptor: String, _ reason: String) -> FormatError {
        FormatError(
            .unsupportedFeature, format: NPYFormat.name,
            "The element type '\(descriptor.prefix(40))' cannot be held: \(reason).")
    }
}
