import LTFNBytes
import Synchronization

/// Reads the members of an archive range by range. Ranges that follow one another take one pass.
final class ZipCursor: Sendable {
    private struct Place {
        /// Where the member's stored bytes begin, which no two members have in common.
        var dataOffset: UInt64
        var position: Int
        var stream: ZipMemberStream
    }

    private let archive: ZipArchive
    private let place = Mutex<Place?>(nil)
    /// How many bytes may be unpacked only to come to those that are wanted.
    private let skippedLimit: UInt64
    private let skipped = Mutex<UInt64>(0)

    init(_ archive: ZipArchive, skippedLimit: UInt64 = .max) {
        self.archive = archive
        self.skippedLimit = skippedLimit
    }

    /// A range of a member's bytes. With the last of them the whole member is checked against its
    /// CRC-32.
    ///
    /// - Parameters:
    ///   - range: within the bytes of the member but the first `start`.
    /// - Throws: `corrupt`, `checksumMismatch`, `limitExceeded`, `io`.
    func read(
        _ member: ZipMember, _ range: Range<Int>, behind start: Int
    ) throws(FormatError) -> AlignedBytes {
        let range = start + range.lowerBound..<start + range.upperBound
        return try place.withLock { place throws(FormatError) in
            var here = Self.place(place, at: range.lowerBound, of: member, archive)
            // What is thrown leaves no place to go on from.
            place = nil
            while here.position < range.lowerBound {
                let limit = min(range.lowerBound - here.position, pieceByteCount)
                let count = try here.stream.next(upTo: limit).count
                here.position += count
                try skip(count, of: member)
            }
            var bytes = try AlignedBytes(reserving: range.count)
            while here.position < range.upperBound {
                let limit = min(range.upperBound - here.position, pieceByteCount)
                let piece = try here.stream.next(upTo: limit)
                bytes.replaceBytes(at: here.position - range.lowerBound, with: piece)
                here.position += piece.count
            }
            if UInt64(range.upperBound) == member.byteCount {
                try here.stream.finish()
            } else {
                place = here
            }
            return bytes
        }
    }

    private func skip(_ count: Int, of member: ZipMember) throws(FormatError) {
        let sum = skipped.withLock { skipped in
            skipped = CheckedSize.total(skipped, UInt64(count))
            return skipped
        }
        guard sum <= skippedLimit else {
            throw FormatError(
                .limitExceeded, format: archive.format, offset: member.dataOffset,
                "The values lie so in packed members that more than \(skippedLimit) bytes would be "
                    + "unpacked in vain.")
        }
    }

    /// Where to go on from; the beginning of the member when that lies behind.
    private static func place(
        _ last: Place?, at position: Int, of member: ZipMember, _ archive: ZipArchive
    ) -> Place {
        if let last, last.dataOffset == member.dataOffset, last.position <= position {
            return last
        }
        return Place(
            dataOffset: member.dataOffset, position: 0,
            stream: ZipMemberStream(archive.source, member, format: archive.format))
    }
}
