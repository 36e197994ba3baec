import LTFNBytes

/// Bytes that an earlier version of the file used.
package struct RetiredRegion: Hashable, Sendable {
    package enum Kind: UInt32, Hashable, Sendable {
        case index = 1
        case footer = 2
        case chunks = 3
    }

    static let byteCount = 24

    package var offset: UInt64
    package var byteCount: UInt64
    package var checksum: UInt32
    package var kind: Kind

    package init(offset: UInt64, byteCount: UInt64, checksum: UInt32, kind: Kind) {
        self.offset = offset
        self.byteCount = byteCount
        self.checksum = checksum
        self.kind = kind
    }

    func write(to writer: inout ByteWriter) {
        writer.u64(offset)
        writer.u64(byteCount)
        writer.u32(checksum)
        writer.u32(kind.rawValue)
    }

    static func read(
        from reader: inout RecordReader, after previous: RetiredRegion?,
        before indexOffset: UInt64
    ) throws(FormatError) -> RetiredRegion {
        let start = reader.offset
        let offset = try reader.u64()
        let byteCount = try reader.u64()
        let checksum = try reader.u32()
        guard let kind = Kind(rawValue: try reader.u32()), byteCount > 0,
            previous.map({ $0.offset < offset }) ?? true
        else {
            throw reader.broken(
                "LTFN-X9", at: start,
                "A retired region is empty, of no known kind, or not after the one before it.")
        }
        // Sums of its fields cannot overflow from here on.
        let (end, overflow) = offset.addingReportingOverflow(byteCount)
        guard !overflow, end <= indexOffset else {
            throw reader.broken(
                "LTFN-X9", at: start, "A retired region does not lie before the index.")
        }
        return RetiredRegion(offset: offset, byteCount: byteCount, checksum: checksum, kind: kind)
    }
}
