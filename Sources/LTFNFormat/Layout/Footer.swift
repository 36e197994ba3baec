import LTFNBytes

/// The last 64 bytes of a file.
struct Footer: Hashable {
    static let byteCount = 64
    static let endMagic: [UInt8] = [0x4C, 0x54, 0x46, 0x4E, 0x0A, 0x45, 0x4F, 0x46]
    private static let checkedByteCount = 52

    var indexOffset: UInt64
    var indexByteCount: UInt64
    var fileByteCount: UInt64
    var requiredFeatures: Features
    var optionalFeatures: UInt64 = 0
    var indexChecksum: UInt32
    var minorVersion = Header.minorVersion

    init(
        indexOffset: UInt64, indexByteCount: UInt64, requiredFeatures: Features,
        indexChecksum: UInt32
    ) {
        self.indexOffset = indexOffset
        self.indexByteCount = indexByteCount
        self.requiredFeatures = requiredFeatures
        self.indexChecksum = indexChecksum
        fileByteCount = indexOffset + indexByteCount + UInt64(Self.byteCount)
    }

    func encoded() -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: Self.byteCount)
        writer.u64(indexOffset)
        writer.u64(indexByteCount)
        writer.u64(fileByteCount)
        writer.u64(requiredFeatures.rawValue)
        writer.u64(optionalFeatures)
        writer.u32(indexChecksum)
        writer.u16(Header.majorVersion)
        writer.u16(minorVersion)
        writer.u32(0)
        writer.u32(CRC32C.checksum(writer.bytes))
        writer.append(Self.endMagic)
        return writer.bytes
    }

    /// - Parameter bytes: the 64 bytes at `offset`.
    init(
        parsing bytes: [UInt8], at offset: UInt64, header: Header
    ) throws(FormatError) {
        var reader = RecordReader(bytes, at: offset)
        guard bytes.suffix(Self.endMagic.count).elementsEqual(Self.endMagic) else {
            throw reader.broken(
                "LTFN-F1", .truncated, at: offset + 56,
                "The file does not end with a footer: its end is missing, or something was added "
                    + "to it.")
        }
        indexOffset = try reader.u64()
        indexByteCount = try reader.u64()
        fileByteCount = try reader.u64()
        requiredFeatures = Features(rawValue: try reader.u64())
        optionalFeatures = try reader.u64()
        indexChecksum = try reader.u32()
        let major = try reader.u16()
        minorVersion = try reader.u16()
        let reserved = try reader.u32()
        let checksum = try reader.u32()
        guard CRC32C.checksum(Array(bytes.prefix(Self.checkedByteCount))) == checksum else {
            throw reader.broken(
                "LTFN-F2", .checksumMismatch, at: offset,
                "The footer's checksum does not match: the file is damaged.")
        }
        try checkVersion(major: major, header: header, at: offset, reader)
        let end = offset + UInt64(Self.byteCount)
        guard fileByteCount == end else {
            throw reader.broken(
                "LTFN-F4", at: offset + 16,
                "The footer is that of a file of \(fileByteCount) bytes, this one has \(end): "
                    + "something was put before or after it.")
        }
        try checkFeatures(at: offset, reader)
        guard reserved == 0 else {
            throw reader.broken(
                "LTFN-F6", at: offset + 48, "Reserved bytes of the footer are not zero.")
        }
        let (indexEnd, overflow) = indexOffset.addingReportingOverflow(indexByteCount)
        guard !overflow, indexOffset >= UInt64(Header.byteCount), indexEnd == offset else {
            throw reader.broken(
                "LTFN-F7", at: offset,
                "The index is said to be \(indexByteCount) bytes at \(indexOffset); expected "
                    + "one that ends where the footer begins, at \(offset).")
        }
    }

    private func checkVersion(
        major: UInt16, header: Header, at offset: UInt64, _ reader: RecordReader
    ) throws(FormatError) {
        guard major == Header.majorVersion else {
            throw reader.broken(
                "LTFN-F3", .unsupportedVersion, at: offset + 44,
                "The file was last written in version \(major).\(minorVersion), this reader "
                    + "knows version \(Header.majorVersion): use a newer one.")
        }
        guard minorVersion >= header.minorVersion else {
            throw reader.broken(
                "LTFN-F3", at: offset + 46,
                "The footer is of minor version \(minorVersion), the header of "
                    + "\(header.minorVersion); expected no lower one.")
        }
    }

    private func checkFeatures(at offset: UInt64, _ reader: RecordReader) throws(FormatError) {
        let unknown = requiredFeatures.subtracting(.known)
        guard unknown.isEmpty else {
            throw reader.broken(
                "LTFN-F5", .unsupportedFeature, at: offset + 24,
                "The file needs \(unknown.names), which this reader does not have: use a newer "
                    + "one.")
        }
    }
}

/// What a reader must be able to do for a file.
package struct Features: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    static let initialValues = Features(rawValue: 1)
    static let baseFiles = Features(rawValue: 2)
    static let known: Features = [.initialValues, .baseFiles]

    /// `replayed initial values, feature bit 7`
    var names: String {
        (0..<64).filter { contains(Features(rawValue: 1 << $0)) }.map { bit in
            switch bit {
            case 0: "replayed initial values"
            case 1: "base files"
            default: "feature bit \(bit)"
            }
        }.joined(separator: ", ")
    }
}
