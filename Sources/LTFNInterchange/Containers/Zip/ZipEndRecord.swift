import LTFNBytes

/// The records at the end of a zip archive, which tell where its directory is.
///
///     u32  50 4B 05 06
///     u16  number of this disk, u16 disk of the directory
///     u16  entries on this disk, u16 entries
///     u32  byte count of the directory, u32 its offset
///     u16  length of the comment, the comment
///
/// In an archive that needs 64-bit numbers a record with those and its locator stand before.
struct ZipEndRecord {
    var entryCount: UInt64
    var directoryOffset: UInt64
    var directoryByteCount: UInt64
    /// How many bytes stand after the archive, such as what fills up a block of a tape.
    private(set) var tailByteCount = 0

    private static let signature: UInt32 = 0x0605_4B50
    private static let byteCount = 22
    private static let locatorSignature: UInt32 = 0x0706_4B50
    private static let locatorByteCount = 20
    private static let wideSignature: UInt32 = 0x0606_4B50
    private static let wideByteCount = 56

    /// - Throws: `notThisFormat` when there is no such record; `corrupt`, `unsupportedFeature`.
    init(_ source: any ByteSource, format: String) throws(FormatError) {
        let tailByteCount = Int(min(source.byteCount, UInt64(Self.byteCount + 65_535)))
        let tailOffset = source.byteCount - UInt64(tailByteCount)
        let tail = try source.read(at: tailOffset, byteCount: tailByteCount)
        guard let start = Self.lastSignature(in: tail) else {
            throw FormatError(
                .notThisFormat, format: format, offset: source.byteCount,
                "No zip directory is found at the end: this is no zip archive, or its end is "
                    + "missing.")
        }
        var reader = ByteReader(
            Array(tail[start...]), at: tailOffset + UInt64(start), format: format)
        let offset = reader.offset
        let narrow = try Narrow(&reader)
        if let wide = try Self.wide(source, before: offset, format: format) {
            try wide.expectAgreement(with: narrow, at: offset, format: format)
            self = wide
        } else {
            entryCount = UInt64(narrow.entryCount)
            directoryOffset = UInt64(narrow.directoryOffset)
            directoryByteCount = UInt64(narrow.directoryByteCount)
            try expectDirectory(endsAt: offset, format: format)
        }
        self.tailByteCount = reader.remaining
    }

    /// Where the record begins: where other readers find it too, at the very end without a comment,
    /// or else at its last signature.
    private static func lastSignature(in tail: [UInt8]) -> Int? {
        var start = tail.count - byteCount
        while start >= 0 {
            if tail[start...].starts(with: [0x50, 0x4B, 0x05, 0x06]) { return start }
            start -= 1
        }
        return nil
    }

    private init(entryCount: UInt64, directoryOffset: UInt64, directoryByteCount: UInt64) {
        self.entryCount = entryCount
        self.directoryOffset = directoryOffset
        self.directoryByteCount = directoryByteCount
    }

    private func expectDirectory(endsAt end: UInt64, format: String) throws(FormatError) {
        guard directoryOffset <= end, directoryByteCount == end - directoryOffset else {
            throw FormatError(
                .corrupt, format: format, offset: end,
                "The zip directory should be \(directoryByteCount) bytes from byte "
                    + "\(directoryOffset) on, which is not just before this record.")
        }
    }

    /// The 64-bit record before the record at `end`, where there is one.
    private static func wide(
        _ source: any ByteSource, before end: UInt64, format: String
    ) throws(FormatError) -> ZipEndRecord? {
        guard end >= UInt64(locatorByteCount) else { return nil }
        let locatorOffset = end - UInt64(locatorByteCount)
        var locator = ByteReader(
            try source.read(at: locatorOffset, byteCount: locatorByteCount), at: locatorOffset,
            format: format)
        guard try locator.u32() == locatorSignature else { return nil }
        let disk = try locator.u32()
        let offset = try locator.u64()
        guard disk == 0, try locator.u32() <= 1 else {
            throw locator.error(.unsupportedFeature, "The zip archive spans several disks.")
        }
        guard locatorOffset >= UInt64(wideByteCount),
            offset == locatorOffset - UInt64(wideByteCount)
        else {
            throw locator.error(
                .corrupt, "The zip archive's 64-bit end record is not where it should be.")
        }
        var reader = ByteReader(
            try source.read(at: offset, byteCount: wideByteCount), at: offset, format: format)
        guard try reader.u32() == wideSignature, try reader.u64() == UInt64(wideByteCount - 12)
        else {
            throw reader.error(.corrupt, "The zip archive's 64-bit end record is damaged.")
        }
        try reader.skip(4)
        let disks = (try reader.u32(), try reader.u32())
        let entries = (try reader.u64(), try reader.u64())
        guard disks == (0, 0), entries.0 == entries.1 else {
            throw reader.error(.unsupportedFeature, "The zip archive spans several disks.")
        }
        let byteCount = try reader.u64()
        let record = ZipEndRecord(
            entryCount: entries.1, directoryOffset: try reader.u64(),
            directoryByteCount: byteCount)
        try record.expectDirectory(endsAt: offset, format: format)
        return record
    }

    /// Makes sure that every number of the narrow record is the same here, or all ones.
    private func expectAgreement(
        with narrow: Narrow, at offset: UInt64, format: String
    ) throws(FormatError) {
        let entriesAgree =
            narrow.entryCount == .max || UInt64(narrow.entryCount) == entryCount
        let byteCountsAgree =
            narrow.directoryByteCount == .max
            || UInt64(narrow.directoryByteCount) == directoryByteCount
        let offsetsAgree =
            narrow.directoryOffset == .max || UInt64(narrow.directoryOffset) == directoryOffset
        guard entriesAgree, byteCountsAgree, offsetsAgree else {
            throw FormatError(
                .corrupt, format: format, offset: offset,
                "The zip archive's two end records contradict each other.")
        }
    }

    /// The record with 16- and 32-bit numbers.
    private struct Narrow {
        var entryCount: UInt16
        var directoryByteCount: UInt32
        var directoryOffset: UInt32

        init(_ reader: inout ByteReader) throws(FormatError) {
            try reader.skip(4)
            let disks = (try reader.u16(), try reader.u16())
            let entries = (try reader.u16(), try reader.u16())
            guard disks == (0, 0), entries.0 == entries.1 else {
                throw reader.error(.unsupportedFeature, "The zip archive spans several disks.")
            }
            entryCount = entries.1
            directoryByteCount = try reader.u32()
            directoryOffset = try reader.u32()
            try reader.skip(Int(try reader.u16()))
        }
    }
}
