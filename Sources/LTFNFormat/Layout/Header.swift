import LTFNBytes

/// The first 64 bytes of a file.
struct Header: Hashable {
    static let byteCount = 64
    static let magic: [UInt8] = [0x89, 0x4C, 0x54, 0x46, 0x4E, 0x0D, 0x0A, 0x1A]
    static let majorVersion: UInt16 = 1
    static let minorVersion: UInt16 = 0
    private static let checkedByteCount = 60

    var minorVersion = Header.minorVersion

    func encoded() -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: Self.byteCount)
        writer.append(Self.magic)
        writer.u16(Self.majorVersion)
        writer.u16(minorVersion)
        writer.zeros(48)
        writer.u32(CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    /// - Parameters:
    ///   - prefix: the first 64 bytes, or all when there are fewer.
    init(parsing prefix: [UInt8], fileByteCount: UInt64) throws(FormatError) {
        try Self.checkMagic(prefix, fileByteCount: fileByteCount)
        let bytes = Array(prefix.prefix(Self.byteCount))
        let checked = Array(bytes.prefix(Self.checkedByteCount))
        var reader = RecordReader(bytes, at: 0)
        _ = try reader.bytes(Self.magic.count)
        let major = try reader.u16()
        let minor = try reader.u16()
        let reserved = try reader.bytes(48)
        let checksum = try reader.u32()
        guard CRC32C.checksum(checked) == checksum else {
            throw reader.broken(
                "LTFN-H2", .checksumMismatch, at: 0,
                "The header's checksum does not match: the file is damaged.")
        }
        guard major == Self.majorVersion else {
            throw reader.broken(
                "LTFN-H3", .unsupportedVersion, at: 8,
                "The file is of version \(major).\(minor), this reader knows version "
                    + "\(Self.majorVersion): use a newer one.")
        }
        if let position = reserved.firstIndex(where: { $0 != 0 }) {
            throw reader.broken(
                "LTFN-H4", at: 12 + UInt64(position), "A reserved byte of the header is not zero.")
        }
        minorVersion = minor
    }

    init() {}

    private static func checkMagic(
        _ prefix: [UInt8], fileByteCount: UInt64
    ) throws(FormatError) {
        let start = prefix.prefix(magic.count)
        guard magic.starts(with: start), !start.isEmpty || fileByteCount == 0 else {
            throw FormatError(
                .notThisFormat, format: NativeFormat.formatName, rule: "LTFN-H1", offset: 0,
                "The file does not begin with the magic of an .ltfn file.")
        }
        guard fileByteCount >= NativeFormat.minimumByteCount, prefix.count >= byteCount else {
            throw FormatError(
                .truncated, format: NativeFormat.formatName,
                rule: start.count < magic.count ? "LTFN-H1" : "LTFN-H5", offset: fileByteCount,
                "The file has \(NumberText.counted(fileByteCount, "byte")); an .ltfn file has at least "
                    + "\(NativeFormat.minimumByteCount). Its end is missing.")
        }
    }
}
