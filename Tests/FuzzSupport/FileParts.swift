import LTFNBytes

/// The parts of a file, to be changed and put together again with right checksums.
public struct FileParts: Sendable {
    /// What stands between the header and the index, padding included.
    public var chunks: [UInt8]
    public var index: [UInt8]
    /// The required features.
    public var features: UInt64

    public init(chunks: [UInt8], index: [UInt8], features: UInt64) {
        self.chunks = chunks
        self.index = index
        self.features = features
    }

    /// Takes a file apart: nil when its footer makes no sense.
    public init?(splitting file: [UInt8]) {
        guard file.count >= 224 else { return nil }
        func u64(_ offset: Int) -> UInt64 {
            (0..<8).reduce(0) {
                $0 | UInt64(file[file.count - 64 + offset + $1]) << UInt64(8 * $1)
            }
        }
        guard let start = Int(exactly: u64(0)), let count = Int(exactly: u64(8)), start >= 64,
            start <= file.count - 64, count <= file.count - 64 - start
        else { return nil }
        chunks = Array(file[64..<start])
        index = Array(file[start..<start + count])
        features = u64(24)
    }

    /// The file, its header and footer as they must be.
    public var file: [UInt8] {
        header + chunks + index + footer(indexOffset: 64 + chunks.count)
    }

    public var header: [UInt8] {
        var writer = ByteWriter()
        writer.append([0x89, 0x4C, 0x54, 0x46, 0x4E, 0x0D, 0x0A, 0x1A, 1, 0, 0, 0])
        writer.zeros(48)
        writer.u32(CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    /// - Parameter indexOffset: where the index stands in the file.
    public func footer(indexOffset: Int) -> [UInt8] {
        var footer = ByteWriter()
        footer.u64(UInt64(indexOffset))
        footer.u64(UInt64(index.count))
        footer.u64(UInt64(indexOffset + index.count + 64))
        footer.u64(features)
        footer.u64(0)
        footer.u32(CRC32C.checksum(index))
        footer.u16(1)
        footer.u16(0)
        footer.u32(0)
        footer.u32(CRC32C.checksum(footer.bytes))
        footer.append([0x4C, 0x54, 0x46, 0x4E, 0x0A, 0x45, 0x4F, 0x46])
        return footer.bytes
    }

    /// Makes the content digest right, as far as the index can be read without it.
    public mutating func signContent() {
        guard let digest = IndexMap(index).contentDigest else { return }
        index.replaceSubrange(8..<40, with: digest)
    }

    /// Makes the checksums of the chunks right, the features, and the content digest.
    public mutating func sign() {
        let map = IndexMap(index)
        var bits: UInt64 = 0
        for record in map.records where !record.storage.isEmpty {
            let storage = index[record.storage.lowerBound]
            if storage == 1 { bits |= 1 }
            if storage == 2 { bits |= 2 }
        }
        for start in map.recordStarts {
            if [3, 4].contains(index[start]) { bits |= 1 }
            if [5, 6].contains(index[start]) { bits |= 2 }
            guard let bytes = storedRange(ofRecordAt: start) else { continue }
            set(UInt64(CRC32C.checksum(Array(chunks[bytes]))), at: start + 4, byteCount: 4)
        }
        features = bits
        if let digest = map.contentDigest { index.replaceSubrange(8..<40, with: digest) }
    }

    /// The stored bytes, among `chunks`, of the chunk whose record stands at `start` in the index.
    public func storedRange(ofRecordAt start: Int) -> Range<Int>? {
        guard index[start] <= 2 || index[start] == 4 || index[start] == 6,
            let offset = Int(exactly: number(at: start + 8, byteCount: 8)),
            let count = Int(exactly: number(at: start + 16, byteCount: 8)),
            offset >= 64, offset - 64 <= chunks.count, count <= chunks.count - (offset - 64)
        else { return nil }
        return offset - 64..<offset - 64 + count
    }

    /// A number of the index.
    public func number(at offset: Int, byteCount: Int) -> UInt64 {
        (0..<byteCount).reduce(0) { $0 | UInt64(index[offset + $1]) << UInt64(8 * $1) }
    }

    /// Overwrites a number of the index.
    public mutating func set(_ value: UInt64, at offset: Int, byteCount: Int) {
        for place in 0..<byteCount {
            index[offset + place] = UInt8(truncatingIfNeeded: value >> UInt64(8 * place))
        }
    }
}
