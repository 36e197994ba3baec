import LTFNBytes
import LTFNCheckpoint

/// A member of a zip archive.
struct ZipMember: Sendable {
    var name: String
    var method: ZipMethod
    var crc32: UInt32
    /// Where the member's stored bytes begin in the archive.
    var dataOffset: UInt64
    var storedByteCount: UInt64
    /// The bytes of the member when it is unpacked.
    var byteCount: UInt64
    /// Why it cannot be read, as the end of a sentence; nil when it can.
    var obstacle: String?

    /// Whether it stands for a folder alone.
    var isFolder: Bool { name.utf8.last == UInt8(ascii: "/") && byteCount == 0 }
}

/// An open zip archive, of which every byte is accounted for.
///
/// The directory is what counts, and the headers before the members must say the same. Members
/// follow each other from the first byte to the directory without gaps and overlaps, so that no
/// reader can see another archive in the same bytes. Bytes after its end are counted, as Python's
/// `zipfile` takes them.
struct ZipArchive: Sendable {
    /// In the order of the directory. A name that stands several times means the last, to most
    /// programs.
    let members: [ZipMember]
    let source: any ByteSource
    /// How many bytes after its end are none of the archive's.
    let tailByteCount: Int
    /// The format that errors name.
    let format: String

    /// Reads the directory and the headers.
    ///
    /// - Throws: `notThisFormat`, `unsupportedFeature`, `truncated`, `corrupt`, `limitExceeded`,
    ///   `io`.
    init(
        _ source: any ByteSource, format: String, limits: DecodingLimits
    ) throws(FormatError) {
        let end = try ZipEndRecord(source, format: format)
        let entries = try Self.entries(source, end, format: format, limits: limits)
        var members: [ZipMember] = []
        members.reserveCapacity(entries.count)
        var extents: [Extent] = []
        for entry in entries {
            let name = try entry.name(format: format)
            let member = try Self.member(source, entry, name: name, format: format)
            members.append(member)
            extents.append(
                Extent(
                    start: entry.headerOffset, end: member.dataOffset + entry.storedByteCount,
                    entry: entry))
        }
        self.members = members
        self.source = source
        tailByteCount = end.tailByteCount
        self.format = format
        try checkExtents(extents, directoryOffset: end.directoryOffset)
    }

    private static func entries(
        _ source: any ByteSource, _ end: ZipEndRecord, format: String, limits: DecodingLimits
    ) throws(FormatError) -> [ZipEntry] {
        guard end.entryCount <= UInt64(limits.variableCount),
            end.directoryByteCount <= UInt64(limits.indexByteCount)
        else {
            throw FormatError(
                .limitExceeded, format: format, offset: end.directoryOffset,
                "The zip directory has \(end.entryCount) entries in \(end.directoryByteCount) "
                    + "bytes; \(limits.variableCount) and \(limits.indexByteCount) are allowed.")
        }
        let byteCount = try CheckedSize.int(end.directoryByteCount, of: "the zip directory")
        // As values, its entries take a few times as much.
        try AvailableMemory.expect(
            CheckedSize.product(of: [8, byteCount], as: "the zip directory"))
        var reader = ByteReader(
            try source.read(at: end.directoryOffset, byteCount: byteCount),
            at: end.directoryOffset, format: format)
        var entries: [ZipEntry] = []
        while reader.remaining > 0 {
            entries.append(try ZipEntry(directoryEntry: &reader))
        }
        guard UInt64(entries.count) == end.entryCount else {
            throw reader.error(
                .corrupt,
                "The zip directory has \(entries.count) entries, \(end.entryCount) were expected.")
        }
        return entries
    }

    private static func member(
        _ source: any ByteSource, _ entry: ZipEntry, name: String, format: String
    ) throws(FormatError) -> ZipMember {
        let offset = entry.headerOffset
        var reader = ByteReader(
            try source.read(at: offset, byteCount: ZipEntry.headerByteCount), at: offset,
            format: format)
        var dataOffset = offset + UInt64(ZipEntry.headerByteCount)
        let header = try ZipEntry(header: &reader) { count throws(FormatError) in
            defer { dataOffset += UInt64(count) }
            return ByteReader(
                try source.read(at: dataOffset, byteCount: count), at: dataOffset, format: format)
        }
        try entry.expectAgreement(with: header, format: format)
        guard entry.storedByteCount <= source.byteCount - dataOffset else {
            throw FormatError(
                .corrupt, format: format, offset: offset, variable: name,
                "The zip member has \(entry.storedByteCount) bytes, more than are left.")
        }
        try expectPossible(entry, name: name, format: format)
        return ZipMember(
            name: name, method: entry.method, crc32: entry.crc32, dataOffset: dataOffset,
            storedByteCount: entry.storedByteCount, byteCount: entry.byteCount,
            obstacle: entry.obstacle ?? header.obstacle)
    }

    /// Makes sure that the stored bytes can become as many as are declared.
    private static func expectPossible(
        _ entry: ZipEntry, name: String, format: String
    ) throws(FormatError) {
        let possible =
            switch entry.method {
            // Encryption adds a few bytes.
            case .stored: entry.byteCount == entry.storedByteCount || entry.obstacle != nil
            // Deflate makes at most 1,032 bytes of one.
            case .deflated: entry.byteCount / 1032 <= entry.storedByteCount
            case .other: true
            }
        guard possible else {
            throw FormatError(
                .corrupt, format: format, offset: entry.headerOffset, variable: name,
                "\(entry.storedByteCount) stored bytes cannot become \(entry.byteCount).")
        }
    }
}

// The whole of the file.
extension ZipArchive {
    /// From a member's header to the end of its data.
    private struct Extent {
        var start: UInt64
        var end: UInt64
        var entry: ZipEntry
    }

    private func checkExtents(
        _ extents: [Extent], directoryOffset: UInt64
    ) throws(FormatError) {
        let sorted = extents.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
        guard (sorted.first?.start ?? directoryOffset) == 0 else {
            throw FormatError(
                .corrupt, format: format, offset: 0,
                "The first member of the zip archive is not at the beginning of the file.")
        }
        for (index, extent) in sorted.enumerated() {
            let next = index + 1 < sorted.count ? sorted[index + 1].start : directoryOffset
            guard extent.end <= next else {
                throw FormatError(
                    .corrupt, format: format, offset: next,
                    "A member of the zip archive overlaps what follows it.")
            }
            try checkGap(behind: extent, to: next)
        }
    }

    /// Between a member and the next only its descriptor may stand: CRC-32, stored byte count,
    /// byte count, the sizes in 4 or 8 bytes, with or without a signature.
    private func checkGap(behind extent: Extent, to next: UInt64) throws(FormatError) {
        let hasDescriptor = extent.entry.flags & ZipEntry.descriptorFlag != 0
        let gap = next - extent.end
        if gap == 0 && !hasDescriptor { return }
        guard hasDescriptor, [12, 16, 20, 24].contains(gap) else {
            throw FormatError(
                .corrupt, format: format, offset: extent.end,
                "\(gap) bytes after a member of the zip archive belong to nothing.")
        }
        let byteCount = Int(gap)
        var reader = ByteReader(
            try source.read(at: extent.end, byteCount: byteCount), at: extent.end, format: format)
        let hasSignature = byteCount == 16 || byteCount == 24
        if hasSignature, try reader.u32() != 0x0807_4B50 {
            throw reader.error(.corrupt, "The descriptor of a zip member was expected.")
        }
        let isWide = byteCount >= 20
        let crc32 = try reader.u32()
        let stored = isWide ? try reader.u64() : UInt64(try reader.u32())
        let raw = isWide ? try reader.u64() : UInt64(try reader.u32())
        guard crc32 == extent.entry.crc32, stored == extent.entry.storedByteCount,
            raw == extent.entry.byteCount
        else {
            throw reader.error(
                .corrupt, "The descriptor of a zip member contradicts the directory.")
        }
    }
}
