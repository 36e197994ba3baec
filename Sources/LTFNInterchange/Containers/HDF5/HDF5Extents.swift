import LTFNBytes

/// Which bytes of a file are taken, and by what.
///
/// In a sound file no two structures have a byte in common. So what is read in all is never more
/// than the file has, however its trees and heaps point at one another.
struct HDF5Extents {
    private struct Extent {
        var start: UInt64
        var end: UInt64
        var what: StaticString
    }

    private let end: UInt64
    private var extents: [Extent] = []
    private var starts: Set<UInt64> = []
    private var total: UInt64 = 0

    /// - Parameter end: where the file ends.
    init(end: UInt64) {
        self.end = end
    }

    /// - Throws: `truncated` for bytes after the end; `corrupt` when bytes are taken a second time.
    mutating func claim(
        _ start: UInt64, byteCount: UInt64, _ what: StaticString
    ) throws(FormatError) {
        guard start <= end, byteCount <= end - start else {
            throw Self.error(
                .truncated, end,
                "\(what) has \(byteCount) bytes from byte \(start) on, and the file \(end) in all.")
        }
        guard byteCount > 0 else { return }
        try starts.makeRoomForOne()
        guard starts.insert(start).inserted else {
            throw Self.error(
                .corrupt, start,
                "\(what) leads back to bytes that were read before; expected bytes of its own.")
        }
        total = CheckedSize.total(total, byteCount)
        guard total <= end else {
            throw Self.error(
                .corrupt, start,
                "\(what) overlaps with other structures: together they have more bytes than the file."
            )
        }
        try extents.makeRoomForOne()
        extents.append(Extent(start: start, end: start + byteCount, what: what))
    }

    /// - Throws: `corrupt` when two extents overlap.
    func expectDisjoint() throws(FormatError) {
        try AvailableMemory.expect(extents.count * MemoryLayout<Extent>.stride)
        let sorted = extents.sorted { $0.start < $1.start }
        for (last, next) in zip(sorted, sorted.dropFirst()) where next.start < last.end {
            throw Self.error(
                .corrupt, next.start,
                "\(next.what) overlaps with \(last.what) from byte \(last.start) on; expected bytes of "
                    + "its own.")
        }
    }

    private static func error(
        _ code: FormatError.Code, _ offset: UInt64, _ message: String
    ) -> FormatError {
        FormatError(code, format: HDF5File.format, offset: offset, message)
    }
}
