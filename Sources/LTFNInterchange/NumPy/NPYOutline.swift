import LTFNBytes
import LTFNCheckpoint

/// The header of an npy file, whether or not a checkpoint can hold the array after it.
///
///     6   magic 93 4E 55 4D 50 59
///     2   version, major and minor
///     2   length of the text, little-endian (4 bytes from version 2 on)
///     n   text: a Python dict of descr, fortran_order and shape, spaces, a line feed
struct NPYOutline {
    /// All bytes before the values.
    let byteCount: Int
    private let fields: Fields

    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    /// The longest text that NumPy reads.
    static let maximumTextByteCount = 10_000

    /// Parses the beginning of a file.
    ///
    /// - Parameters:
    ///   - base: where the header begins in the file, for errors.
    ///   - front: the first so many bytes.
    /// - Throws: `notThisFormat`, `unsupportedVersion`, `truncated`, `corrupt`, `limitExceeded`.
    init(
        at base: UInt64,
        front: (_ byteCount: Int) throws(FormatError) -> [UInt8]
    ) throws(FormatError) {
        var reader = ByteReader(try front(10), at: base, format: NPYFormat.name)
        guard try reader.bytes(6) == Self.magic else {
            throw FormatError(
                .notThisFormat, format: NPYFormat.name, offset: base,
                "The bytes 93 'NUMPY' were expected at the beginning.")
        }
        let major = try reader.u8()
        let minor = try reader.u8()
        guard (1...3).contains(major), minor == 0 else {
            throw reader.error(
                .unsupportedVersion,
                "Version \(major).\(minor) is none of 1.0, 2.0 and 3.0.")
        }
        let start = major == 1 ? 10 : 12
        var lengthReader = ByteReader(try front(start), at: base, format: NPYFormat.name)
        try lengthReader.skip(8)
        let length = major == 1 ? UInt32(try lengthReader.u16()) : try lengthReader.u32()
        guard length <= UInt32(Self.maximumTextByteCount) else {
            throw lengthReader.error(
                .limitExceeded,
                "The header's text has \(length) bytes; \(Self.maximumTextByteCount) are read.")
        }
        byteCount = start + Int(length)
        let text = Array(try front(byteCount)[start...])
        let literal = try PythonLiteralParser.parse(
            major < 3 ? Self.utf8(fromLatin1: text) : text, at: base + UInt64(start),
            allowsLong: major < 3)
        fields = try Fields(literal, at: base + UInt64(start))
    }

    private static func utf8(fromLatin1 text: [UInt8]) -> [UInt8] {
        if text.allSatisfy({ $0 < 0x80 }) { return text }
        var string = ""
        for byte in text { string.unicodeScalars.append(Unicode.Scalar(byte)) }
        return Array(string.utf8)
    }

    /// The three keys of the header's dict.
    private struct Fields {
        /// nil for a list of fields: the elements are records.
        var descriptor: String?
        /// How many bytes an element takes; nil when the header does not tell.
        var elementByteCount: Int?
        var isColumnMajor = false
        var shape: [Int] = []

        init(_ literal: PythonLiteral, at offset: UInt64) throws(FormatError) {
            guard case .dictionary(let entries) = literal, entries.count == 3 else {
                throw Self.error("the keys descr, fortran_order and shape were expected", offset)
            }
            // Three entries, no key twice, none but these: every field gets its value.
            for entry in entries {
                switch (entry.key, entry.value) {
                case ("descr", .string(let text)):
                    descriptor = text
                    elementByteCount = NPYRecord.byteCount(of: entry.value)
                case ("descr", .list), ("descr", .tuple):
                    elementByteCount = NPYRecord.byteCount(of: entry.value)
                case ("fortran_order", .bool(let flag)): isColumnMajor = flag
                case ("shape", .tuple(let values)):
                    shape = try Self.dimensions(values, at: offset)
                default:
                    throw Self.error(
                        "'\(entry.key.prefix(40))' is not a key, or has no value of its kind",
                        offset)
                }
            }
        }

        private static func dimensions(
            _ values: [PythonLiteral], at offset: UInt64
        ) throws(FormatError) -> [Int] {
            var dimensions: [Int] = []
            for value in values {
                guard case .integer(let dimension) = value, dimension >= 0 else {
                    throw error("shape must hold whole numbers, none below 0", offset)
                }
                dimensions.append(dimension)
            }
            return dimensions
        }

        private static func error(_ message: String, _ offset: UInt64) -> FormatError {
            FormatError(
                .corrupt, format: NPYFormat.name, offset: offset, "In the header, " + message + ".")
        }
    }
}

extension NPYOutline {
    /// The bytes of the values, whatever they are; nil when the header does not tell.
    var valueByteCount: Int? {
        guard let element = fields.elementByteCount,
            let count = try? TensorShape(fields.shape).elementCount
        else { return nil }
        let (product, overflow) = element.multipliedReportingOverflow(by: count)
        return overflow ? nil : product
    }

    /// `<f4 [3, 4]`
    var description: String {
        (fields.descriptor ?? "records") + " \(fields.shape)"
    }

    /// What the header says, for an array that a checkpoint can hold.
    ///
    /// - Parameter base: where the header begins in the file, for errors.
    /// - Throws: `unsupportedFeature`, `corrupt`, `limitExceeded`.
    func header(at base: UInt64, limits: DecodingLimits) throws(FormatError) -> NPYHeader {
        guard let descriptor = fields.descriptor else {
            throw NPYElementType.unsupported("[…]", "its elements are records")
        }
        let elementType = try NPYElementType(descriptor: descriptor)
        guard fields.shape.count <= limits.rank else {
            throw FormatError(
                .limitExceeded, format: NPYFormat.name, offset: base,
                "The array has \(fields.shape.count) axes; \(limits.rank) are allowed.")
        }
        return NPYHeader(
            elementType: elementType, isColumnMajor: fields.isColumnMajor,
            tensor: try TensorInfo(dtype: elementType.dtype, shape: TensorShape(fields.shape)),
            byteCount: byteCount)
    }
}
