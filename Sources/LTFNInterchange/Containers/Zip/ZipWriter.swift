import LTFNBytes

/// Writes a zip archive of stored members, the same bytes for the same members.
///
/// 64-bit fields are written where a number needs them, and nowhere else.
struct ZipWriter {
    private let sink: any ByteSink
    private var directory: [Entry] = []

    private struct Entry {
        var name: String
        var crc32: UInt32
        var byteCount: UInt64
        var headerOffset: UInt64
    }

    init(_ sink: any ByteSink) {
        self.sink = sink
    }

    /// Begins a member: writes its header. The caller then writes its bytes to the sink.
    ///
    /// - Parameter alignment: the bytes begin at a multiple of it; what fills the space up to there
    ///   is a field of the header, as PyTorch writes it.
    /// - Throws: `notRepresentable` when the name is too long; `io`.
    mutating func begin(
        _ name: String, byteCount: UInt64, crc32: UInt32, alignment: Int = 1
    ) throws(FormatError) {
        guard name.utf8.count <= UInt16.max else {
            throw FormatError(.notRepresentable, "The name of a zip member is too long.")
        }
        let entry = Entry(
            name: name, crc32: crc32, byteCount: byteCount, headerOffset: sink.position)
        directory.append(entry)
        let isWide = byteCount >= UInt64(UInt32.max)
        var writer = ByteWriter()
        writer.u32(ZipEntry.headerSignature)
        let wideByteCount = isWide ? 20 : 0
        let dataOffset =
            entry.headerOffset + UInt64(ZipEntry.headerByteCount + name.utf8.count + wideByteCount)
        let filler = Self.filler(after: dataOffset, alignment: UInt64(max(1, alignment)))
        append(entry, extraByteCount: wideByteCount + filler.count, isWide: isWide, to: &writer)
        writer.string(name)
        if isWide {
            writer.u16(1)
            writer.u16(16)
            writer.u64(byteCount)
            writer.u64(byteCount)
        }
        try sink.write(writer.bytes + filler)
    }

    /// A field of the header that leads from `offset` to a multiple of `alignment`.
    private static func filler(after offset: UInt64, alignment: UInt64) -> [UInt8] {
        guard offset % alignment > 0 else { return [] }
        let fieldByteCount: UInt64 = 4
        let rest = (offset + fieldByteCount) % alignment
        let count = rest == 0 ? 0 : UInt16(truncatingIfNeeded: alignment - rest)
        var writer = ByteWriter()
        writer.string("FB")
        writer.u16(count)
        return writer.bytes + Array(repeating: UInt8(ascii: "Z"), count: Int(count))
    }

    /// Writes the directory.
    ///
    /// - Throws: `io`.
    func finish() throws(FormatError) {
        let start = sink.position
        for entry in directory {
            var writer = ByteWriter()
            append(directoryEntry: entry, to: &writer)
            try sink.write(writer.bytes)
        }
        var writer = ByteWriter()
        append(endOf: start, byteCount: sink.position - start, to: &writer)
        try sink.write(writer.bytes)
    }

    /// What header and directory have in common, from the version needed to the lengths.
    private func append(
        _ entry: Entry, extraByteCount: Int, isWide: Bool, isFar: Bool = false,
        to writer: inout ByteWriter
    ) {
        let isASCII = entry.name.utf8.allSatisfy { $0 < 0x80 }
        let narrow = isWide ? UInt32.max : UInt32(truncatingIfNeeded: entry.byteCount)
        writer.u16(isWide || isFar ? 45 : 20)
        writer.u16(isASCII ? 0 : ZipEntry.utf8Flag)
        writer.u16(ZipMethod.stored.rawValue)
        // Midnight of 1 January 1980: the same input gives the same file on every day.
        writer.u16(0)
        writer.u16(1 << 5 | 1)
        writer.u32(entry.crc32)
        writer.u32(narrow)
        writer.u32(narrow)
        writer.u16(UInt16(entry.name.utf8.count))
        writer.u16(UInt16(extraByteCount))
    }

    private func append(directoryEntry entry: Entry, to writer: inout ByteWriter) {
        let isWide = entry.byteCount >= UInt64(UInt32.max)
        let isFar = entry.headerOffset >= UInt64(UInt32.max)
        let extraByteCount = isWide || isFar ? 4 + (isWide ? 16 : 0) + (isFar ? 8 : 0) : 0
        writer.u32(ZipEntry.directorySignature)
        // Made on Unix.
        writer.u16(3 << 8 | (extraByteCount > 0 ? 45 : 20))
        append(
            entry, extraByteCount: extraByteCount, isWide: isWide, isFar: isFar, to: &writer)
        writer.u16(0)
        writer.u16(0)
        writer.u16(0)
        // A regular file that everyone may read.
        writer.u32(0o100644 << 16)
        writer.u32(isFar ? UInt32.max : UInt32(entry.headerOffset))
        writer.string(entry.name)
        guard extraByteCount > 0 else { return }
        writer.u16(1)
        writer.u16(UInt16(extraByteCount - 4))
        if isWide {
            writer.u64(entry.byteCount)
            writer.u64(entry.byteCount)
        }
        if isFar { writer.u64(entry.headerOffset) }
    }

    private func append(endOf start: UInt64, byteCount: UInt64, to writer: inout ByteWriter) {
        let count = UInt64(directory.count)
        let isWide =
            count >= UInt64(UInt16.max) || start >= UInt64(UInt32.max)
            || byteCount >= UInt64(UInt32.max)
        if isWide {
            writer.u32(0x0606_4B50)
            writer.u64(44)
            writer.u16(3 << 8 | 45)
            writer.u16(45)
            writer.u32(0)
            writer.u32(0)
            writer.u64(count)
            writer.u64(count)
            writer.u64(byteCount)
            writer.u64(start)
            writer.u32(0x0706_4B50)
            writer.u32(0)
            writer.u64(start + byteCount)
            writer.u32(1)
        }
        writer.u32(0x0605_4B50)
        writer.u16(0)
        writer.u16(0)
        writer.u16(UInt16(min(count, UInt64(UInt16.max))))
        writer.u16(UInt16(min(count, UInt64(UInt16.max))))
        writer.u32(UInt32(min(byteCount, UInt64(UInt32.max))))
        writer.u32(UInt32(min(start, UInt64(UInt32.max))))
        writer.u16(0)
    }
}
