import LTFNBytes

/// How a member of a zip archive is stored.
enum ZipMethod: Hashable, Sendable {
    case stored
    case deflated
    /// In a way that is not known here.
    case other(UInt16)

    init(rawValue: UInt16) {
        switch rawValue {
        case 0: self = .stored
        case 8: self = .deflated
        default: self = .other(rawValue)
        }
    }

    var rawValue: UInt16 {
        switch self {
        case .stored: 0
        case .deflated: 8
        case .other(let number): number
        }
    }

    /// What other programs call it.
    fileprivate var name: String {
        switch rawValue {
        case 12: "bzip2"
        case 14: "LZMA"
        case 93: "Zstandard"
        case 95: "xz"
        case 99: "encryption"
        default: "method \(rawValue)"
        }
    }
}

/// What a zip archive's directory, or the header before a member, says about the member.
///
/// Both hold, in this order: version needed, flags, method, time, date, CRC-32, stored byte count,
/// byte count, lengths of name and extra fields. The directory goes on with the length of a
/// comment, a disk number, attributes and the header's offset.
struct ZipEntry: Sendable {
    var flags: UInt16
    var method: ZipMethod
    var crc32: UInt32
    var storedByteCount: UInt64
    var byteCount: UInt64
    var nameBytes: [UInt8]
    /// Where the header before the member begins; 0 in that header itself.
    var headerOffset: UInt64 = 0
    /// Whether the header's two sizes stood in its 64-bit extra field.
    var hasWideSizes = false
    /// Whether another name stands in the extra fields.
    var hasSecondName = false

    /// A descriptor with CRC-32 and sizes follows the data.
    static let descriptorFlag: UInt16 = 1 << 3
    static let utf8Flag: UInt16 = 1 << 11
    /// Bits 1 and 2 tell the effort of the compressor.
    private static let knownFlags = descriptorFlag | utf8Flag | 1 << 1 | 1 << 2

    static let directorySignature: UInt32 = 0x0201_4B50
    static let headerSignature: UInt32 = 0x0403_4B50
    static let headerByteCount = 30

    private static let wideExtraID: UInt16 = 0x0001
    private static let unicodePathExtraID: UInt16 = 0x7075

    /// Reads an entry of the directory.
    ///
    /// - Throws: `truncated`, `corrupt`, `unsupportedFeature`.
    init(directoryEntry reader: inout ByteReader) throws(FormatError) {
        guard try reader.u32() == Self.directorySignature else {
            throw reader.error(.corrupt, "An entry of the zip directory was expected.")
        }
        try reader.skip(2)
        var lengths = Lengths()
        self = try Self.common(&reader, &lengths)
        let commentByteCount = Int(try reader.u16())
        let disk = try reader.u16()
        try reader.skip(6)
        headerOffset = UInt64(try reader.u32())
        nameBytes = try reader.bytes(lengths.name)
        var extra = try reader.subreader(lengths.extra)
        try reader.skip(commentByteCount)
        guard disk == 0 || disk == .max else {
            throw reader.error(.unsupportedFeature, "The zip archive spans several disks.")
        }
        let fields = try Self.fields(&extra)
        hasSecondName = fields.hasSecondName
        if var wide = fields.wide {
            try widen(&byteCount, &wide)
            try widen(&storedByteCount, &wide)
            try widen(&headerOffset, &wide)
        }
    }

    /// Reads the header before a member.
    ///
    /// - Parameter more: reads as many bytes as are after the fixed part.
    /// - Throws: `truncated`, `corrupt`, `unsupportedFeature`.
    init(
        header reader: inout ByteReader,
        more: (_ byteCount: Int) throws(FormatError) -> ByteReader
    ) throws(FormatError) {
        guard try reader.u32() == Self.headerSignature else {
            throw reader.error(.corrupt, "The header of a zip member was expected.")
        }
        var lengths = Lengths()
        self = try Self.common(&reader, &lengths)
        var rest = try more(lengths.name + lengths.extra)
        nameBytes = try rest.bytes(lengths.name)
        var extra = try rest.subreader(lengths.extra)
        let isWide = byteCount == UInt64(UInt32.max) || storedByteCount == UInt64(UInt32.max)
        let fields = try Self.fields(&extra)
        hasSecondName = fields.hasSecondName
        if var wide = fields.wide, isWide {
            // Unlike in the directory, both sizes stand here when one of them does.
            byteCount = try wide.u64()
            storedByteCount = try wide.u64()
            hasWideSizes = true
        }
    }

    private struct Lengths {
        var name = 0
        var extra = 0
    }

    private init(flags: UInt16, method: ZipMethod, crc32: UInt32, stored: UInt32, raw: UInt32) {
        self.flags = flags
        self.method = method
        self.crc32 = crc32
        storedByteCount = UInt64(stored)
        byteCount = UInt64(raw)
        nameBytes = []
    }

    private static func common(
        _ reader: inout ByteReader, _ lengths: inout Lengths
    ) throws(FormatError) -> ZipEntry {
        try reader.skip(2)
        let flags = try reader.u16()
        let method = try reader.u16()
        try reader.skip(4)
        let entry = ZipEntry(
            flags: flags, method: ZipMethod(rawValue: method), crc32: try reader.u32(),
            stored: try reader.u32(),
            raw: try reader.u32())
        lengths.name = Int(try reader.u16())
        lengths.extra = Int(try reader.u16())
        return entry
    }

    /// Of the extra fields those that count: the 64-bit sizes, and whether there is a second name.
    private static func fields(
        _ extra: inout ByteReader
    ) throws(FormatError) -> (wide: ByteReader?, hasSecondName: Bool) {
        var found: ByteReader?
        var hasSecondName = false
        while extra.remaining > 0 {
            let id = try extra.u16()
            let field = try extra.subreader(Int(try extra.u16()))
            if id == unicodePathExtraID { hasSecondName = true }
            guard id == wideExtraID else { continue }
            guard found == nil else {
                throw extra.error(
                    .corrupt, "A member of the zip archive has two fields of 64-bit sizes.")
            }
            found = field
        }
        return (found, hasSecondName)
    }
}

private func widen(_ value: inout UInt64, _ wide: inout ByteReader) throws(FormatError) {
    if value == UInt64(UInt32.max) { value = try wide.u64() }
}

extension ZipEntry {
    /// Makes sure that the header before the member says the same as the directory.
    ///
    /// - Throws: `corrupt`: what the one and the other reader would see could differ.
    func expectAgreement(with header: ZipEntry, format: String) throws(FormatError) {
        // With a descriptor the sizes were not yet known: zeros stand in for them.
        let mayBeZero = flags & Self.descriptorFlag != 0
        func agree(_ own: UInt64, _ other: UInt64) -> Bool {
            own == other || (mayBeZero && other == 0)
        }
        guard header.flags == flags, header.method == method, header.nameBytes == nameBytes,
            agree(UInt64(crc32), UInt64(header.crc32)),
            agree(storedByteCount, header.storedByteCount), agree(byteCount, header.byteCount)
        else {
            throw FormatError(
                .corrupt, format: format, offset: headerOffset,
                "The header of a zip member contradicts the archive's directory.")
        }
    }

    /// Why the member cannot be read, as the end of a sentence; nil when it can.
    var obstacle: String? {
        if flags & 1 != 0 || flags & 1 << 6 != 0 || flags & 1 << 13 != 0 { return "is encrypted" }
        if flags & ~Self.knownFlags != 0 {
            return "has the flags \(String(flags, radix: 16)), some of which are unknown"
        }
        if hasSecondName { return "has a second name" }
        guard case .other = method else { return nil }
        return "is compressed by \(method.name); pack the archive anew, stored or deflated"
    }

    /// The member's name as text.
    ///
    /// - Throws: `corrupt` when it is not valid UTF-8 and claims to be.
    func name(format: String) throws(FormatError) -> String {
        if flags & Self.utf8Flag == 0 { return CodePage437.string(nameBytes) }
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw FormatError(
                .corrupt, format: format, offset: headerOffset,
                "The name of a zip member is not valid UTF-8.")
        }
        return name
    }
}
