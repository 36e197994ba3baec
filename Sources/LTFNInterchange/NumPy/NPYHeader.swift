import LTFNBytes
import LTFNCheckpoint

/// The header of an npy file.
///
///     6   magic 93 4E 55 4D 50 59
///     2   version, major and minor
///     2   length of the text, little-endian (4 bytes from version 2 on)
///     n   text: a Python dict of descr, fortran_order and shape, spaces, a line feed
struct NPYHeader {
    var elementType: NPYElementType
    /// Whether the first index runs fastest.
    var isColumnMajor: Bool
    var tensor: TensorInfo
    /// All bytes before the values.
    var byteCount: Int

    static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
    /// The longest text that NumPy reads.
    static let maximumTextByteCount = 10_000

    /// Parses the beginning of a file.
    ///
    /// - Parameters:
    ///   - base: where the header begins in the file, for errors.
    ///   - front: the first so many bytes.
    /// - Throws: `notThisFormat`, `unsupportedVersion`, `unsupportedFeature`, `truncated`,
    ///   `corrupt`, `limitExceeded`.
    init(
        at base: UInt64, limits: DecodingLimits,
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
            major < 3 ? Self.utf8(fromLatin1: text) : text, at: base + UInt64(start))
        let fields = try Fields(literal, at: base + UInt64(start))
        elementType = try NPYElementType(descriptor: fields.descriptor)
        isColumnMajor = fields.isColumnMajor
        guard fields.shape.count <= limits.rank else {
            throw FormatError(
                .limitExceeded, format: NPYFormat.name, offset: base,
                "The array has \(fields.shape.count) axes; \(limits.rank) are allowed.")
        }
        tensor = try TensorInfo(dtype: elementType.dtype, shape: TensorShape(fields.shape))
    }

    private static func utf8(fromLatin1 text: [UInt8]) -> [UInt8] {
        if text.allSatisfy({ $0 < 0x80 }) { return text }
        var string = ""
        for byte in text { string.unicodeScalars.append(Unicode.Scalar(byte)) }
        return Array(string.utf8)
    }

    /// The three keys of the header's dict.
    private struct Fields {
        var descriptor = ""
        var isColumnMajor = false
        var shape: [Int] = []

        init(_ literal: PythonLiteral, at offset: UInt64) throws(FormatError) {
            guard case .dictionary(let entries) = literal, entries.count == 3 else {
                throw Self.error("the keys descr, fortran_order and shape were expected", offset)
            }
            // Three entries, no key twice, none but these: every field gets its value.
            for entry in entries {
                switch (entry.key, entry.value) {
                case ("descr", .string(let text)): descriptor = text
                case ("descr", .list):
                    throw NPYElementType.unsupported("[…]", "its elements are records")
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
                guard case .integer(let dimension) = value else {
                    throw error("shape must hold numbers", offset)
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

extension NPYHeader {
    /// The most axes that NumPy has.
    static let maximumRank = 64

    /// The header that NumPy itself writes for a tensor, or nil when npy cannot hold it.
    static func encoded(for tensor: TensorInfo) -> [UInt8]? {
        guard tensor.shape.rank <= maximumRank else { return nil }
        let standIn = NPYElementType.opaqueStandIn(for: tensor.dtype)
        guard var descriptor = NPYElementType.descriptor(of: standIn ?? tensor.dtype) else {
            return nil
        }
        // What NumPy writes for the types that the ml_dtypes package adds to it.
        if standIn != nil { descriptor = "<" + descriptor.dropFirst() }
        let dimensions = tensor.shape.dimensions
        let list = dimensions.map(String.init).joined(separator: ", ")
        var text =
            "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': "
            + (dimensions.count == 1 ? "(\(list),)" : "(\(list))") + ", }"
        if let first = dimensions.first {
            // Room for the first axis to grow to 21 digits when rows are appended.
            text += String(repeating: " ", count: 21 - String(first).utf8.count)
        }
        let excess = (magic.count + 4 + text.utf8.count + 1) % 64
        text += String(repeating: " ", count: 64 - excess) + "\n"
        var writer = ByteWriter(reservingCapacity: magic.count + 4 + text.utf8.count)
        writer.append(magic)
        writer.u8(1)
        writer.u8(0)
        writer.u16(UInt16(text.utf8.count))
        writer.string(text)
        return writer.bytes
    }
}
