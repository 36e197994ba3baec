import LTFNBytes
import LTFNCheckpoint

/// The element type of an npy file.
struct NPYElementType: Hashable {
    var dtype: DType
    /// How many bytes must be reversed together; 1 when the bytes are in order.
    var swapGroup: Int

    /// - Throws: `unsupportedFeature` for a type that checkpoints do not hold.
    init(descriptor text: String) throws(FormatError) {
        guard let descriptor = NPYDescriptor(text) else {
            throw Self.unsupported(text, "NumPy has no type of one value that is spelled so")
        }
        guard case .values(let dtype) = descriptor.element else {
            throw Self.unsupported(text, Self.explanation(descriptor.element))
        }
        self.dtype = dtype
        swapGroup = descriptor.isBigEndian ? Self.byteOrderUnit(of: dtype) : 1
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

    private static func byteOrderUnit(of dtype: DType) -> Int {
        switch dtype {
        case .bits8, .bits16, .bits32, .bits64, .bits128: 1
        // The real and the imaginary part are reversed each on its own.
        case .c64: 4
        case .c128: 8
        default: dtype.bitCount / 8
        }
    }

    private static func explanation(_ element: NPYDescriptor.Element) -> String {
        switch element {
        case .objects:
            "(Python objects in a pickle, which is never run) cannot be read; save the numbers as "
                + "arrays of their own"
        case .text: "(text) cannot be read"
        case .dates: "(dates or durations) cannot be read; save them as int64"
        case .longDouble:
            "(long doubles, which differ between machines) cannot be read; save them as float64"
        case .values, .opaque: "cannot be read; opaque ones have 1, 2, 4, 8 or 16 bytes"
        }
    }

    static func unsupported(_ descriptor: String, _ reason: String) -> FormatError {
        FormatError(
            .unsupportedFeature, format: NPYFormat.name,
            "Elements of type '\(descriptor.prefix(40))' \(reason).")
    }
}
