import LTFNBytes

/// The bytes of a zip member, from front to back, whether stored or deflated.
struct ZipMemberStream {
    private let source: any ByteSource
    private let member: ZipMember
    private let format: String
    private let inflater: StreamInflater?
    /// Stored bytes that the inflater has not used yet.
    private var pending: [UInt8] = []
    private var fetched: UInt64 = 0
    private var delivered: UInt64 = 0
    private var isAtEnd = false
    private var checksum = CRC32()

    private static let storedPieceByteCount = 1 << 18

    init(_ source: any ByteSource, _ member: ZipMember, format: String) {
        self.source = source
        self.member = member
        self.format = format
        inflater = member.method == .deflated ? StreamInflater() : nil
    }

    /// The next bytes: at least one and at most `limit`; none at the end of the member.
    ///
    /// - Throws: `truncated`, `corrupt`, `io`.
    mutating func next(upTo limit: Int) throws(FormatError) -> [UInt8] {
        let count = Int(min(UInt64(max(limit, 0)), member.byteCount - delivered))
        if count == 0 { return [] }
        let bytes: [UInt8]
        if let inflater {
            bytes = try inflate(inflater, upTo: count)
        } else {
            bytes = try fetch(upTo: count)
        }
        guard !bytes.isEmpty else {
            throw error(
                .corrupt, "The member ends after \(delivered) bytes of \(member.byteCount).")
        }
        delivered += UInt64(bytes.count)
        checksum.update(bytes)
        return bytes
    }

    /// Makes sure that the member has been delivered whole, and is what was written.
    ///
    /// - Throws: `corrupt`, `checksumMismatch`.
    mutating func finish() throws(FormatError) {
        if let inflater, !isAtEnd {
            // The end mark may still wait after the last byte.
            guard try inflate(inflater, upTo: 1).isEmpty else {
                throw error(.corrupt, "The member has more than its \(member.byteCount) bytes.")
            }
        }
        guard delivered == member.byteCount, fetched == member.storedByteCount, pending.isEmpty
        else {
            throw error(.corrupt, "The member's compressed bytes are not all used.")
        }
        guard checksum.value == member.crc32 else {
            throw error(
                .checksumMismatch,
                "The member's CRC-32 is wrong: its bytes are not those that were written.")
        }
    }

    private mutating func fetch(upTo limit: Int) throws(FormatError) -> [UInt8] {
        let count = Int(min(UInt64(limit), member.storedByteCount - fetched))
        let bytes = try source.read(at: member.dataOffset + fetched, byteCount: count)
        fetched += UInt64(count)
        return bytes
    }

    private mutating func inflate(
        _ inflater: StreamInflater, upTo limit: Int
    ) throws(FormatError) -> [UInt8] {
        while !isAtEnd {
            if pending.isEmpty { pending = try fetch(upTo: Self.storedPieceByteCount) }
            let isLast = fetched == member.storedByteCount
            let progress: StreamInflater.Progress
            do throws(FormatError) {
                progress = try inflater.decompress(pending, upTo: limit)
            } catch {
                // A shortage of memory says nothing of the member.
                throw error.code == .io ? error : self.error(.corrupt, error.message)
            }
            pending.removeFirst(progress.consumed)
            isAtEnd = progress.isAtEnd
            if !progress.bytes.isEmpty { return progress.bytes }
            if isLast && !isAtEnd && progress.consumed == 0 {
                throw error(.corrupt, "The member's compressed bytes end too early.")
            }
        }
        return []
    }

    private func error(_ code: FormatError.Code, _ message: String) -> FormatError {
        FormatError(
            code, format: format, offset: member.dataOffset, variable: member.name, message)
    }
}

extension ZipArchive {
    /// Reads a member to its end, and compares its CRC-32; nothing is kept.
    ///
    /// - Throws: `corrupt`, `checksumMismatch`, `io`.
    func expectSound(_ member: ZipMember) throws(FormatError) {
        var stream = ZipMemberStream(source, member, format: format)
        while try !stream.next(upTo: pieceByteCount).isEmpty {}
        try stream.finish()
    }

    /// The first `byteCount` bytes of a member.
    ///
    /// - Throws: `truncated` when it has fewer; `corrupt`, `io`.
    func prefix(of member: ZipMember, byteCount: Int) throws(FormatError) -> [UInt8] {
        guard UInt64(byteCount) <= member.byteCount else {
            throw FormatError(
                .truncated, format: format, offset: member.dataOffset, variable: member.name,
                "The member has \(member.byteCount) bytes, \(byteCount) were expected.")
        }
        var stream = ZipMemberStream(source, member, format: format)
        var bytes: [UInt8] = []
        while bytes.count < byteCount {
            bytes += try stream.next(upTo: byteCount - bytes.count)
        }
        return bytes
    }
}
