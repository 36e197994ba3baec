import LTFNBytes
import LTFNCheckpoint

/// What opening a file finds: at most three reads, whatever the file's size.
struct FileOpening {
    var header: Header
    var footer: Footer
    var footerOffset: UInt64
    var indexBytes: [UInt8]

    /// The bytes at the end of a file that are read at once, in the hope that the index is in them.
    static let usualTailByteCount: UInt64 = 65_536

    /// - Parameter tailByteCount: what is found does not depend on it; at least a footer.
    init(
        _ source: any ByteSource, limits: DecodingLimits,
        tailByteCount: UInt64 = usualTailByteCount
    ) throws(FormatError) {
        let tailByteCount = max(tailByteCount, UInt64(Footer.byteCount))
        let total = source.byteCount
        // A small file is read as a whole.
        let isSmall = total <= tailByteCount
        let headByteCount = isSmall ? Int(total) : Header.byteCount
        let head = try source.read(at: 0, byteCount: headByteCount)
        header = try Header(parsing: head, fileByteCount: total)
        let tailStart = isSmall ? 0 : total - tailByteCount
        let tail =
            isSmall ? head : try source.read(at: tailStart, byteCount: Int(tailByteCount))
        footerOffset = total - UInt64(Footer.byteCount)
        footer = try Footer(
            parsing: Array(tail.suffix(Footer.byteCount)), at: footerOffset, header: header)
        guard footer.indexByteCount <= UInt64(max(0, limits.indexByteCount)),
            let indexByteCount = Int(exactly: footer.indexByteCount)
        else {
            throw FormatError(
                .limitExceeded, format: NativeFormat.formatName, rule: "LTFN-X8",
                offset: footerOffset + 8,
                "The index has \(footer.indexByteCount) bytes, the limit is "
                    + "\(limits.indexByteCount).")
        }
        // As values, its records take a few times as much.
        try AvailableMemory.expect(CheckedSize.product(of: [3, indexByteCount], as: "the index"))
        if footer.indexOffset >= tailStart {
            let start = Int(footer.indexOffset - tailStart)
            indexBytes = Array(tail[start..<start + indexByteCount])
        } else {
            indexBytes = try source.read(at: footer.indexOffset, byteCount: indexByteCount)
        }
        guard CRC32C.checksum(indexBytes) == footer.indexChecksum else {
            throw FormatError(
                .checksumMismatch, format: NativeFormat.formatName, rule: "LTFN-X1",
                offset: footer.indexOffset,
                "The index's checksum does not match: the file is damaged.")
        }
    }
}

extension FileOpening {
    /// What the end of a file breaks when it is missing, or damaged, or followed by something.
    private static let endRules: Set<String> = [
        "LTFN-F1", "LTFN-F2", "LTFN-F4", "LTFN-F7", "LTFN-X1",
    ]

    /// - Throws: what `open` throws; when the end of the file is what is wrong, that it may be
    ///   recovered. Whether it can is not tried: the whole file would have to be read for it.
    static func orRecover(
        _ open: () throws(FormatError) -> FileOpening
    ) throws(FormatError) -> FileOpening {
        do throws(FormatError) {
            return try open()
        } catch {
            var error = error
            if error.rule.map(endRules.contains) == true { error.remedy = .recover }
            throw error
        }
    }
}
