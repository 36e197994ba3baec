import LTFNCheckpoint

/// What a type descriptor of NumPy means, in any of the spellings that NumPy resolves: `<f4`, `f4`,
/// `=f`, `float32`, `single`.
///
/// A platform's own sizes (`l`, `int`) are those of 64-bit Linux and macOS, its own byte order
/// (`=`, `|`, none) is little-endian.
struct NPYDescriptor: Hashable {
    /// A kind of elements, and how many bytes one of them has.
    enum Element: Hashable {
        case values(DType)
        case objects
        /// Opaque bytes, as many as no dtype has.
        case opaque(byteCount: Int)
        case text(byteCount: Int)
        case dates
        /// A float, or a complex number of two, wider than 64 bits.
        case longDouble(byteCount: Int)
    }

    var element: Element
    var isBigEndian = false

    /// Fails for what NumPy does not resolve, or resolves to a record or an array in an array.
    init?(_ text: String) {
        if let dtype = Self.names[text] {
            element = .values(dtype)
            return
        }
        if let element = Self.otherNames[text] ?? Self.dates(text) {
            self.element = element
            return
        }
        var rest = Array(text.utf8)[...]
        if let order = rest.first, Array("<>=|".utf8).contains(order) {
            isBigEndian = order == UInt8(ascii: ">")
            rest = rest.dropFirst()
        }
        guard let kind = rest.popFirst(), let element = Self.element(kind, rest) else { return nil }
        self.element = element
    }

    /// `datetime64[s]`: a whole name with a unit.
    private static func dates(_ text: String) -> Element? {
        let isDate = text.hasPrefix("datetime64[") || text.hasPrefix("timedelta64[")
        return isDate && text.hasSuffix("]") ? .dates : nil
    }

    /// How many bytes an element takes; nil when the file does not tell.
    var elementByteCount: Int? {
        switch element {
        case .values(let dtype): dtype.bitCount / 8
        case .objects: nil
        case .opaque(let byteCount), .text(let byteCount), .longDouble(let byteCount): byteCount
        case .dates: 8
        }
    }

    private static func element(_ kind: UInt8, _ digits: ArraySlice<UInt8>) -> Element? {
        let letter = Character(Unicode.Scalar(kind))
        if digits.isEmpty, let element = letters[letter] { return element }
        // A unit may follow: `M8[s]`.
        if letter == "M" || letter == "m" {
            let unit = digits.drop { $0 == UInt8(ascii: "8") }
            return unit.isEmpty || unit.first == UInt8(ascii: "[") ? .dates : nil
        }
        guard let byteCount = number(digits) else { return nil }
        switch letter {
        case "O": return .objects
        case "S", "a": return .text(byteCount: byteCount)
        case "U": return .text(byteCount: 4 * byteCount)
        case "V": return opaque[byteCount].map { .values($0) } ?? .opaque(byteCount: byteCount)
        case "f" where byteCount > 8 && byteCount <= 16: return .longDouble(byteCount: byteCount)
        case "c" where byteCount > 16 && byteCount <= 32: return .longDouble(byteCount: byteCount)
        default: return sized[letter]?[byteCount].map { .values($0) }
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...9).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}

// The spellings.
extension NPYDescriptor {
    /// A letter with the bytes of an element. `f1` is what ml_dtypes writes for its float8_e5m2.
    private static let sized: [Character: [Int: DType]] = [
        "b": [1: .bool], "i": [1: .i8, 2: .i16, 4: .i32, 8: .i64],
        "u": [1: .u8, 2: .u16, 4: .u32, 8: .u64],
        "f": [1: .f8e5m2, 2: .f16, 4: .f32, 8: .f64], "c": [8: .c64, 16: .c128],
    ]

    private static let opaque: [Int: DType] = [
        1: .bits8, 2: .bits16, 4: .bits32, 8: .bits64, 16: .bits128,
    ]

    /// A letter alone: NumPy's character codes.
    private static let letters: [Character: Element] = [
        "?": .values(.bool), "b": .values(.i8), "B": .values(.u8), "h": .values(.i16),
        "H": .values(.u16), "i": .values(.i32), "I": .values(.u32), "l": .values(.i64),
        "L": .values(.u64), "q": .values(.i64), "Q": .values(.u64), "p": .values(.i64),
        "P": .values(.u64), "n": .values(.i64), "N": .values(.u64), "e": .values(.f16),
        "f": .values(.f32), "d": .values(.f64), "F": .values(.c64), "D": .values(.c128),
        "g": .longDouble(byteCount: 16), "G": .longDouble(byteCount: 32), "O": .objects,
        "S": .text(byteCount: 0), "U": .text(byteCount: 0), "c": .text(byteCount: 1),
        "V": .opaque(byteCount: 0),
    ]

    /// Whole names of what no dtype is.
    private static let otherNames: [String: Element] = [
        "object": .objects, "object_": .objects, "datetime64": .dates, "timedelta64": .dates,
        "str": .text(byteCount: 0), "str_": .text(byteCount: 0), "unicode": .text(byteCount: 0),
        "bytes": .text(byteCount: 0), "bytes_": .text(byteCount: 0),
        "void": .opaque(byteCount: 0), "longdouble": .longDouble(byteCount: 16),
        "float128": .longDouble(byteCount: 16), "clongdouble": .longDouble(byteCount: 32),
        "complex256": .longDouble(byteCount: 32),
    ]

    /// Whole names, those of the ml_dtypes package among them. Its types of less than 8 bits fill a
    /// byte each, as no dtype does.
    private static let names: [String: DType] = [
        "bool": .bool, "bool_": .bool, "byte": .i8, "ubyte": .u8, "short": .i16, "ushort": .u16,
        "intc": .i32, "uintc": .u32, "int": .i64, "uint": .u64, "int_": .i64, "long": .i64,
        "ulong": .u64, "longlong": .i64, "ulonglong": .u64, "intp": .i64, "uintp": .u64,
        "int8": .i8, "int16": .i16, "int32": .i32, "int64": .i64, "uint8": .u8, "uint16": .u16,
        "uint32": .u32, "uint64": .u64, "half": .f16, "single": .f32, "double": .f64,
        "float": .f64, "float16": .f16, "float32": .f32, "float64": .f64, "csingle": .c64,
        "cdouble": .c128, "complex": .c128, "complex64": .c64, "complex128": .c128,
        "bfloat16": .bf16, "float8_e5m2": .f8e5m2, "float8_e4m3fn": .f8e4m3fn,
        "float8_e4m3fnuz": .f8e4m3fnuz, "float8_e5m2fnuz": .f8e5m2fnuz, "float8_e8m0fnu": .f8e8m0,
    ]
}
